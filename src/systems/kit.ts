// What a system of the user's own is made with: a file outside of labctl finds no package of ours.
import { z } from 'zod';
import { LabError } from '../errors.ts';
import * as values from '../stack/values.ts';
import { askHttp } from './ask-http.ts';

export const kit = { z, values, askHttp, LabError };
export type Kit = typeof kit;

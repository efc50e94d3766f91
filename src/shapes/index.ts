// Every partition shape, under its name. Adding one: its file, its line here, its test.
import type { Shape } from './shape.ts';
import { split } from './split.ts';

export const shapes: Readonly<Record<string, Shape>> = { split };

// The HTTP status of an error, from its code or, where that says nothing, its exit status.
import type { ErrorCode, LabError } from '../errors.ts';

const BY_CODE: Partial<Record<ErrorCode, number>> = {
  'lab-not-found': 404,
  'node-unknown': 404,
  'edge-unknown': 404,
  'port-unknown': 404,
  'route-unknown': 404,
  'method-unknown': 405,
  'node-state': 409,
  'lab-differs': 409,
  'lab-ambiguous': 409,
  'request-refused': 403,
  'request-too-large': 413,
  'request-timeout': 504,
  bug: 500,
};

/** 400: what was asked for is wrong; 409: the lab is in no state for it; 503: labctl cannot. */
const BY_EXIT: Readonly<Record<number, number>> = { 1: 409, 2: 400 };

export const httpStatus = (error: LabError): number =>
  BY_CODE[error.code] ?? BY_EXIT[error.exit] ?? 503;

// The library: `import { Lab } from 'labctl'`.
export { type ErrorCode, LabError } from './errors.ts';
export type { Fault } from './faults/fault.ts';
export type { FillOptions, FillResult } from './lab/disk.ts';
export type { LabEdge } from './lab/edges.ts';
export type { LabEvent } from './lab/events.ts';
export type { FaultChange } from './lab/fault-change.ts';
export type { FaultAddOptions } from './lab/faults.ts';
export type { HoldEvent, HoldOptions, HoldResult } from './lab/hold-partition.ts';
export { Lab } from './lab/lab.ts';
export type { LimitOptions, NodeLimits } from './lab/limit.ts';
export type { PartitionOptions } from './lab/partition.ts';
export type { PromoteOptions, PromoteResult } from './lab/promote.ts';
export type { ReplaceOptions, ReplaceResult } from './lab/replace.ts';
export type { Progress, Report } from './lab/report.ts';
export type { EdgeStatus, LabStatus, NodeStatus } from './lab/status.ts';
export type { UpOptions } from './lab/up.ts';
export type { WanChange, WanOptions } from './lab/wan.ts';

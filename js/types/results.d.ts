// What calls about the past, versions and care give: results of docs/CALLS.md.

/** A digest or its beginning, a tag, a branch, `now`, a time; or heads. */
export type Version = string | Date | readonly string[];

export interface ChangeInfo {
  change: string;
  writer: string;
  /** When it is not on `main`. */
  branch?: string;
  sequence: number;
  timeMs: number;
  transactions: number;
  bytes: number;
  prev: string;
  parents: string[];
  segment: number;
  offset: number;
  /** How many; of change(), themselves. */
  operations: number;
}

export interface OperationInfo {
  kind: string;
  id?: string;
  collection: string;
  lastOfTransaction: boolean;
  erased: boolean;
  dropped: boolean;
  data?: any;
}

export interface ChangeDetails extends Omit<ChangeInfo, 'operations'> {
  operations: OperationInfo[];
}

export interface HistoryEntry {
  change: string;
  timeMs: number;
  writer: string;
  kind: string;
  collection: string;
  erased: boolean;
  dropped: boolean;
  data?: any;
}

export interface FieldOrigin {
  field: string;
  value: any;
  writer: string;
  timeMs: number;
  change?: string;
}

export interface TextHunk {
  before: number;
  after: number;
  removed: string;
  inserted: string;
}

export interface FieldDifference {
  field: string;
  before?: any;
  after?: any;
  hunks?: TextHunk[];
}

export interface RecordDifference {
  kind: 'added' | 'removed' | 'changed' | 'erased';
  id: string;
  collection: string;
  key?: string;
  fields: FieldDifference[];
}

export interface HiddenWrite {
  field: string;
  path?: string[];
  removal: boolean;
  was?: string;
  value?: any;
  shown?: any;
  rule: string;
  writer: string;
  timeMs: number;
}

export interface Conflict {
  id: string;
  collection: string;
  removed: boolean;
  hidden: HiddenWrite[];
}

export interface Reverted {
  change: string;
  timeMs: number;
  records: RecordDifference[];
  /** What others did about it since, and stays. */
  kept: Array<{
    id: string;
    collection: string;
    field?: string;
    why: 'written' | 'removed' | 'erased';
    writer?: string;
  }>;
}

export interface NamedVersion {
  name: string;
  kind: 'tag' | 'branch';
  heads: string[];
  writer?: string;
  timeMs?: number;
  /** Of a branch. */
  checkedOut?: boolean;
  ahead?: number;
  behind?: number;
}

export interface RemovedName {
  name: string;
  kind: 'tag' | 'branch';
  deleted: true;
}

export interface MergeReport {
  merged: boolean;
  upToDate: boolean;
  fastForward: boolean;
  changes: number;
  /** Of a preview: what would differ. */
  records?: RecordDifference[];
  conflicts: Conflict[];
}

export interface VerifySection {
  name: string;
  /** null: not checked whole. */
  ok: boolean | null;
  checked: number;
  complete?: false;
  note?: string;
  detail?: string;
}

export interface VerifyReport {
  ok: boolean;
  sections: VerifySection[];
  bytes: number;
  changes: number;
  operations: number;
  erased: number;
  dropped: number;
  frontier: string[];
  damage: string[];
}

/** A proof, for whoever has no storage. Plain JSON. */
export interface Proof {
  format: string;
  [member: string]: any;
}

export interface Erased {
  id: string;
  erased: number;
  alreadyErased?: true;
}

export interface Stats {
  storage: string;
  records: number;
  logBytes: number;
  stateBytes: number;
  blobBytes: number;
  memoryBytes: number;
  segments: number;
  changes: number;
  runs: number;
  writers: number;
  shapes: number;
  collections: { [name: string]: number };
  memoryRecords: number;
  operations: number;
}

export interface StateDigest {
  frontier: string[];
  digest: string;
}

export interface RecoveryReport {
  changesReplayed: number;
  bytesReplayed: number;
  tornTailCut: boolean;
  tornTailLeftOut: boolean;
  tornTailJudged: boolean;
  cutSegment: number;
  cutOffset: number;
  cutBytes: number;
  damage: string[];
}

export interface Compacted {
  stateBytesBefore: number;
  stateBytes: number;
  runsBefore: number;
  runs: number;
}

export interface ShallowReport {
  version: string[];
  changes: number;
  operations: number;
  logBytes: number;
  baseBytes?: number;
  preview: boolean;
}

export interface Twins {
  writer: string;
  sequence: number;
  twins: Array<{ change: string; counts: boolean; votes: number }>;
}

export interface BundleInfo {
  bundle: string;
  changes: number;
  changeBytes: number;
  fileBytes: number;
  checkpoint: boolean;
  since: string[];
  heads: string[];
}

export interface SchemaOrigin {
  writer: string;
  timeMs: number;
}

export interface ApplyReport {
  changes: number;
  taken: number;
  known: number;
  waiting: number;
  incomplete: number;
  early: number;
  earlyChanges: Array<{ change: string; writer: string; timeMs: number }>;
  completed: number;
  refused: number;
  refusals: Array<{ change: string; writer: string; sequence: number; code: string; why: string }>;
  twins: Twins[];
  /** Of a schema that came with it and is in force now. */
  schema: SchemaOrigin | null;
}

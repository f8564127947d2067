// Types of the npm package `globalstorage`.
//
// Names of upstream's declarations are here with what they had, so that code typed against them
// compiles. `gstore types` makes the types of a schema's collections: they augment `Collections`,
// and `open()` gives a storage that has them, `db.City.where({ country: 'UA' })`.
//
// Nothing but the language's own library is needed: neither types of Node.js nor of browsers.

/// <reference lib="es2022" />
/// <reference lib="esnext.disposable" />

import type { Code } from './lib/codes.js';
import type { Node, SyncManager } from './types/compatible.js';
import type {
  ApplyReport,
  BundleInfo,
  ChangeDetails,
  ChangeInfo,
  Compacted,
  Conflict,
  Erased,
  FieldOrigin,
  HistoryEntry,
  MergeReport,
  NamedVersion,
  Proof,
  RecordDifference,
  RecoveryReport,
  RemovedName,
  Reverted,
  ShallowReport,
  StateDigest,
  Stats,
  Twins,
  VerifyReport,
  Version,
} from './types/results.js';

export type { Code };
export * from './types/compatible.js';
export * from './types/results.js';

// --- what generated types are made of ---

/** Collections by name. Empty here; `gstore types` adds those of a schema. */
export interface Collections {}

declare const TARGET: unique symbol;
declare const ID: unique symbol;
declare const FIELDS: unique symbol;
declare const GIVEN: unique symbol;

/** A relation: the id of a record of that collection. In a row it is a text. */
export type One<Name extends string = string> = string & { readonly [TARGET]: Name };

/** A relation to many: ids. */
export type Many<Name extends string = string> = Array<One<Name>>;

// Collections say by these members, which are there for the compiler alone, what they were made of:
// to compare whole collections instead would go in circles.
interface Typed<T, Given> {
  readonly [FIELDS]?: T;
  readonly [GIVEN]?: Given;
}

type FieldsOf<Name> = Name extends keyof Collections
  ? Collections[Name] extends Typed<infer T, any>
    ? T
    : any
  : any;

/** Fields of the records of a collection: `Fields<'City'>`. */
export type Fields<Name extends keyof Collections> = FieldsOf<Name>;

type IsAny<T> = 0 extends 1 & T ? true : false;

type Atom =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | Date
  | Uint8Array
  | BlobRef
  | ((...values: any[]) => any);

type Immutable<V> =
  IsAny<V> extends true
    ? any
    : V extends Atom
      ? V
      : V extends Set<infer E>
        ? ReadonlySet<Immutable<E>>
        : { readonly [K in keyof V]: Immutable<V[K]> };

/** What stands for a record: it can be handed in wherever an id can. */
export interface Named {
  readonly [ID]: string;
}

/** An id, a key of the application, or what stands for a record. */
export type Id = string | number | Named;

// What may be written where a row has V: of a relation also a key or a record.
type Written<V> =
  IsAny<V> extends true
    ? any
    : V extends One<string>
      ? string | Named
      : V extends readonly One<string>[]
        ? ReadonlyArray<string | Named> | ReadonlySet<string | Named>
        : V extends Atom
          ? V
          : V extends ReadonlySet<infer E>
            ? ReadonlySet<Written<E>>
            : V extends Array<[infer K, infer E]>
              ? ReadonlyArray<readonly [K, Written<E>]> | ReadonlyMap<K, Written<E>>
              : { readonly [K in keyof V]: Written<V[K]> };

/**
 * What insert() takes. `Given` names the fields that get a value when they are left out, by a
 * default in the schema.
 */
export type Draft<T = any, Given extends PropertyKey = never> =
  IsAny<T> extends true
    ? any
    : { readonly [K in keyof T as K extends Given ? never : K]: Written<T[K]> } & {
        readonly [K in keyof T as K extends Given ? K : never]?: Written<T[K]>;
      };

/** What update() takes: some fields; `undefined` removes one. */
export type Delta<T = any> =
  IsAny<T> extends true ? any : { readonly [K in keyof T]?: Written<T[K]> | undefined };

interface RowMembers<T> extends Named {
  /** The id of the record, unless a field has this name. */
  readonly id: string;
  /** The collection. */
  readonly $type?: string;
  /** The key of the application, of records that have one. */
  readonly $key?: string;
  /** All fields, as an object of the caller's. */
  toObject(): T;
  toJSON(): T & { id: string };
}

interface AnyRow extends RowMembers<any> {
  readonly [field: string]: any;
}

/**
 * A record of one moment. Its fields are read when they are asked for; it cannot be changed: who
 * assigns a field gets a GsError. Of one that was read many times other changes than that, a new
 * field for example, fail as those of a frozen object do, by a TypeError in strict mode.
 */
export type Row<T = any> =
  IsAny<T> extends true ? AnyRow : Immutable<T> & Omit<RowMembers<T>, keyof T>;

// --- paths and filters (docs/QUERY.md) ---

// Paths of as many levels are known; deeper ones are written without types, as a JSON query.
type Levels = [never, 0, 1, 2, 3];

type PathInside<V, Level extends number> =
  IsAny<V> extends true
    ? string
    : [Level] extends [never]
      ? never
      : V extends Atom | ReadonlySet<any>
        ? never
        : V extends readonly (infer E)[]
          ? `${number}` | `${number}.${PathInside<NonNullable<E>, Levels[Level]>}`
          : MemberPath<V, Level>;

type MemberPath<T, Level extends number> = {
  [K in keyof T & string]-?: K | `${K}.${PathInside<NonNullable<T[K]>, Levels[Level]>}`;
}[keyof T & string];

/** Where values are in a record: `'name'`, `'at.lat'`, `'tags.0'`. */
export type Path<T = any> = IsAny<T> extends true ? string : MemberPath<T, 3>;

type ValueInside<V, P extends string> = V extends readonly (infer E)[]
  ? P extends `${number}.${infer Rest}`
    ? ValueInside<NonNullable<E>, Rest>
    : E
  : PathValue<V, P>;

/** The value at a path. */
export type PathValue<T, P extends string> =
  IsAny<T> extends true
    ? any
    : P extends keyof T
      ? T[P]
      : P extends `${infer First}.${infer Rest}`
        ? First extends keyof T
          ? ValueInside<NonNullable<T[First]>, Rest>
          : any
        : any;

type Operand<V> = IsAny<V> extends true ? any : Written<NonNullable<V>>;

// What $contains asks for: an element, or a part of a text.
type Contained<V> =
  IsAny<V> extends true
    ? any
    : V extends string
      ? string
      : V extends readonly (infer E)[]
        ? Operand<E>
        : V extends ReadonlySet<infer E>
          ? Operand<E>
          : never;

export interface Operators<V = any> {
  $eq?: Operand<V> | null;
  $ne?: Operand<V> | null;
  $gt?: Operand<V>;
  $gte?: Operand<V>;
  $lt?: Operand<V>;
  $lte?: Operand<V>;
  $in?: ReadonlyArray<Operand<V> | null>;
  $nin?: ReadonlyArray<Operand<V> | null>;
  /** Whether it is there, null or not. */
  $exists?: boolean;
  /** `%` any characters, `_` one. */
  $like?: NonNullable<V> extends string ? string : never;
  $contains?: Contained<NonNullable<V>>;
  $not?: Operators<V>;
}

/** A value, which has to be equal, or operators, of which all have to hold. */
export type Condition<V = any> = IsAny<V> extends true ? any : Operand<V> | null | Operators<V>;

export interface LogicalOperators<T = any> {
  $and?: ReadonlyArray<Filter<T>>;
  $or?: ReadonlyArray<Filter<T>>;
  $not?: Filter<T>;
}

/** Which records: `{ country: 'UA', population: { $gte: 1e6 } }`. */
export type Filter<T = any> =
  IsAny<T> extends true
    ? { [path: string]: any }
    : { [P in Path<T>]?: Condition<PathValue<T, P>> } & LogicalOperators<T>;

export type Order = 'asc' | 'desc';

// --- queries ---

type RelationName<T> =
  IsAny<T> extends true
    ? string
    : {
        [K in keyof T & string]-?: NonNullable<T[K]> extends One<string> | readonly One<string>[]
          ? K
          : never;
      }[keyof T & string];

type RecordsOf<V> =
  V extends One<infer Name>
    ? FieldsOf<Name> | null
    : V extends readonly One<infer Name>[]
      ? Array<FieldsOf<Name>>
      : V;

type IncludedFields<T, K extends string> =
  IsAny<T> extends true ? any : { [P in K & keyof T]: RecordsOf<T[P]> };

type SelectedFields<T, P extends string> =
  IsAny<T> extends true ? any : { [K in P]: PathValue<T, K> };

// Rows of a query: whole records, or plain objects of what was selected and included.
type ResultRow<T, S, I> =
  IsAny<T> extends true
    ? any
    : [I] extends [never]
      ? [S] extends [never]
        ? Row<T>
        : S
      : Omit<[S] extends [never] ? T : S, keyof I> & I;

/** What include() says of a relation. */
export interface IncludeOptions {
  select?: readonly string[];
  filter?: Filter;
  include?: { [relation: string]: true | IncludeOptions };
  /** Of relations to many. */
  sort?: string | readonly string[] | { [path: string]: Order };
  limit?: number;
}

/** What is computed of a group. */
export type GroupFunction<P extends string = string> =
  { $count: true } | { $sum: P } | { $avg: P } | { $min: P } | { $max: P };

type GroupValue<T, F> = F extends { $count: true }
  ? number
  : F extends { $sum: string }
    ? number | bigint
    : F extends { $avg: string }
      ? number | null
      : F extends { $min: infer P extends string }
        ? NonNullable<PathValue<T, P>> | null
        : F extends { $max: infer P extends string }
          ? NonNullable<PathValue<T, P>> | null
          : any;

type GroupRow<T, By extends string, F> = { [K in By]: PathValue<T, K> } & {
  [K in keyof F]: GroupValue<T, F[K]>;
};

/** A query as plain JSON (docs/QUERY.md), which the command line takes as well. */
export interface QueryObject {
  collection?: string;
  filter?: Filter;
  sort?: string | readonly string[] | { [path: string]: Order };
  limit?: number;
  offset?: number;
  cursor?: string | null;
  select?: readonly string[];
  include?: { [relation: string]: true | IncludeOptions };
  group?: { by: readonly string[]; fields: { [name: string]: GroupFunction } };
}

/** An AbortSignal, as far as it is needed here. */
export interface Signal {
  readonly aborted: boolean;
  readonly reason: any;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface Abortable {
  signal?: Signal;
}

/** Ends a subscription. */
export interface Unsubscribe {
  /**
   * Tells what was committed before this call, if it is not told yet, and ends. In the callback
   * itself it ends at once: that was the last time.
   */
  (): Promise<void>;
  /** At once. */
  [Symbol.dispose](): void;
}

/** One step from the rows before to the rows now; places count from 0, one step after the other. */
export interface Change<R = any> {
  type: 'added' | 'changed' | 'moved' | 'removed';
  /** Of a row that moved: where it was. */
  from: number;
  at: number;
  id: string;
  /** null: it was removed. */
  row: R | null;
}

export interface LiveResult<R = any> {
  /** All rows now. */
  rows: R[];
  /** What led here from the rows of the last time. */
  changes: Array<Change<R>>;
}

/** `signal` ends it at once. */
export interface LiveOptions extends Abortable {
  /** Told of what ended it: a query that is none, an error that the callback threw. */
  onError?: (error: GsError) => void;
}

export interface Page<R = any> {
  rows: R[];
  /** For after(); null: it was the last one. */
  cursor: string | null;
}

export interface Plan {
  steps: Array<{ step: string; [detail: string]: any }>;
  /** null: a full scan. */
  index: string | null;
  examined: number;
  matched: number;
  returned: number;
}

/** A query under construction: each call gives a new one. */
export interface Query<T = any, S = never, I = never> extends AsyncIterable<ResultRow<T, S, I>> {
  /** Records that pass this filter as well. */
  where(filter: Filter<T>): Query<T, S, I>;
  /** By one more field. */
  orderBy(path: Path<T>, order?: Order): Query<T, S, I>;
  limit(count: number): Query<T, S, I>;
  offset(count: number): Query<T, S, I>;
  /** Goes on behind the last row of an earlier page. */
  after(cursor: string | null): Query<T, S, I>;
  /** Only these fields, under these names. */
  select<P extends Path<T>>(...fields: Array<P | readonly P[]>): Query<T, SelectedFields<T, P>, I>;
  /** Records in place of the ids that name them. */
  include<K extends RelationName<T>>(
    ...relations: Array<K | readonly K[]>
  ): Query<T, S, ([I] extends [never] ? unknown : I) & IncludedFields<T, K>>;
  include<O extends object & { [K in RelationName<T>]?: true | IncludeOptions }>(
    relations: O,
  ): Query<T, S, ([I] extends [never] ? unknown : I) & { [K in keyof O]: any }>;
  /** Counts and sums in place of records. */
  groupBy<By extends Path<T>>(
    by: By | readonly By[],
  ): Query<T, GroupRow<T, By, { count: { $count: true } }>, never>;
  groupBy<By extends Path<T>, const F extends { [name: string]: GroupFunction<Path<T>> }>(
    by: By | readonly By[],
    fields: F,
  ): Query<T, GroupRow<T, By, F>, never>;
  toJSON(): QueryObject;

  all(options?: Abortable): Promise<Array<ResultRow<T, S, I>>>;
  first(options?: Abortable): Promise<ResultRow<T, S, I> | null>;
  page(options?: Abortable): Promise<Page<ResultRow<T, S, I>>>;
  /** How many records pass, whatever else the query says. */
  count(options?: Abortable): Promise<number>;
  /** Waits for what the callback returns. How many rows there were. */
  each(
    callback: (row: ResultRow<T, S, I>, index: number) => unknown,
    options?: Abortable,
  ): Promise<number>;
  explain(options?: Abortable): Promise<Plan>;
  /** The rows now, and again whenever they change. */
  live(
    callback: (result: LiveResult<ResultRow<T, S, I>>) => void,
    options?: LiveOptions,
  ): Unsubscribe;
  /** Lists of changes, from the rows that are there now on. */
  watch(options?: Abortable): AsyncGenerator<Array<Change<ResultRow<T, S, I>>>, void, undefined>;
}

// --- collections ---

/** When the promise of a write is kept: written, on the disk with others, on the disk at once. */
export type Durability = 'lazy' | 'batch' | 'sync';

export interface WriteOptions {
  durability?: Durability;
}

export interface InsertOptions extends WriteOptions {
  /** A key of the application, by which the record is found as well; who has it is replaced. */
  key?: string | number;
}

export interface InsertManyOptions<T = any, Given extends PropertyKey = never>
  extends WriteOptions, Abortable {
  /** Which field is a key of the application, or what makes one. */
  key?: (keyof T & string) | ((row: Draft<T, Given>) => string | number);
  onProgress?: (count: number) => void;
}

export interface UpdateOptions extends WriteOptions {
  /** Refused (GS_CONFLICT) when the record has another version; null: when it is there. */
  ifVersion?: string | null;
}

/** The records of one entity. */
export class Collection<T = any, Given extends PropertyKey = never>
  implements AsyncIterable<Row<T>>, Typed<T, Given>
{
  constructor(storage: Storage, name: string);
  readonly name: string;
  readonly [FIELDS]?: T;
  readonly [GIVEN]?: Given;

  insert(data: Draft<T, Given>, options?: InsertOptions): Promise<LiveRecord<T>>;
  /** Adds many records, in transactions of about 1 MiB. */
  insertMany(
    rows: Iterable<Draft<T, Given>> | AsyncIterable<Draft<T, Given>>,
    options?: InsertManyOptions<T, Given>,
  ): Promise<{ readonly count: number; readonly ids: string[]; readonly idBytes: Uint8Array }>;
  /** By id or by key; null when there is none. */
  get(id: Id): Promise<Row<T> | null>;
  /** The same at once. */
  peek(id: Id): Row<T> | null;
  /** Bytes, 16 for each id, are the fastest way. */
  getMany(ids: Iterable<Id> | Uint8Array): Promise<Array<Row<T> | null>>;
  peekMany(ids: Iterable<Id> | Uint8Array): Array<Row<T> | null>;
  has(id: Id): Promise<boolean>;
  /** The id that an id, a key, or a record stands for. */
  idOf(id: Id): string;
  /** Changes fields, and leaves the others; `undefined` removes one. */
  update(id: Id, delta: Delta<T>, options?: UpdateOptions): Promise<void>;
  /** Replaces the record that has this key of the application, or adds it. */
  upsert(
    key: string | number,
    data: Draft<T, Given>,
    options?: WriteOptions,
  ): Promise<LiveRecord<T>>;
  /**
   * Applies `changes` if every field of `prev` has that value: whether it had. `undefined`: the
   * field is not there, and is removed.
   */
  swap(id: Id, changes: Delta<T>, prev: Delta<T>, options?: WriteOptions): Promise<boolean>;
  /** False when there was none. */
  delete(id: Id, options?: WriteOptions): Promise<boolean>;
  /** The record as an object that can be changed and saved. Rejected when there is none. */
  record(id: Id): Promise<LiveRecord<T>>;
  /** What names exactly this content, for `ifVersion`; null when there is no record. */
  version(id: Id): Promise<string | null>;
  /** A field that many may change at once. */
  field<K extends (IsAny<T> extends true ? string : keyof T & string)>(
    id: Id,
    name: K,
  ): FieldHandle<IsAny<T> extends true ? any : T[K & keyof T]>;

  where(filter: Filter<T>): Query<T>;
  orderBy(path: Path<T>, order?: Order): Query<T>;
  limit(count: number): Query<T>;
  offset(count: number): Query<T>;
  /** Goes on behind the last row of an earlier page. */
  after(cursor: string | null): Query<T>;
  include: Query<T>['include'];
  select: Query<T>['select'];
  groupBy: Query<T>['groupBy'];
  all(options?: Abortable): Promise<Array<Row<T>>>;
  first(options?: Abortable): Promise<Row<T> | null>;
  page(options?: Abortable): Promise<Page<Row<T>>>;
  explain(options?: Abortable): Promise<Plan>;
  count(options?: Abortable): Promise<number>;
  each(callback: (row: Row<T>, index: number) => unknown, options?: Abortable): Promise<number>;
  live(callback: (result: LiveResult<Row<T>>) => void, options?: LiveOptions): Unsubscribe;
  watch(options?: Abortable): AsyncGenerator<Array<Change<Row<T>>>, void, undefined>;
  [Symbol.asyncIterator](): AsyncIterator<Row<T>>;
}

// --- records that are changed and saved ---

/** A record that a program changes and saves. Its fields are properties of it: see LiveRecord. */
export class Record<T = any> {
  /** A promise: `await new Record(id, storage)`. */
  constructor(id: string, storage: Storage);
  readonly id: string;
  readonly [ID]: string;
  /** All fields, with what was not saved yet; ids in place of references. */
  data(): Promise<any>;
  /** What was assigned and not saved yet. */
  delta(): { [field: string]: any };
  save(): Promise<void>;
  delete(): Promise<void>;
  /** Whoever wrote, in whichever thread. */
  on(event: 'update', listener: (data: any, delta: any) => void): this;
  once(event: 'update', listener: (data: any, delta: any) => void): this;
  off(event: 'update', listener: (data: any, delta: any) => void): this;
  toObject(): T;
  toJSON(): T & { id: string };
}

/** What a relation is in a Record: the id, and the fields of the record behind it. */
export interface ReferenceMembers<T = any> extends Named {
  readonly id: string;
  /** The record that can be changed. Rejected when there is none. */
  record(): Promise<LiveRecord<T>>;
  data(): Promise<T | null>;
  toString(): string;
  toJSON(): string;
}

export type Reference<T = any> =
  IsAny<T> extends true
    ? ReferenceMembers & { readonly [field: string]: any }
    : ReferenceMembers<T> & {
        readonly [K in Exclude<keyof T, keyof ReferenceMembers>]: Linked<T[K]> | undefined;
      };

type Linked<V> = V extends One<infer Name> ? Reference<FieldsOf<Name>> : Immutable<V>;

// Of a relation this is what is read; another id is written by update().
type Assigned<T> = {
  [K in Exclude<keyof T, keyof Record>]: Linked<T[K]>;
};

/** A Record with its fields. */
export type LiveRecord<T = any> =
  IsAny<T> extends true ? Record & { [field: string]: any } : Record<T> & Assigned<T>;

/** What others changed in a text: to be done one behind the other. */
export type TextChange = [position: number, deleted: number, inserted: string];

/** A person types into a text of a record. Positions are those of JavaScript strings. */
export interface TextSession {
  /** The text as it is shown here. */
  readonly text: string;
  readonly length: number;
  /** Whether something was typed that is not written yet. */
  readonly hasUncommitted: boolean;
  /**
   * Gives the session update, which shows others what was typed (docs/FORMAT.md). At most 4 Mi
   * units and 512 Ki edits without a commit.
   */
  splice(position: number, deleted: number, inserted?: string): Uint8Array;
  insertText(position: number, text: string): Uint8Array;
  deleteText(position: number, count: number): Uint8Array;
  /** Writes what was typed, then shows what others wrote meanwhile, and gives that. */
  commit(options?: { durability?: Durability }): Promise<TextChange[]>;
  /** Forgets what was typed and not written. */
  discard(): Promise<TextChange[]>;
  /**
   * Tells what others wrote, soon after they did. For everybody who shows the text: any commit,
   * also one by time, may bring it. Gives what ends it.
   */
  watch(call: (changes: TextChange[]) => void): () => void;
  /** Writes what was typed, and ends, also when that cannot be written: then it is rejected. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What every field has. */
export interface FieldValue<V = any> {
  /** What it shows now; undefined when there is no record. */
  readonly value: V | undefined;
}

export interface NumberField<V = any> extends FieldValue<V> {
  /** Adds to a number. */
  add(amount?: number | bigint): Promise<void>;
}

export interface SetField<V = any> extends FieldValue<V> {
  /** Adds elements to a set or list that has them not. */
  include(...elements: Array<Contained<NonNullable<V>>>): Promise<void>;
  exclude(...elements: Array<Contained<NonNullable<V>>>): Promise<void>;
}

/** Positions are those of JavaScript strings. */
export interface TextField<V = any> extends FieldValue<V> {
  insertText(position: number, text: string): Promise<void>;
  deleteText(position: number, count: number): Promise<void>;
  splice(position: number, deleted: number, inserted?: string): Promise<void>;
  /** Many edits in one transaction; positions and counts are of code points here. */
  splices(
    edits:
      | ReadonlyArray<readonly [position: number, deleted: number, inserted?: string]>
      | { positions: Uint32Array; deleted: Uint32Array; inserted: Uint32Array; text: string },
  ): Promise<void>;
  /**
   * For a person who types: key presses cost next to nothing and give what shows them to others;
   * what was typed is written `commitMs` (500) later, or by `commit()` when that is Infinity.
   */
  edit(options?: {
    commitMs?: number;
    /** Told of a commit by time that failed; it is tried again. Else it is a warning. */
    onError?: (error: Error) => void;
  }): Promise<TextSession>;
  /** Marks a stretch; `null` takes marks of that key away. */
  mark(
    from: number,
    to: number,
    key: string,
    value?: any,
    growth?: 'none' | 'before' | 'after' | 'both',
  ): Promise<void>;
}

/** A list, which may be a tree as well. */
export interface ListField<V = any> extends SetField<V>, TreeField<V> {
  insertAt(position: number, ...elements: Array<Contained<NonNullable<V>>>): Promise<void>;
  deleteAt(position: number, count?: number): Promise<void>;
  /** `to`: the position once the element is out. */
  move(from: number, to: number): Promise<void>;
  setAt(position: number, element: Contained<NonNullable<V>>): Promise<void>;
}

export interface TreeField<V = any> extends FieldValue<V> {
  /** The id of the node. */
  createNode(value: any, place?: NodePlace): Promise<string>;
  moveNode(node: string, place?: NodePlace): Promise<void>;
  setNode(node: string, value: any): Promise<void>;
  deleteNode(node: string): Promise<void>;
  /** Each before those below it. */
  nodes(): Promise<TreeNode[]>;
}

/** A field of which no schema tells the kind. */
export interface AnyField<V = any> extends NumberField<V>, TextField<V>, ListField<V> {}

// Enumerations, relations and tuples are of fewer values than their kind, and are given as a whole.
type FieldOf<V, Kind> = string extends Kind
  ? TextField<V>
  : number extends Kind
    ? NumberField<V>
    : bigint extends Kind
      ? NumberField<V>
      : Kind extends ReadonlySet<any>
        ? SetField<V>
        : Kind extends readonly any[]
          ? number extends Kind['length']
            ? ListField<V>
            : FieldValue<V>
          : FieldValue<V>;

/**
 * A field that many change at the same time, and all changes count. By the types of a schema it has
 * what can be done to a field of its kind.
 */
export type FieldHandle<V = any> = IsAny<V> extends true ? AnyField : FieldOf<V, NonNullable<V>>;

export interface NodePlace {
  /** Below which node; without it at the top. */
  parent?: string;
  /** Before which of its siblings; without it behind all. */
  before?: string;
}

export interface TreeNode {
  id: string;
  /** Only of one below another. */
  parent?: string;
  depth: number;
  value: any;
}

// --- transactions ---

/** What insert() of a transaction gives. */
export interface Inserted {
  /** Known when the transaction is committed. */
  readonly id: string | null;
}

export interface TransactionCollection<T = any, Given extends PropertyKey = never> {
  insert(data: Draft<T, Given>, options?: { key?: string | number }): Inserted;
  get(id: Id): Row<T> | null;
  update(id: Id, delta: Delta<T>): void;
  delete(id: Id): boolean;
}

export interface TransactionMembers {
  collection<Name extends keyof Collections>(name: Name): InTransaction<Collections[Name]>;
  collection(name: string): TransactionCollection;
  /** The record, with what the transaction did to it; null when there is none. */
  get(id: Id, collection?: string): Row | null;
  insert(collection: string, data: any, key?: string | number): Inserted;
  update(id: Id, delta: any, collection?: string): void;
  set(id: Id, data: any, collection?: string): void;
  delete(id: Id, collection?: string): boolean;
}

type InTransaction<C> =
  C extends Typed<infer T, infer Given> ? TransactionCollection<T, Given & PropertyKey> : never;

/** Reads and writes of several records that take effect all or none. */
export type Transaction = TransactionMembers & {
  readonly [Name in Exclude<keyof Collections, keyof TransactionMembers>]: InTransaction<
    Collections[Name]
  >;
};

export interface TransactOptions extends WriteOptions, Abortable {
  /** How often it begins again after a conflict (10). */
  retries?: number;
}

// --- the past ---

/** A record in a query of the past. */
export interface PastRow<T = any> {
  id: string;
  collection: string;
  key?: string;
  data: T;
}

/** The storage as it was in a version: reads only. */
export interface View {
  /** Heads. */
  readonly version: readonly string[];
  get(id: Id): Promise<any>;
  find<T>(query: Query<T, never, never>): Promise<Array<PastRow<T>>>;
  find(query: QueryObject | Query): Promise<any[]>;
  count(query: QueryObject | Query): Promise<number>;
}

export interface ListOptions {
  limit?: number;
}

export interface ImportOptions extends Abortable {
  /** Where rows belong that do not say it. */
  collection?: string;
  onProgress?: (count: number) => void;
}

/** Text, piece by piece: a Readable of Node.js. */
export interface TextStream extends AsyncIterable<string> {
  pipe<Destination>(destination: Destination): Destination;
  on(event: string, listener: (...values: any[]) => void): this;
  once(event: string, listener: (...values: any[]) => void): this;
  destroy(error?: Error): this;
}

// --- storages ---

export type SchemaEntity = { [fieldName: string]: unknown };
export type SchemaEntities = { [entityName: string]: SchemaEntity } | Map<string, SchemaEntity>;

/** Entities, or a model of Metaschema; or files by name, as the engine keeps them. */
export interface Schema {
  entities?: SchemaEntities | { [entityName: string]: any } | Map<string, any>;
  files?: { [name: string]: string };
  [key: string]: unknown;
}

export interface StorageOptions {
  /** A directory ('gs'). */
  path?: string;
  /** The same, of upstream's browser build. */
  name?: string;
  /** A directory with schema files, a model, or entities. */
  schema?: string | Schema | null;
  /**
   * Whether records have to fit the schema: true for one from files; an object only names
   * collections, as upstream's does, unless this is true.
   */
  validate?: boolean;
  /** Puts a schema in force also when records may not fit it. */
  allowUnsafe?: boolean;
  /** 'files': the directory that upstream writes. */
  layout?: 'native' | 'files';
  durability?: Durability;
  /** Which branch is checked out ('main'). */
  branch?: string;
  readOnly?: boolean;
  /** Whether a storage that is not there is made (true). */
  create?: boolean;
  verifyOnOpen?: boolean;
  keepWriter?: boolean;
  memoryBytes?: number;
  memoryStoreBytes?: number;
  cacheBytes?: number;
  segmentBytes?: number;
  lockWaitMs?: number;
}

export interface StorageDataOptions {
  encrypted?: boolean;
}

/** What upstream's layout has in a file of a record. */
export interface StorageEntry {
  data: unknown;
  encrypted: boolean;
  timestamp: number;
  block: string;
}

/** Of a call that may take long: called about twenty times a second. */
export interface ProgressOptions {
  onProgress?: (done: number, total: number) => void;
}

export class Storage implements AsyncDisposable {
  /** A promise: `await new Storage(options)`. */
  constructor(options?: StorageOptions);
  readonly schema: any;
  /** Its directory, from the root on. */
  readonly directory: string;

  static readonly Collection: typeof Collection;
  static readonly Record: typeof Record;

  // Upstream's.

  readonly sync: SyncManager;
  saveData(id: string, data: unknown, options?: StorageDataOptions): Promise<void>;
  loadData(id: string): Promise<any>;
  validate(options: { last?: number; from?: string }): Promise<boolean>;
  validate(
    idOrOptions: string | { last?: number; from?: string },
    data?: unknown,
    blockHash?: string,
  ): Promise<boolean>;
  getCachedData(id: string): any;
  hasRecord(id: string): boolean;
  addUpdate(update: { type: string; id: string; timestamp: number; data: unknown }): void;

  // Records of any collection.

  /** The id. */
  insert(data: any, options?: InsertOptions): Promise<string>;
  has(id: Id): Promise<boolean>;
  /** All fields as a plain object of the caller's; null when there is no such record. */
  get(id: Id): Promise<any>;
  /** The record of this moment at once. */
  peek(id: Id): Row | null;
  /** Replaces all fields. */
  set(id: Id, data: any, options?: WriteOptions): Promise<void>;
  /** Changes fields and leaves the others; `undefined` removes one. */
  update(id: Id, delta: any, options?: UpdateOptions): Promise<void>;
  /** Members of objects, given and removed one by one, as deep as they go. */
  patch(id: Id, delta: any, options?: WriteOptions): Promise<void>;
  /** Applies `changes` if every field of `prev` has that value now: whether it had. */
  swap(id: Id, changes: any, prev: any, options?: WriteOptions): Promise<boolean>;
  /** False when there was none. */
  delete(id: Id, options?: WriteOptions): Promise<boolean>;
  record(id: Id): Promise<LiveRecord>;
  version(id: Id): Promise<string | null>;
  /** The id that an id, a key in the collection, or a record stands for. */
  idOf(id: Id, collection?: string): string;

  // Collections, queries, transactions.

  /**
   * The collection of that name, also when nothing was ever written to it and no schema has it; as
   * a property, `db.City`, it is there from then on.
   */
  collection<Name extends keyof Collections>(name: Name): Collections[Name];
  collection(name: string): Collection;
  collectionNames(): string[];
  find(query?: QueryObject): Query;
  /** Reads and writes of several records that take effect all or none. */
  transact<R>(
    run: (tx: Transaction) => R | PromiseLike<R>,
    options?: TransactOptions,
  ): Promise<Awaited<R>>;
  /** Puts a schema in force. */
  applySchema(schema: string | Schema, options?: { allowUnsafe?: boolean }): Promise<void>;

  // The past.

  /** Changes, the newest first. */
  log(options?: ListOptions & { version?: Version }): Promise<ChangeInfo[]>;
  change(change: string): Promise<ChangeDetails>;
  /** Operations on a record, the newest first. */
  history(id: Id, options?: ListOptions): Promise<HistoryEntry[]>;
  /** Who wrote each field of a record. */
  blame(id: Id, options?: { version?: Version }): Promise<FieldOrigin[]>;
  /** Records that differ between two versions; without the second one, between it and now. */
  diff(
    before: Version,
    after?: Version,
    options?: ListOptions & { collection?: string },
  ): Promise<RecordDifference[]>;
  /** Records with writes that are hidden by others which did not know of them. */
  conflicts(id?: Id, options?: ListOptions): Promise<Conflict[]>;
  /** Ends what is hidden of a record; without `values` what is shown stays. */
  resolve(id: Id, values?: any): Promise<void>;
  /** Takes back what a change wrote, but for what others did about it since. */
  revert(change: string): Promise<Reverted>;
  undo(): Promise<Reverted>;
  redo(): Promise<Reverted>;

  // Versions.

  /** Heads. */
  findVersion(version: string | Date): Promise<string[]>;
  /** A view of a version, which stays what it is. */
  at(version: Version): Promise<View>;
  /** All names, `main` first. */
  versions(): Promise<NamedVersion[]>;
  tag(name: string, options?: { version?: Version; move?: boolean }): Promise<NamedVersion>;
  removeTag(name: string): Promise<RemovedName>;
  /** Which one is checked out. */
  branch(): Promise<string>;
  /** Begins a branch at a version (now). */
  branch(name: string, options?: { from?: Version }): Promise<NamedVersion>;
  removeBranch(name: string): Promise<RemovedName>;
  renameBranch(from: string, to: string): Promise<NamedVersion>;
  checkout(name: string): Promise<{ branch: string; before: string }>;
  /** Takes what a branch or version has and this one has not. */
  merge(what: Version, options?: { preview?: boolean; strict?: boolean }): Promise<MergeReport>;
  /** Changes that only one of two versions has. */
  divergence(version: Version, other?: Version): Promise<{ ahead: number; behind: number }>;

  // Care.

  /** Checks the log and the state, also when something is wrong. */
  verify(
    options?: { full?: boolean; incremental?: boolean; head?: string } & ProgressOptions,
  ): Promise<VerifyReport>;
  proof(id: Id): Promise<Proof>;
  /** Removes a record and all that it ever was; the chain still verifies. */
  erase(id: Id, options?: { reason?: string } & ProgressOptions): Promise<Erased>;
  stats(): Promise<Stats>;
  digest(): Promise<StateDigest>;
  /** What opening found after a crash. */
  recovery(): Promise<RecoveryReport>;
  /** Until all that was written so far is on stable storage. */
  flush(): Promise<void>;
  compact(options?: ProgressOptions): Promise<Compacted>;
  /** A copy in a new directory, without this writer's keys. */
  backup(directory: string, options?: ProgressOptions): Promise<{ backup: string }>;
  /** Drops what the records were before a version, for good and here alone. */
  makeShallow(
    options?: { before?: Version; preview?: boolean } & ProgressOptions,
  ): Promise<ShallowReport>;
  heads(): Promise<string[]>;
  twins(): Promise<Twins[]>;
  /** Writes the changes that somebody with `since` lacks. */
  createBundle(
    file: string,
    options?: {
      since?: readonly string[];
      checkpoint?: boolean;
      before?: Version;
    } & ProgressOptions,
  ): Promise<BundleInfo>;
  applyBundle(file: string, options?: ProgressOptions): Promise<ApplyReport>;
  /** Records as text, a line for each. */
  export(options?: { format?: 'ndjson' | 'json'; collections?: readonly string[] }): TextStream;
  import(
    source: AsyncIterable<string | Uint8Array> | Iterable<string>,
    options?: ImportOptions,
  ): Promise<{ count: number }>;

  /** Takes over a directory that upstream, or the layout `files`, wrote, once all was verified. */
  importUpstream(
    directory: string,
    options?: {
      skipBad?: boolean;
      decrypt?: boolean;
      dryRun?: boolean;
      onProgress?: (progress: { phase: 'verify' | 'import'; done: number; total: number }) => void;
    } & Abortable,
  ): Promise<UpstreamImport>;

  /** Own and bound: it can be handed on. */
  readonly close: () => Promise<void>;
  readonly stop: () => Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What came of a directory of upstream. */
export interface UpstreamImport {
  records: number;
  /** Of these, those that stay encrypted, or were. */
  encrypted: number;
  imported: number;
  /** Blocks of the chain that were verified, and the hash of the last one. */
  blocks: number;
  tail: string;
  unreachable: number;
  bad: number;
  findings: Array<{ block?: string; file?: string; reason: string }>;
}

/**
 * A storage with its collections: those of a schema, and those that have records. Any other one is
 * made by `collection(name)`, as `db.City` is undefined until then; one that has the name of a
 * method is always found by it.
 */
export type Database = Storage & Omit<Collections, keyof Storage>;

export function open(options?: StorageOptions): Promise<Database>;

/** What a proof says, when it is one; `logRoot`: the log must have this root. */
export function verifyProof(proof: Proof, logRoot?: string): Promise<ProvenRecord>;
/** Makes a storage of a backup, with a writer of its own. */
export function restore(backup: string, directory: string): Promise<{ restore: string }>;
/** Makes a replica: all changes, and a writer of its own. */
export function clone(
  directory: string,
  newDirectory: string,
): Promise<{ clone: string; writer: string }>;

/** What a proof says of a record. */
export interface ProvenRecord {
  change: string;
  writer: string;
  id: string;
  timeMs: number;
  kind: string;
  collection: string;
  [name: string]: any;
}

/** Plugins of Impress, which takes their texts: `plugin: 'globalstorage/crud'`. */
export const plugins: { crud: (unit: any) => any };

// --- values and errors ---

/** A large value that lies in a file of its own. */
export class BlobRef {
  constructor(sha256: string, size: number);
  readonly sha256: string;
  readonly size: number;
}

export interface GsErrorOptions {
  hint?: string;
  details?: object | null;
  cause?: unknown;
}

/** The one class of errors of this package. */
export class GsError extends Error {
  constructor(code: Code, message: string, options?: GsErrorOptions);
  readonly code: Code;
  /** The next step. */
  readonly hint: string;
  readonly details: any;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  readonly cause?: unknown;
}

// A program that is typed by the declarations of upstream, version 1: it compiles as it is.

import {
  Blockchain,
  DataReader,
  SmartContract,
  Storage,
  calculateHash,
  decrypt,
  encrypt,
  generateKeys,
  loadKeys,
  open,
} from 'globalstorage';
import type {
  Block,
  ChainInfo,
  Collection,
  ContractBlock,
  ContractContext,
  ErrorBlock,
  KeyPair,
  Node,
  NodeData,
  Record,
  Schema,
  SchemaEntities,
  SchemaEntity,
  StorageDataOptions,
  StorageEntry,
  StorageOptions,
  SyncManager,
} from 'globalstorage';

const keys: KeyPair = await generateKeys();
const text: string = encrypt({ a: 1 }, keys.publicKey);
const data: unknown = decrypt(text, keys.privateKey);
const loaded: KeyPair = await loadKeys('keys');
const hash: string = calculateHash(data);

const entity: SchemaEntity = { name: 'string' };
const entities: SchemaEntities = new Map([['City', entity]]);
const schema: Schema = { entities: { City: entity }, custom: 1 };
const other: Schema = { entities };
const options: StorageOptions = { path: 'gs', schema };

const storage: Storage = await open(options);
const same: Storage = await new Storage(options);
const known: Schema | null = storage.schema;
const how: StorageDataOptions = { encrypted: true };
await storage.saveData('id', { a: 1 }, how);
const read: unknown = await storage.loadData('id');
const valid: boolean = await storage.validate({ last: 5, from: hash });
const right: boolean = await storage.validate('id', read, hash);
const id: string = await storage.insert({ a: 1 });
const has: boolean = await storage.has(id);
const got: unknown = await storage.get(id);
await storage.set(id, { a: 2 });
await storage.update(id, { a: 3 });
const swapped: boolean = await storage.swap(id, { a: 4 }, { a: 3 });
await storage.delete(id);
const cached: unknown | null = storage.getCachedData(id);
const cachedHas: boolean = storage.hasRecord(id);
storage.addUpdate({ type: 'delta', id, timestamp: Date.now(), data: {} });

const record: Record = await storage.record(id);
record.on('update', (after: unknown, delta: unknown) => [after, delta]);
const content: unknown = await record.data();
const changes: { [key: string]: unknown } = record.delta();
const recordId: string = record.id;
await record.save();
await record.delete();

const work = async (cities: Collection, data: unknown): Promise<void> => {
  const inserted: Record = await cities.insert(data);
  const city: unknown = await cities.get(inserted.id);
  await cities.update(inserted.id, city);
  const again: Record = await cities.record(cities.name);
  await cities.delete(again.id);
};

const sync: SyncManager = storage.sync;
const node: NodeData = { url: 'ws://localhost', type: 'uplink', token: 'x' };
await sync.addNode(node);
const nodes: Node[] = sync.listNodes();
await sync.removeNode(nodes[0].url);
await sync.start();

const chain: Blockchain = await new Blockchain('chain');
const block: Block = await chain.readBlock(chain.tailHash);
const hashes: string[] = [await chain.addBlock(data), await chain.writeBlock(block)];
const whole: boolean = await chain.validate({ last: 1 });
await chain.writeChain();
const context: ContractContext = { storage, chain };
const contract: SmartContract = new SmartContract('x', async () => ({}), context);
const result: unknown = await contract.execute({ id: 'x', n: 1 });
const saved: string = await SmartContract.save('x', chain, async () => ({}));
const back: SmartContract = await SmartContract.load(saved, context);
const value: unknown = await new DataReader(storage).get('x');
const info: ChainInfo = { tailHash: chain.path };
const stored: ContractBlock = { type: 'smart contract', name: contract.name, source: '' };
const failed: ErrorBlock = { contract: back.name, args: value, error: '', timestamp: 0 };
const entry: StorageEntry = { data, encrypted: false, timestamp: 0, block: hash };

export { loaded, other, same, known, valid, right, has, got, swapped, cached, cachedHas, content };
export { changes, recordId, work, hashes, whole, result, info, stored, failed, entry };

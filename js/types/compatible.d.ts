// Upstream's helpers: keys, chains of blocks, contracts, nodes.

import type { Storage } from '../globalstorage.js';

export interface KeyPair {
  publicKey: string;
  privateKey: string;
}

export function generateKeys(): Promise<KeyPair>;
export function encrypt(data: unknown, publicKey: string): string;
export function decrypt(data: string, privateKey: string): any;
export function loadKeys(basePath: string): Promise<KeyPair>;
export function calculateHash(data: unknown): string;

/** What target has and source has not. */
export function diff(source: any, target: any): any;
/** Numbers add, lists unite, `undefined` removes. */
export function merge(source: any, delta: any): any;
export function apply(source: any, history: any): any;

export interface Block {
  prev: string;
  timestamp: number;
  data: unknown;
}

export interface ChainInfo {
  tailHash: string;
}

export class Blockchain {
  /** A promise: `await new Blockchain(basePath)`. */
  constructor(basePath: string);
  path: string;
  tailHash: string;
  writeChain(): Promise<void>;
  addBlock(data: unknown): Promise<string>;
  writeBlock(block: Block): Promise<string>;
  readBlock(hash: string): Promise<Block>;
  validate(options?: { last?: number; from?: string }): Promise<boolean>;
}

export interface ContractContext {
  storage: Storage;
  chain: Blockchain;
}

export interface ContractBlock {
  type: 'smart contract';
  name: string;
  source: string;
}

export interface ErrorBlock {
  contract: string;
  args: unknown;
  error: string;
  timestamp: number;
}

export class DataReader {
  constructor(storage: Storage);
  get(id: string): Promise<any>;
}

export class SmartContract {
  constructor(name: string, proc: Function, context: ContractContext);
  name: string;
  execute(args: { id: string; [key: string]: unknown }): Promise<any>;
  static save(name: string, chain: Blockchain, proc: Function): Promise<string>;
  static load(hash: string, context: ContractContext): Promise<SmartContract>;
}

export interface Node {
  type: 'uplink' | 'downlink';
  url: string;
  token?: string;
  enabled: boolean;
  lastSync: number;
}

export interface NodeData {
  url: string;
  type: 'uplink' | 'downlink';
  token?: string;
}

export class SyncManager {
  constructor(basePath: string);
  addNode(nodeData: NodeData): Promise<void>;
  removeNode(url: string): Promise<void>;
  listNodes(): Node[];
  start(): Promise<void>;
}

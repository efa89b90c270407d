// SPDX-License-Identifier: Apache-2.0
/** Queues named transactions, makes blocks of them, and has their results. */
import { fromUtf8, toHex } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import {
  type Account,
  Client,
  type Coin,
  type EncryptedMessage,
  executeMessage,
  instantiateMessage,
  migrateMessage,
  opened,
  type Packed,
  responseOf,
  signTx,
  storeMessage,
  type TxInput,
  text,
} from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import type { BlockResult, TxResult } from "@sotto/kernel";
import { decryptOutput } from "@sotto/message";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  Query as ComputeQuery,
  MsgInstantiateContractResponseSchema,
  MsgStoreCodeResponseSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { accounts, CHAIN_ID, type NamedTx, type RecordedChain } from "./recordedChain.ts";

export type Op = Record<string, unknown>;

export interface CodeOf {
  readonly codeId: bigint;
  readonly hash: string;
}

export interface Deployed {
  readonly address: string;
  readonly codeHash: string;
  readonly codeId: bigint;
}

interface Queued extends NamedTx {
  readonly done?: ((result: TxResult) => void) | undefined;
}

export interface CallOptions extends Partial<TxInput> {
  readonly by?: Account;
  readonly funds?: readonly Coin[];
  readonly done?: (result: TxResult) => void;
}

export const uscrt = (amount: number | bigint | string): Coin[] => [{ denom: "uscrt", amount: String(amount) }];

export class Driver {
  readonly chain: RecordedChain;
  readonly #client: Client;
  #queue: Queued[] = [];
  /**
   * Numbers and sequences by account; cleared after each block, because a refused transaction does
   * not use its sequence.
   */
  readonly #sequences = new Map<string, { accountNumber: bigint; sequence: bigint }>();
  readonly #deployed: Deployed[] = [];
  #next = 0;
  #nonces = 0;

  constructor(chain: RecordedChain) {
    this.chain = chain;
    this.#client = new Client("of the recorded chain", chain.ioPublicKey, () => this.#nonces++);
  }

  /** Adds a contract for the queries of a chain that is disturbed. */
  know(deployed: Deployed): void {
    this.#deployed.push(deployed);
  }

  /** The account whose turn it is. After each round a block is made. */
  turn(): Account {
    if (this.#next === accounts.length) this.flush();
    return accounts[this.#next++] as Account;
  }

  #signing(by: Account) {
    const known = this.#sequences.get(by.address);
    if (known !== undefined) return known;
    const { account: any } = this.chain.ask(AuthQuery.method.account, { address: by.address });
    if (any === undefined) throw new Error("no account");
    const { accountNumber, sequence } = decode(BaseAccountSchema, any.value);
    return { accountNumber, sequence };
  }

  /** Signs for the state after the queued transactions. */
  sign(
    by: Account,
    messages: readonly Packed[],
    changes: Partial<TxInput> & { readonly mode?: number } = {},
  ): Uint8Array {
    const { mode, ...input } = changes;
    const { accountNumber, sequence } = this.#signing(by);
    this.#sequences.set(by.address, { accountNumber, sequence: sequence + 1n });
    const signer = { by, accountNumber, sequence, ...(mode === undefined ? {} : { mode }) };
    const { types } = this.chain.opened.definition;
    return signTx({ chainId: CHAIN_ID, messages, signers: [signer], types, ...input });
  }

  queue(name: string, bytes: Uint8Array, done?: (result: TxResult) => void): void {
    this.#queue.push({ name, bytes, done });
  }

  /** Queues messages of the account whose turn it is. */
  send(name: string, messages: (by: Account) => readonly Packed[], options: CallOptions = {}): void {
    const { by = this.turn(), done, funds: _funds, ...changes } = options;
    this.queue(name, this.sign(by, messages(by), { gas: 2_000_000n, ...changes }), done);
  }

  flush(): BlockResult {
    const queue = this.#queue;
    this.#queue = [];
    this.#next = 0;
    this.#sequences.clear();
    const result = this.chain.block(queue);
    for (const [i, { done }] of queue.entries()) done?.(result.txResults[i] as TxResult);
    if (this.chain.disturbed) this.#disturb();
    return result;
  }

  /** Queries that are not recorded, with separate nonces. */
  #disturb(): void {
    const contract = this.#deployed[this.chain.height % Math.max(1, this.#deployed.length)];
    if (contract === undefined) return;
    const { address: contractAddress, codeHash } = contract;
    for (const message of [
      { get: { key: "k" } },
      { token_info: {} },
      { recurse: { depth: 1 << 17 } },
      { set: { key: "a", value: "b" } },
    ]) {
      const nonce = sha256(fromUtf8(`disturbing ${this.chain.height} ${JSON.stringify(message)}`));
      const { wire: query } = this.#client.encryptUnder(nonce, codeHash, JSON.stringify(message));
      try {
        this.chain.ask(ComputeQuery.method.querySecretContract, { contractAddress, query });
      } catch (thrown) {
        if (!(thrown instanceof ChainError)) throw thrown;
      }
    }
  }

  /** Makes a block of one transaction that must succeed. */
  #now(name: string, messages: (by: Account) => readonly Packed[], options: CallOptions = {}): TxResult {
    if (this.#queue.length > 0) this.flush();
    this.send(name, messages, options);
    const [result] = this.flush().txResults;
    if (result?.code !== 0) throw new Error(`${name} failed with ${result?.codespace}/${result?.code}: ${result?.log}`);
    return result;
  }

  encrypt(codeHash: string, message: unknown): EncryptedMessage {
    return this.#client.encrypt(codeHash, message);
  }

  encryptText(codeHash: string, json: string): EncryptedMessage {
    return this.#client.encryptText(codeHash, json);
  }

  store(name: string, code: Uint8Array): CodeOf {
    const result = this.#now(`store ${name}`, (by) => [storeMessage(by, code)], { gas: 50_000_000n });
    return { codeId: responseOf(MsgStoreCodeResponseSchema, result).codeId, hash: toHex(sha256(code)) };
  }

  instantiateMessage(
    by: Account,
    code: CodeOf,
    label: string,
    message: unknown,
    admin = "",
    funds: readonly Coin[] = [],
  ): Packed {
    const { wire } = this.encrypt(code.hash, message);
    return instantiateMessage(by, { codeId: code.codeId, label, admin, funds }, wire);
  }

  /** The first account is creator and admin. */
  instantiate(code: CodeOf, label: string, message: unknown = { ops: [] }, funds: readonly Coin[] = []): Deployed {
    const by = accounts[0] as Account;
    const message0 = this.instantiateMessage(by, code, label, message, by.address, funds);
    const result = this.#now(`instantiate ${label}`, () => [message0], { by, gas: 10_000_000n });
    const { address } = responseOf(MsgInstantiateContractResponseSchema, result);
    const deployed = { address, codeHash: code.hash, codeId: code.codeId };
    this.know(deployed);
    return deployed;
  }

  executeMessage(by: Account, to: Deployed, message: unknown, funds: readonly Coin[] = []): Packed {
    return executeMessage(by, to.address, this.encrypt(to.codeHash, message).wire, funds);
  }

  execute(name: string, to: Deployed, message: unknown, options: CallOptions = {}): void {
    this.send(name, (by) => [this.executeMessage(by, to, message, options.funds)], options);
  }

  migrate(name: string, to: Deployed, code: CodeOf, message: unknown, options: CallOptions = {}): void {
    const { wire } = this.encrypt(code.hash, message);
    const by = options.by ?? (accounts[0] as Account);
    const packed = migrateMessage(by, to.address, code.codeId, wire);
    this.send(name, () => [packed], { by, ...options });
  }

  /** Runs and records a smart query of committed state. Returns the text of a successful answer. */
  query(name: string, to: Deployed, message: unknown): string | undefined {
    const { wire, key } = this.encrypt(to.codeHash, message);
    const ask = () =>
      this.chain.ask(ComputeQuery.method.querySecretContract, { contractAddress: to.address, query: wire });
    const answer = this.chain.recordQuery(name, ask, ({ data }) => data);
    if (answer === undefined) return undefined;
    return text(opened(decryptOutput(key, answer.data)));
  }
}

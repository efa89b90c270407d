/** Queues named transactions, makes blocks of them, and knows what came of them. */
import type { DescMessage } from "@bufbuild/protobuf";
import { parseAddress } from "@sotto/address";
import { fromUtf8, toHex } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { sha256, X25519Key } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import type { TxResult } from "@sotto/kernel";
import { agreeMessageKey, decryptOutput, encryptMessage, type MessageKey } from "@sotto/message";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  Query as ComputeQuery,
  MsgExecuteContractSchema,
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgStoreCodeResponseSchema,
  MsgStoreCodeSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type Account, type Coin, type Packed, pack, signTx, type TxInput } from "../chain/signing.ts";
import { accounts, CHAIN_ID, type NamedTx, type RecordedChain } from "./recordedChain.ts";

export type Op = Record<string, unknown>;

/** A number generator whose numbers are the same everywhere (xorshift64*). */
export class Random {
  #state: bigint;

  constructor(seed: number) {
    this.#state = BigInt.asUintN(64, BigInt(seed) * 0x9e3779b97f4a7c15n + 0x1234567n);
  }

  /** At least 0, below `bound`. */
  below(bound: number): number {
    let x = this.#state;
    x ^= x >> 12n;
    x = BigInt.asUintN(64, x ^ (x << 25n));
    x ^= x >> 27n;
    this.#state = x;
    return Number(BigInt.asUintN(64, x * 0x2545f4914f6cdd1dn) % BigInt(bound));
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }
}

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
  readonly #key = new X25519Key(sha256(fromUtf8("client of the recorded chain")));
  #queue: Queued[] = [];
  /** Accounts by sequence; forgotten after each block, because a refused transaction does not count. */
  readonly #sequences = new Map<string, { accountNumber: bigint; sequence: bigint }>();
  readonly #deployed: Deployed[] = [];
  #next = 0;
  #nonces = 0;

  constructor(chain: RecordedChain) {
    this.chain = chain;
  }

  /** The account whose turn it is. After one round a block is made. */
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

  /** Signs for the state after what is queued. */
  sign(
    by: Account,
    messages: readonly Packed[],
    changes: Partial<TxInput> & { readonly mode?: number } = {},
  ): Uint8Array {
    const { mode, ...input } = changes;
    const { accountNumber, sequence } = this.#signing(by);
    this.#sequences.set(by.address, { accountNumber, sequence: sequence + 1n });
    const signer = { by, accountNumber, sequence, ...(mode === undefined ? {} : { mode }) };
    return signTx({ chainId: CHAIN_ID, messages, signers: [signer], ...input });
  }

  queue(name: string, bytes: Uint8Array, done?: (result: TxResult) => void): void {
    this.#queue.push({ name, bytes, done });
  }

  /** Queues messages of whose turn it is. */
  send(name: string, messages: (by: Account) => readonly Packed[], options: CallOptions = {}): void {
    const { by = this.turn(), done, funds: _funds, ...changes } = options;
    this.queue(name, this.sign(by, messages(by), { gas: 2_000_000n, ...changes }), done);
  }

  flush(): readonly TxResult[] {
    const queue = this.#queue;
    this.#queue = [];
    this.#next = 0;
    this.#sequences.clear();
    const results = this.chain.block(queue);
    for (const [i, { done }] of queue.entries()) done?.(results[i] as TxResult);
    if (this.chain.disturbed) this.#disturb();
    return results;
  }

  /** Queries that nobody records, with nonces that nobody else uses. */
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
      const key = agreeMessageKey(this.#key, this.chain.ioPublicKey, nonce);
      if (key === undefined) throw new Error("no key");
      const query = encryptMessage(key, codeHash, JSON.stringify(message));
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
    const [result] = this.flush();
    if (result?.code !== 0) throw new Error(`${name} failed with ${result?.codespace}/${result?.code}: ${result?.log}`);
    return result;
  }

  encrypt(codeHash: string, message: unknown): { readonly wire: Uint8Array; readonly key: MessageKey } {
    return this.encryptText(codeHash, JSON.stringify(message));
  }

  encryptText(codeHash: string, text: string): { readonly wire: Uint8Array; readonly key: MessageKey } {
    const nonce = sha256(fromUtf8(`nonce ${this.#nonces++}`));
    const key = agreeMessageKey(this.#key, this.chain.ioPublicKey, nonce);
    if (key === undefined) throw new Error("no key");
    return { key, wire: encryptMessage(key, codeHash, text) };
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
    return pack(MsgInstantiateContractSchema, {
      sender: by.raw,
      codeId: code.codeId,
      label,
      initMsg: wire,
      initFunds: [...funds],
      admin,
    });
  }

  /** The first account is creator and admin. */
  instantiate(code: CodeOf, label: string, message: unknown = { ops: [] }, funds: readonly Coin[] = []): Deployed {
    const by = accounts[0] as Account;
    const message0 = this.instantiateMessage(by, code, label, message, by.address, funds);
    const result = this.#now(`instantiate ${label}`, () => [message0], { by, gas: 10_000_000n });
    const { address } = responseOf(MsgInstantiateContractResponseSchema, result);
    const deployed = { address, codeHash: code.hash, codeId: code.codeId };
    this.#deployed.push(deployed);
    return deployed;
  }

  executeMessage(by: Account, to: Deployed, message: unknown, funds: readonly Coin[] = []): Packed {
    return this.executeWire(by, to, this.encrypt(to.codeHash, message).wire, funds);
  }

  executeWire(by: Account, to: Deployed, msg: Uint8Array, funds: readonly Coin[] = []): Packed {
    return pack(MsgExecuteContractSchema, {
      sender: by.raw,
      contract: parseAddress(to.address),
      msg,
      sentFunds: [...funds],
    });
  }

  execute(name: string, to: Deployed, message: unknown, options: CallOptions = {}): void {
    this.send(name, (by) => [this.executeMessage(by, to, message, options.funds)], options);
  }

  migrate(name: string, to: Deployed, code: CodeOf, message: unknown, options: CallOptions = {}): void {
    const { wire } = this.encrypt(code.hash, message);
    const by = options.by ?? (accounts[0] as Account);
    const packed = pack(MsgMigrateContractSchema, {
      sender: by.address,
      contract: to.address,
      codeId: code.codeId,
      msg: wire,
    });
    this.send(name, () => [packed], { by, ...options });
  }

  /** A smart query of committed state, recorded; answers the text when it succeeded. */
  query(name: string, to: Deployed, message: unknown): string | undefined {
    const { wire, key } = this.encrypt(to.codeHash, message);
    const ask = () =>
      this.chain.ask(ComputeQuery.method.querySecretContract, { contractAddress: to.address, query: wire });
    const answer = this.chain.recordQuery(name, ask, ({ data }) => data);
    if (answer === undefined) return undefined;
    const plain = decryptOutput(key, answer.data);
    if (plain === undefined) throw new Error(`${name}: the answer does not decrypt`);
    return new TextDecoder().decode(plain);
  }
}

export const storeMessage = (by: Account, code: Uint8Array): Packed =>
  pack(MsgStoreCodeSchema, { sender: by.raw, wasmByteCode: code });

/** The response of the first message of a transaction. */
export function responseOf<D extends DescMessage>(schema: D, { data }: TxResult) {
  const response = decode(TxMsgDataSchema, data).msgResponses[0];
  if (response?.typeUrl !== `/${schema.typeName}`) throw new Error(`response is ${response?.typeUrl}`);
  return decode(schema, response.value);
}

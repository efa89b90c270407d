// SPDX-License-Identifier: Apache-2.0
/** Contracts for tests: stored, instantiated, executed and queried, with decrypted answers. */

import type { Account, Coin, Packed, TxInput } from "@sotto/contract-test/parts";
import {
  executeMessage,
  instantiateMessage,
  migrateMessage,
  opened,
  responseOf,
  succeeded,
  text,
} from "@sotto/contract-test/parts";
import type { TxResult } from "@sotto/kernel";
import { decryptError, decryptOutput, findTxErrors, type MessageKey, openAttribute } from "@sotto/message";
import {
  MsgExecuteContractResponseSchema,
  MsgInstantiateContractResponseSchema,
  MsgMigrateContractResponseSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { a, type TestChain } from "./testChain.ts";
import { hashOf } from "./wasm.ts";

/** A deployed contract with its own client. */
export class Contract {
  readonly chain: TestChain;
  readonly address: string;
  readonly codeHash: string;
  readonly codeId: bigint;
  /** Result of the instantiation. */
  readonly created: TxResult;
  readonly createdData: string;

  constructor(
    chain: TestChain,
    parts: { address: string; codeHash: string; codeId: bigint; created: TxResult; createdData: string },
  ) {
    this.chain = chain;
    this.address = parts.address;
    this.codeHash = parts.codeHash;
    this.codeId = parts.codeId;
    this.created = parts.created;
    this.createdData = parts.createdData;
  }

  message(by: Account, message: unknown, funds: readonly Coin[] = []): { packed: Packed; key: MessageKey } {
    const { wire, key } = this.chain.client.encrypt(this.codeHash, message);
    return { key, packed: executeMessage(by, this.address, wire, funds) };
  }

  /** Executes, expecting success. */
  execute(message: unknown, options: RunOptions = {}): Execution {
    const ran = this.try(message, options);
    succeeded(ran.result);
    return ran;
  }

  try(message: unknown, { by = a, funds = [], ...changes }: RunOptions = {}): Execution {
    const { packed, key } = this.message(by, message, funds);
    const result = this.chain.run(by, packed, { gas: 5_000_000n, ...changes });
    return new Execution(result, key, MsgExecuteContractResponseSchema);
  }

  migrate(message: unknown, codeId: bigint, codeHash: string, { by = a, ...changes }: RunOptions = {}): Execution {
    const { wire, key } = this.chain.client.encrypt(codeHash, message);
    const packed = migrateMessage(by, this.address, codeId, wire);
    const result = this.chain.run(by, packed, { gas: 5_000_000n, ...changes });
    return new Execution(result, key, MsgMigrateContractResponseSchema);
  }

  query(message: unknown): string {
    return this.chain.query(this.address, this.codeHash, message);
  }
}

export interface RunOptions extends Partial<TxInput> {
  readonly by?: Account;
  readonly funds?: readonly Coin[];
}

type DataResponse = typeof MsgExecuteContractResponseSchema | typeof MsgMigrateContractResponseSchema;

/** The result of a call in its sender's view. */
export class Execution {
  readonly result: TxResult;
  readonly key: MessageKey;
  readonly #schema: DataResponse;

  constructor(result: TxResult, key: MessageKey, schema: DataResponse) {
    this.result = result;
    this.key = key;
    this.#schema = schema;
  }

  /** Text of the decrypted data. */
  get data(): string {
    return text(opened(decryptOutput(this.key, responseOf(this.#schema, this.result).data)));
  }

  get isEmpty(): boolean {
    return responseOf(this.#schema, this.result).data.length === 0;
  }

  /** The outputs of the probe. */
  get outputs(): (string | null)[] {
    return JSON.parse(this.data);
  }

  /** The error in the form of secret.js. */
  get error(): string {
    return shownError(this.result.log, this.key);
  }

  /** Attributes of the `wasm` events, decrypted where they are encrypted. */
  get logs(): [string, string][] {
    return wasmLogs(this.result, this.key);
  }
}

/** The raw log with `encrypted: <b64>` replaced, as secret.js does it. */
export function shownError(log: string, key: MessageKey): string {
  const [found] = findTxErrors(log);
  if (found === undefined) return log;
  return log.replace(/encrypted: (.+?):/, `${text(opened(decryptError(key, found.ciphertext)))}:`);
}

const shown = (key: MessageKey, value: string): string => {
  const plain = openAttribute(key.siv, value);
  return plain === undefined ? value : text(plain);
};

export const wasmLogs = ({ events }: TxResult, key: MessageKey): [string, string][] =>
  events
    .filter(({ type }) => type === "wasm")
    .flatMap(({ attributes }) => attributes.map(([k, v]): [string, string] => [shown(key, k), shown(key, v)]));

export interface Deployment {
  readonly by?: Account;
  readonly label?: string;
  readonly admin?: string;
  readonly funds?: readonly Coin[];
  readonly gas?: bigint;
}

let labels = 0;

/** Instantiates a stored code. */
export function instantiate(
  chain: TestChain,
  codeId: bigint,
  code: Uint8Array,
  message: unknown,
  options: Deployment = {},
): Contract {
  const { by = a, label = `label ${labels++}`, admin = "", funds = [], gas = 5_000_000n } = options;
  const codeHash = hashOf(code);
  const { wire, key } = chain.client.encrypt(codeHash, message);
  const packed = instantiateMessage(by, { codeId, label, admin, funds }, wire);
  const created = chain.run(by, packed, { gas });
  if (created.code !== 0) throw new Error(`${created.codespace}/${created.code}: ${shownError(created.log, key)}`);
  const response = responseOf(MsgInstantiateContractResponseSchema, created);
  const createdData = text(opened(decryptOutput(key, response.data)));
  return new Contract(chain, { address: response.address, codeHash, codeId, created, createdData });
}

/** Stores and instantiates. */
export const deploy = (
  chain: TestChain,
  code: Uint8Array,
  message: unknown = { ops: [] },
  options: Deployment = {},
): Contract => instantiate(chain, chain.storeCode(code), code, message, options);

/** The probe's field of this name: ops that run in the reply. */
const THEN = "then";
export const thenDo = (...ops: readonly object[]): Record<string, unknown> => ({ [THEN]: ops });

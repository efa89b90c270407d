import { readFileSync } from "node:fs";
import { fromBase64, fromUtf8, toBase64, toLatin1, toUtf8 } from "@sotto/bytes";
import { type ContractCode, checkContract } from "@sotto/check";
import { Abort, type Backend, type Contract, createContracts, type Entry, formatEnv } from "@sotto/cosmwasm";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";

const BUILT = new URL("../built/", import.meta.url);

export const CONTRACT = "secret1mfk7n6mc2cg6lznujmeckdh4x0a5ezf6hx6y8q";
export const CODE_HASH = "ab".repeat(32);
export const CHAIN_ID = "secretdev-1";

const contracts = createContracts(createEngine());

export const builtBytes = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, BUILT)));

export const checked = (name: string): ContractCode => checkContract(builtBytes(`${name}.wasm`));

export interface Outcome {
  readonly gas: number;
  /** Bytes of the values that were written. */
  readonly written: number;
  readonly abort?: string;
  /** The parsed result of the contract. */
  readonly result?: { readonly Ok?: unknown; readonly ok?: unknown; readonly Err?: unknown };
  /** The data of a response, or the answer of a query. */
  readonly data?: string;
}

/** One contract in the real engine over a map. */
export class Chain {
  readonly #contract: Contract;
  readonly #rows = new Map<string, Uint8Array>();
  /** Of the last call. */
  height = 1;
  #written = 0;

  constructor(name: string) {
    this.#contract = contracts.add(sha256(builtBytes(`${name}.wasm`)), checked(name));
  }

  call(entry: Entry, sender: string, msg: unknown, gasLimit = 1_000_000_000): Outcome {
    this.height += 1;
    this.#written = 0;
    const { env, info } = formatEnv(this.#contract.code.dialect, {
      block: { height: this.height, time: "1700000000000000123", chainId: CHAIN_ID },
      random: toBase64(sha256(fromUtf8(String(this.height)))),
      transaction: { index: 0, hash: "AB".repeat(32) },
      contract: CONTRACT,
      codeHash: CODE_HASH,
      sender,
      funds: [],
    });
    const input = { env, info, msg: fromUtf8(JSON.stringify(msg)) };
    const { outcome, abort, data, gasUsed } = this.#contract.call(entry, input, this.#backend(entry), gasLimit);
    if (outcome === "aborted" || data === undefined) return { gas: gasUsed, written: 0, abort: abort ?? "none" };
    const result = JSON.parse(toUtf8(data) ?? "null");
    const answer = result.Ok?.data ?? (typeof result.Ok === "string" ? result.Ok : undefined);
    const text = typeof answer === "string" ? toUtf8(fromBase64(answer) ?? new Uint8Array()) : undefined;
    return { gas: gasUsed, written: this.#written, result, ...(text === undefined ? {} : { data: text }) };
  }

  query(msg: unknown): unknown {
    const { data, result, abort } = this.call("query", "", msg);
    if (data === undefined) throw new Error(abort ?? JSON.stringify(result));
    return JSON.parse(data);
  }

  #backend(entry: Entry): Backend {
    const rows = this.#rows;
    const readOnly = entry === "query";
    return {
      readOnly,
      read: (key) => rows.get(toLatin1(key)),
      write: (key, value) => {
        if (readOnly) throw new Abort("unauthorizedWrite");
        this.#written += value.length;
        rows.set(toLatin1(key), value);
      },
      remove(key) {
        if (readOnly) throw new Abort("unauthorizedWrite");
        rows.delete(toLatin1(key));
      },
      query() {
        throw new Abort("notImplemented");
      },
    };
  }
}

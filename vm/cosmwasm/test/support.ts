// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromUtf8, toLatin1, toUtf8 } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { sha256 } from "@sotto/crypto";
import { createEngine } from "@sotto/engine";
import wabt from "wabt";
import {
  Abort,
  type Backend,
  type CallResult,
  type Contract,
  createContracts,
  type Entry,
  formatEnv,
} from "../src/index.ts";

/** A plain store in memory: a real backend without secrets. */
export class MemoryBackend implements Backend {
  readonly rows = new Map<string, Uint8Array>();
  readonly texts: string[] = [];
  readonly queries: { readonly request: string; readonly gasLimit: number }[] = [];
  readOnly = false;
  answer: (request: string) => { answer: string; gasUsed: number } = () => {
    throw new Abort("notImplemented");
  };

  read(key: Uint8Array): Uint8Array | undefined {
    return this.rows.get(toLatin1(key));
  }
  write(key: Uint8Array, value: Uint8Array): void {
    if (this.readOnly) throw new Abort("unauthorizedWrite");
    this.rows.set(toLatin1(key), value);
  }
  remove(key: Uint8Array): void {
    if (this.readOnly) throw new Abort("unauthorizedWrite");
    this.rows.delete(toLatin1(key));
  }
  query(request: Uint8Array, gasLimit: number): { answer: Uint8Array; gasUsed: number } {
    this.queries.push({ request: toUtf8(request) as string, gasLimit });
    const { answer, gasUsed } = this.answer(toUtf8(request) as string);
    return { answer: fromUtf8(answer), gasUsed };
  }
  debug(text: Uint8Array): void {
    this.texts.push(toUtf8(text) as string);
  }
}

const contracts = createContracts(createEngine());

export function loadBytes(bytes: Uint8Array): Contract {
  const hash = sha256(bytes);
  return contracts.get(hash) ?? contracts.add(hash, checkContract(bytes));
}

export const loadBuilt = (name: string): Contract =>
  loadBytes(new Uint8Array(readFileSync(new URL(`../../../contracts/built/${name}.wasm`, import.meta.url))));

const tool = await wabt();

export function loadWat(text: string): Contract {
  const module = tool.parseWat("test.wat", text);
  try {
    return loadBytes(new Uint8Array(module.toBinary({}).buffer));
  } finally {
    module.destroy();
  }
}

export const block = { height: 1234, time: "1700000000000000123", chainId: "secretdev-1" };
export const sender = "secret1g8jn2zfg0uj3wghkdkl3z5fdy6uel969zn83mx";

export const GAS = 10_000_000_000;

/** Calls with an ordinary env. `msg` is JSON unless it is text already. */
export function run(contract: Contract, entry: Entry, msg: unknown, backend: Backend, gas = GAS): CallResult {
  const { env, info } = formatEnv(contract.code.dialect, {
    block,
    contract: sender,
    codeHash: "ab".repeat(32),
    sender,
    funds: [],
    transaction: { index: 0, hash: "CD".repeat(32) },
  });
  return contract.call(
    entry,
    { env, info, msg: fromUtf8(typeof msg === "string" ? msg : JSON.stringify(msg)) },
    backend,
    gas,
  );
}

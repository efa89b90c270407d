// SPDX-License-Identifier: Apache-2.0
/** A chain that begins with the exported state of another one, at its next height. */
import { fromHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ContractInfoSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { StateStore } from "@sotto/store";
import { exportedGenesis } from "../support/exported.ts";
import { SimChain } from "./chain.ts";
import { dump } from "./rows.ts";
import type { Simulation } from "./simulation.ts";

export interface Imported {
  /** The exported parts of the modules. */
  readonly file: ReadonlyMap<string, string>;
  readonly chain: SimChain;
}

export function importedFrom(simulation: Simulation): Imported {
  const { chain, definition, consensusParams } = simulation;
  // A call that is scheduled for the first block of an import comes a block later (ADR 96).
  while (chain.opened.app.ownTxs().txs.length > 0) simulation.block(0);
  const file = exportedGenesis(chain.queries);
  const firstHeight = chain.height + 1;
  return {
    file,
    chain: new SimChain({ definition, appState: file, consensusParams, seconds: chain.seconds, firstHeight }),
  };
}

/** Rows that a genesis file of the SDK or of the reference does not have, by the first byte. */
const NOT_CARRIED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  authz: { "02": "entries of the queue whose grants are gone" },
  compute: {
    "08": "counter of the block's transactions",
    "09": "histories of contracts",
    "0a": "positions in the lists of codes",
    "0c": "migrations that governance approved",
    "0d": "admins that governance approved",
  },
  distribution: { f0: "restakes" },
  staking: { "37": "last id of unbondings", "38": "ids of unbondings", "39": "kinds of ids", "50": "historical info" },
  upgrade: { "00": "the plan" },
};

/** What a genesis file carries of a row; undefined: nothing. */
function carried(store: string, line: string): string | undefined {
  const prefix = line.slice(0, 2);
  if (NOT_CARRIED[store]?.[prefix] !== undefined) return undefined;
  const [key = "", value = ""] = line.split(" ");
  // Chunks without a missed block: the first bytes are their length.
  if (store === "slashing" && prefix === "02" && /^0*40*$/.test(value)) return undefined;
  // The count of no schedules is the same as no count.
  if (store === "cron" && prefix === "02" && value === "") return undefined;
  if (store !== "compute" || prefix !== "02") return line;
  // The position of the instantiation.
  const info = decode(ContractInfoSchema, fromHex(value) ?? new Uint8Array(0));
  return `${key} ${Buffer.from(encode(ContractInfoSchema, { ...info, created: undefined })).toString("hex")}`;
}

/** Rows that a genesis file carries. */
export const carriedRows = (store: StateStore, name: string): string[] =>
  dump(store, name).flatMap((line) => carried(name, line) ?? []);

/**
 * The parts of the lines of a chain that the same chain after an import repeats: hashes depend on
 * the versions of rows, and the gas of staking on the length of ids.
 */
export const repeatable = (lines: readonly string[]): string[] =>
  lines.flatMap((line) => {
    if (line.startsWith("block ")) return [];
    return /^ {2}[^:]*\bstaking\//.test(line) ? line.replace(/ gas \d+\/\d+|gasUsed: \d+/g, "") : line;
  });

// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { equals, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { ReadCtx } from "@sotto/kernel";
import type { ComputeKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/** The place of a contract in the list of its code. */
interface CodeListing {
  readonly codeId: bigint;
  readonly height: bigint;
  readonly gas: bigint;
}

const show = ({ codeId, height, gas }: CodeListing): string => `${codeId} at ${height}.${gas}`;

/** Entries of the index by code, by contract address. */
function listings(ctx: ReadCtx): Map<string, CodeListing[]> {
  const all = new Map<string, CodeListing[]>();
  for (const [codeId, height, gas, contract] of state.byCode.keys(ctx)) {
    const address = formatAddress(contract);
    all.set(address, [...(all.get(address) ?? []), { codeId, height, gas }]);
  }
  return all;
}

/** The last entry of a contract's history, or the fault of the history as text. */
function lastEntry(ctx: ReadCtx, contract: Uint8Array): CodeListing | string {
  let last: CodeListing | undefined;
  let expected = 1n;
  for (const [[, at], { codeId, updated }] of state.history.entries(ctx, { prefix: [contract] })) {
    if (at !== expected++) return "has gaps in its history";
    last = { codeId, height: updated?.blockHeight ?? 0n, gas: updated?.txIndex ?? 0n };
  }
  return last ?? "has no history";
}

function brokenContract(
  ctx: ReadCtx,
  raw: Uint8Array,
  codeId: bigint,
  listed: readonly CodeListing[],
): string | undefined {
  if (!state.codes.has(ctx, codeId)) return `has code ${codeId}, which does not exist`;
  if (!state.keys.has(ctx, raw)) return "has no key";
  const last = lastEntry(ctx, raw);
  if (typeof last === "string") return last;
  if (last.codeId !== codeId) return `has code ${codeId}, its history ends with ${last.codeId}`;
  const [only] = listed;
  if (listed.length === 1 && only !== undefined && show(only) === show(last)) return undefined;
  return `is listed ${listed.map(show).join(", ") || "nowhere"}, its history ends with ${show(last)}`;
}

/**
 * Cost of each invariant: a walk through all rows of its kind; `codes` reads all bytes of all
 * codes.
 */
export const invariants = {
  /** Codes are numbered without gaps, and their bytes exist. */
  codes({ needs }: ComputeKeeper, ctx: ReadCtx): string | undefined {
    let next = 1n;
    for (const [id, { codeHash }] of state.codes.entries(ctx)) {
      if (id !== next++) return `code ${id} follows code ${next - 2n}`;
      const bytes = needs.blob(codeHash);
      if (bytes === undefined || !equals(sha256(bytes), codeHash)) return `the bytes of code ${id} are missing`;
    }
    const counter = state.nextCodeId.get(ctx) ?? 1n;
    return counter === next ? undefined : `the next code is ${counter}, not ${next}`;
  },

  /**
   * Each contract has a code, a key, a history without gaps, and one index entry under its code, at
   * the position in its history.
   */
  contracts(_compute: ComputeKeeper, ctx: ReadCtx): string | undefined {
    const listed = listings(ctx);
    let count = 0n;
    for (const [raw, { codeId }] of state.contracts.entries(ctx)) {
      count += 1n;
      const address = formatAddress(raw);
      const broken = brokenContract(ctx, raw, codeId, listed.get(address) ?? []);
      if (broken !== undefined) return `${address} ${broken}`;
    }
    const counter = state.nextInstanceId.get(ctx) ?? 1n;
    return counter === count + 1n ? undefined : `there are ${count} contracts, the next one is ${counter}`;
  },

  /** Each contract has one label, and each label belongs to a contract. */
  labels(_compute: ComputeKeeper, ctx: ReadCtx): string | undefined {
    const named = new Set<string>();
    for (const [label, raw] of state.labels.entries(ctx)) {
      const address = formatAddress(raw);
      if (!state.contracts.has(ctx, raw)) return `a label of ${address}, which does not exist`;
      if (named.has(address)) return `${address} has more labels than ${label}`;
      named.add(address);
    }
    for (const [raw] of state.contracts.entries(ctx)) {
      if (!named.has(formatAddress(raw))) return `${formatAddress(raw)} has no label`;
    }
    return undefined;
  },

  /** No row belongs to a contract that does not exist. */
  orphans(_compute: ComputeKeeper, ctx: ReadCtx): string | undefined {
    const known = new Set([...state.contracts.entries(ctx)].map(([raw]) => toHex(raw)));
    const owners: Iterable<readonly [what: string, contract: Uint8Array]> = [
      ...Array.from(state.rows.keys(ctx), ([raw]) => ["rows", raw] as const),
      ...Array.from(state.keys.keys(ctx), (raw) => ["a key", raw] as const),
      ...Array.from(state.history.keys(ctx), ([raw]) => ["a history", raw] as const),
      ...Array.from(state.byCode.keys(ctx), ([, , , raw]) => ["an entry under a code", raw] as const),
    ];
    for (const [what, raw] of owners) {
      if (!known.has(toHex(raw))) return `${what} of ${formatAddress(raw)}, which does not exist`;
    }
    return undefined;
  },
};

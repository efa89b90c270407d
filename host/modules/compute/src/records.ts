// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { GasMeter, NO_LIMIT, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import {
  ContractCodeHistoryEntrySchema,
  type ContractCodeHistoryOperationType as Operation,
} from "@sotto/proto/secret.compute.v1beta1";
import { state } from "./state.ts";

/**
 * The position of the running message. Compat: the index is the gas that the block has used so far
 * (spec/modules.md 8.4).
 */
const position = (ctx: WriteCtx) => ({ blockHeight: BigInt(ctx.block.height), txIndex: ctx.tx?.blockGas ?? 0n });

function lastHistory(ctx: ReadCtx, contract: Uint8Array) {
  for (const [[, at], entry] of state.history.entries(ctx, { prefix: [contract], reverse: true })) return { at, entry };
  return undefined;
}

/** Appends to the contract's code history. */
export function addHistory(
  ctx: WriteCtx,
  contract: Uint8Array,
  operation: Operation,
  codeId: bigint,
  msg: Uint8Array,
): void {
  const at = (lastHistory(ctx, contract)?.at ?? 0n) + 1n;
  state.history.set(
    ctx,
    [contract, at],
    create(ContractCodeHistoryEntrySchema, { operation, codeId, updated: position(ctx), msg }),
  );
}

/** Lists the contract under a code, in the order of creation. */
export function indexUnderCode(ctx: WriteCtx, codeId: bigint, contract: Uint8Array): void {
  const { blockHeight, txIndex } = position(ctx);
  state.byCode.add(ctx, [codeId, blockHeight, txIndex, contract]);
}

/** Removes the contract from the list of its previous code. */
export function unindexFromCode(ctx: WriteCtx, codeId: bigint, contract: Uint8Array): void {
  const updated = lastHistory(ctx, contract)?.entry.updated;
  if (updated !== undefined) state.byCode.remove(ctx, [codeId, updated.blockHeight, updated.txIndex, contract]);
}

const NONE_COUNTED = [undefined, 0] as const;

/**
 * Counts the transactions of a block; the first one gets 0 (ante step CountTX, spec/transactions.md
 * 3.2).
 */
export function countTx(ctx: WriteCtx): void {
  const height = BigInt(ctx.block.height);
  const [last, next] = state.txCounter.get(ctx) ?? NONE_COUNTED;
  state.txCounter.set(ctx, [height, last === height ? next + 1 : 1]);
}

/** The running transaction's counter, which `env.transaction.index` shows. */
export function currentTxCounter(ctx: ReadCtx): number {
  const counted = state.txCounter.get(ctx.withGas(new GasMeter(NO_LIMIT)));
  return counted === undefined ? 0 : counted[1] - 1;
}

/** Hashes of all codes, by code id: a code that was uploaded twice is named twice. */
export function* codeHashes(ctx: ReadCtx): Generator<Uint8Array> {
  for (const [, { codeHash }] of state.codes.entries(ctx)) yield codeHash;
}

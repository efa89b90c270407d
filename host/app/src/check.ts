// SPDX-License-Identifier: Apache-2.0
import { fromLatin1, toLatin1 } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import {
  Branch,
  type CheckApplication,
  GasMeter,
  NO_LIMIT,
  type PendingRow,
  runTx,
  type TxRunner,
} from "@sotto/kernel";
import type { AuthTx } from "@sotto/x-auth";
import { timeOf } from "./application.ts";
import { type ChainDefinition, type ChainOptions, createChain } from "./chain.ts";
import { secretChain } from "./secretChain.ts";

/** A runner that keeps the last decoded transaction. */
function decodingOnce(runner: TxRunner<AuthTx>): TxRunner<AuthTx> {
  let last: { readonly bytes: Uint8Array; readonly height: number; readonly tx: AuthTx } | undefined;
  return {
    ...runner,
    decode(bytes, height) {
      if (last?.bytes !== bytes || last.height !== height) last = { bytes, height, tx: runner.decode(bytes, height) };
      return last.tx;
    },
  };
}

/** A pending row with its key as text: few rows are read, so few keys are converted. */
type TextRow = readonly [store: string, key: string, value: Uint8Array | undefined];

function textRowsOf(branch: Branch): readonly TextRow[] {
  const found: TextRow[] = [];
  for (const [store, rows] of branch.changes())
    for (const [key, value] of rows.texts()) found.push([store, key, value]);
  return found;
}

/** Writes pending rows over a state. */
export function applyPending(branch: Branch, rows: readonly PendingRow[]): void {
  for (const [name, key, value] of rows) {
    if (value === undefined) branch.store(name).delete(key);
    else branch.store(name).set(key, value);
  }
}

/**
 * The ante pipeline of the check thread, over the latest committed state and the rows of
 * transactions checked since.
 */
export function createCheckApplication(
  options: ChainOptions,
  definition: ChainDefinition = secretChain,
): CheckApplication {
  const { store, chainId } = options;
  const chain = createChain(options, definition);
  const runner = decodingOnce(chain.runner);
  let snapshot = store.snapshot();
  let branch = new Branch(snapshot);
  let block = { chainId, height: snapshot.version, time: timeOf(store, snapshot.version) };
  /** Rows that the last valid transaction of each signer wrote. */
  const rowsOfSigner = new Map<string, readonly TextRow[]>();

  function signers(tx: Uint8Array): readonly string[] {
    try {
      return runner.decode(tx, block.height).signers.map(toLatin1);
    } catch (thrown) {
      if (thrown instanceof ChainError) return [];
      throw thrown;
    }
  }

  const pendingRows = (tx: Uint8Array): PendingRow[] =>
    signers(tx)
      .flatMap((signer) => rowsOfSigner.get(signer) ?? [])
      .map(([store, key, value]) => [store, fromLatin1(key), value]);

  function run(tx: Uint8Array, mode: "check" | "recheck", on: Branch) {
    const own = on.branch();
    const result = runTx(
      mode === "check" ? runner : chain.runner,
      { mode, block, branch: own, index: -1, blockMeter: new GasMeter(NO_LIMIT) },
      tx,
    );
    if (result.code !== 0) return result;
    if (mode === "check") {
      const rows = textRowsOf(own);
      for (const signer of signers(tx)) rowsOfSigner.set(signer, rows);
    }
    own.write();
    return result;
  }

  return {
    signers,
    check: (tx, mode) => run(tx, mode, branch),
    pendingRows,
    checkAhead(tx) {
      const ahead = new Branch(snapshot);
      applyPending(ahead, pendingRows(tx));
      return run(tx, "check", ahead);
    },
    reset(isWaiting = () => false) {
      for (const signer of rowsOfSigner.keys()) if (!isWaiting(signer)) rowsOfSigner.delete(signer);
      snapshot.close();
      store.refresh();
      snapshot = store.snapshot();
      branch = new Branch(snapshot);
      block = { chainId, height: snapshot.version, time: timeOf(store, snapshot.version) };
    },
  };
}

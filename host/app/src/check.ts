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
import { type ChainDefinition, type ChainOptions, createChain, secretChain } from "./chain.ts";

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

/** A pending row with its key as text: few are ever asked for, so few are converted. */
type LeftRow = readonly [store: string, key: string, value: Uint8Array | undefined];

function leftIn(branch: Branch): readonly LeftRow[] {
  const left: LeftRow[] = [];
  for (const [store, rows] of branch.changes()) for (const [key, value] of rows.texts()) left.push([store, key, value]);
  return left;
}

/** Puts rows over a state as they were left. */
export function applyPending(branch: Branch, rows: readonly PendingRow[]): void {
  for (const [name, key, value] of rows) {
    if (value === undefined) branch.store(name).delete(key);
    else branch.store(name).set(key, value);
  }
}

/**
 * The ante pipeline over the latest committed state and what was checked since: the check thread's.
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
  const left = new Map<string, readonly LeftRow[]>();

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
      .flatMap((signer) => left.get(signer) ?? [])
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
      const rows = leftIn(own);
      for (const signer of signers(tx)) left.set(signer, rows);
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
      for (const signer of left.keys()) if (!isWaiting(signer)) left.delete(signer);
      snapshot.close();
      store.refresh();
      snapshot = store.snapshot();
      branch = new Branch(snapshot);
      block = { chainId, height: snapshot.version, time: timeOf(store, snapshot.version) };
    },
  };
}

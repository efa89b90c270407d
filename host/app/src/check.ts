import { toLatin1 } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { Branch, type CheckApplication, GasMeter, NO_LIMIT, runTx, type TxRunner } from "@sotto/kernel";
import type { AuthTx } from "@sotto/x-auth";
import { latestTime } from "./application.ts";
import { type ChainOptions, createChain } from "./chain.ts";

/** Rows that a transaction left: store, key, value. */
type Left = readonly (readonly [store: string, key: Uint8Array, value: Uint8Array | undefined])[];

/** A runner that decodes what was decoded last only once. */
function decodingOnce(runner: TxRunner<AuthTx>): TxRunner<AuthTx> {
  let last: { readonly bytes: Uint8Array; readonly tx: AuthTx } | undefined;
  return {
    ...runner,
    decode(bytes) {
      if (last?.bytes !== bytes) last = { bytes, tx: runner.decode(bytes) };
      return last.tx;
    },
  };
}

function leftIn(branch: Branch): Left {
  const left: (readonly [string, Uint8Array, Uint8Array | undefined])[] = [];
  for (const [store, rows] of branch.changes()) for (const [key, value] of rows) left.push([store, key, value]);
  return left;
}

/** The ante pipeline over the latest committed state and what was checked since: the check thread's. */
export function createCheckApplication(options: ChainOptions): CheckApplication {
  const { store, chainId } = options;
  const chain = createChain(options);
  const runner = decodingOnce(chain.runner);
  let snapshot = store.snapshot();
  let branch = new Branch(snapshot);
  let block = { chainId, height: snapshot.version, time: latestTime(options) };
  /** What the last transaction of each signer left that passed. */
  const left = new Map<string, Left>();

  function signers(tx: Uint8Array): readonly string[] {
    try {
      return runner.decode(tx).signers.map(toLatin1);
    } catch (thrown) {
      if (thrown instanceof ChainError) return [];
      throw thrown;
    }
  }

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
    checkAhead(tx) {
      const ahead = new Branch(snapshot);
      for (const signer of signers(tx)) {
        for (const [name, key, value] of left.get(signer) ?? []) {
          if (value === undefined) ahead.store(name).delete(key);
          else ahead.store(name).set(key, value);
        }
      }
      return run(tx, "check", ahead);
    },
    reset(isWaiting = () => false) {
      for (const signer of left.keys()) if (!isWaiting(signer)) left.delete(signer);
      snapshot.close();
      store.refresh();
      snapshot = store.snapshot();
      branch = new Branch(snapshot);
      block = { chainId, height: snapshot.version, time: latestTime(options) };
    },
  };
}

import { Branch, type CheckApplication, GasMeter, NO_LIMIT, runTx } from "@sotto/kernel";
import { latestTime } from "./application.ts";
import { type ChainOptions, createChain } from "./chain.ts";

/** The ante pipeline over the latest committed state and what was checked since: the check thread's. */
export function createCheckApplication(options: ChainOptions): CheckApplication {
  const { store, chainId } = options;
  const chain = createChain(options);
  let snapshot = store.snapshot();
  let branch = new Branch(snapshot);
  let block = { chainId, height: snapshot.version, time: latestTime(options) };
  return {
    check(tx, mode) {
      return runTx(chain.runner, { mode, block, branch, index: -1, blockMeter: new GasMeter(NO_LIMIT) }, tx);
    },
    reset() {
      snapshot.close();
      store.refresh();
      snapshot = store.snapshot();
      branch = new Branch(snapshot);
      block = { chainId, height: snapshot.version, time: latestTime(options) };
    },
  };
}

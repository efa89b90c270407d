// SPDX-License-Identifier: Apache-2.0
// Makes blocks until it is killed; with a phase and a height it kills itself there.
import { join } from "node:path";
import { openBlockLog } from "@sotto/blocks";
import { createSequencer } from "@sotto/sequencer";
import { genesisOf, key, nowAt, txsAt } from "../chain.mjs";
import { createLedger, openLedgerStore } from "../ledger.mjs";

const [path, phase, height] = process.argv.slice(2);
const log = openBlockLog({ path: join(path, "blocks") });
const store = openLedgerStore(join(path, "state"));
const sequencer = createSequencer({
  app: createLedger(store),
  log,
  keys: [key],
  genesis: genesisOf(),
  onPhase(done) {
    if (done === phase && sequencer.height + (done === "committed" ? 0 : 1) === Number(height)) {
      process.kill(process.pid, "SIGKILL");
    }
  },
});
for (;;) {
  const next = sequencer.height + 1;
  sequencer.produce(nowAt(next), txsAt(next));
  process.stdout.write(`${next}\n`);
}

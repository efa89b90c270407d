// SPDX-License-Identifier: Apache-2.0
import { writeSync } from "node:fs";
import { openStore } from "@sotto/store";
import { RUNS, run, STORES } from "../steps.mjs";

// Stages the rows of a first version, commits them, and ends as if it were killed.
const store = openStore({ path: process.argv[2], stores: STORES, pruning: { keepVersions: undefined } });
if (store.version === 0) {
  for (let i = 0; i < RUNS - 1; i++) store.stage(run(i));
  writeSync(1, "0\n");
  store.stage(run(RUNS - 1));
  store.commit(new Map());
}
writeSync(1, "1\n");
process.kill(process.pid, "SIGKILL");

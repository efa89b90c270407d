// SPDX-License-Identifier: Apache-2.0
import { writeSync } from "node:fs";
import { openStore } from "@sotto/store";
import { STORES, step } from "../steps.mjs";

// Commits until it is killed, and reports each commit. Its files are small, so that many begin and
// end.
const [path, keep] = process.argv.slice(2);
const keepVersions = keep === "all" ? undefined : Number(keep);
const store = openStore({ path, stores: STORES, pruning: { keepVersions }, segmentBytes: 20_000 });
for (;;) {
  const { changes, extra } = step(store.version + 1);
  const { version } = store.commit(changes, extra);
  writeSync(1, `${version}\n`);
}

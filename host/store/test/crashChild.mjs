import { writeSync } from "node:fs";
import { openStore } from "@sotto/store";
import { STORES, step } from "./steps.mjs";

// Commits until it is killed, and says so after each commit.
const [path, keep] = process.argv.slice(2);
const keepVersions = keep === "all" ? undefined : Number(keep);
const store = openStore({ path, stores: STORES, pruning: { keepVersions } });
for (;;) {
  const { changes, extra } = step(store.version + 1);
  const { version } = store.commit(changes, extra);
  writeSync(1, `${version}\n`);
}

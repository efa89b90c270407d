// A chain inside the test, and the tester of leaks: of the clone of Sotto that made this folder.
// SOTTO_CLONE names another clone.
import { existsSync } from "node:fs";
import { pathToFileURL } from "node:url";

const other = process.env.SOTTO_CLONE;
const clone = other ? pathToFileURL(`${other}/`) : new URL("../../../", import.meta.url);
const built = new URL("clients/contract-test/dist/index.js", clone);
if (!existsSync(built)) {
  console.error(`${built.pathname} is missing: name a clone of Sotto in SOTTO_CLONE, and run npm start there once`);
  process.exit(1);
}

export const { assertCostsAtMost, assertFailsWith, assertRevealsNothing, assertRevealsOnly, DevChain, leaks } =
  await import(built);

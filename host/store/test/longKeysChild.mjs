// SPDX-License-Identifier: Apache-2.0
import { openStore } from "@sotto/store";

// Reads rows of long keys, present and absent ones, through one reader.
const [, , path, present, absent] = process.argv;
const LENGTH = 1_000_000;
const keyOf = (start) => {
  const key = new Uint8Array(LENGTH);
  key.set(new TextEncoder().encode(start));
  return key;
};
const store = openStore({ path, stores: ["bank"], pruning: { keepVersions: undefined }, readOnly: true });
const snapshot = store.snapshot();
const bank = snapshot.store("bank");
let found = 0;
for (let i = 0; i < Number(present); i++) if (bank.get(keyOf(`present ${i}`))?.length === 1) found++;
for (let i = 0; i < Number(absent); i++) {
  if (bank.get(keyOf(`absent ${i}`)) !== undefined || bank.has(keyOf(`not there ${i}`))) found++;
}
snapshot.close();
store.close();
process.stdout.write(String(found));

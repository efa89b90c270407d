// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { bytes, folder, start } from "./stores.ts";

const child = fileURLToPath(new URL("./longKeysChild.mjs", import.meta.url));

test("a reader does not keep long keys: 1,240 MB of them are read in a heap of 40 MiB", () => {
  const path = folder();
  const store = start({ path, stores: ["bank"] });
  const rows = Array.from({ length: 40 }, (_, i) => {
    const key = new Uint8Array(1_000_000);
    key.set(bytes(`present ${i}`));
    return [key, Uint8Array.of(i)] as const;
  });
  store.commit(new Map([["bank", rows]]));
  store.close();
  const read = (present: number, absent: number) => {
    const args = ["--max-old-space-size=40", child, path, String(present), String(absent)];
    const { status, stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return [status, stdout];
  };
  expect(read(40, 0)).toEqual([0, "40"]);
  expect(read(0, 600)).toEqual([0, "0"]);
}, 60_000);

// SPDX-License-Identifier: Apache-2.0
/** The place of an exported file. The content: `test/e2e/genesis.test.ts`. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { paths } from "../src/config.ts";
import { exportGenesis } from "../src/exportGenesis.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-export-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const home = join(folder, "home");
const where = paths(home);
mkdirSync(where.state, { recursive: true });
writeFileSync(where.genesis, "its genesis");
const link = join(folder, "link");
symlinkSync(home, link);
const exportTo = (output: string) => exportGenesis({ home, height: undefined, output, stream: process.stdout });

test.each([
  ["the genesis file", where.genesis],
  ["the genesis file by another name of its folder", join(link, "genesis.json")],
  ["the genesis file by a longer path", join(home, "state", "..", "genesis.json")],
  ["the key", where.validatorKey],
  ["a file in the folder of the state", join(where.state, "export.json")],
])("is not %s of the home", async (_, output) => {
  await expect(exportTo(output)).rejects.toThrow(
    `${output} belongs to the chain in ${home}; name another file with --output FILE`,
  );
  expect(readFileSync(where.genesis, "utf8")).toBe("its genesis");
  expect(existsSync(where.validatorKey)).toBe(false);
});

// The refusal that comes next, of a folder without blocks.
test("may be another file in the home", async () => {
  await expect(exportTo(join(home, "export.json"))).rejects.toThrow("holds no chain with a block");
});

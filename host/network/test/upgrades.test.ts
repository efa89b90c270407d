// SPDX-License-Identifier: Apache-2.0
/** A pair waits for the program of an upgrade. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { nodePaths } from "../src/files.ts";
import { folderOf, neededBy, programOf, Upgrades } from "../src/upgrades.ts";

let home: string;
let told: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sotto-upgrades-"));
  told = [];
});
afterEach(() => rmSync(home, { recursive: true }));

/** As `saveDurably` of the node: another file each time. */
function writeInfo(name: string): void {
  const { upgradeInfo } = nodePaths(home, 1);
  mkdirSync(dirname(upgradeInfo), { recursive: true });
  writeFileSync(`${upgradeInfo}.new`, JSON.stringify({ name, time: "0001-01-01T00:00:00Z", height: 7, info: "a\nb" }));
  renameSync(`${upgradeInfo}.new`, upgradeInfo);
}

function putProgram(path: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, "#!/bin/sh\n");
  chmodSync(`${path}.new`, 0o755);
  renameSync(`${path}.new`, path);
}

/** Waits for the program, and puts it when the upgrade is told. */
async function switched(upgrades: Upgrades): Promise<true | undefined> {
  const before = told.length;
  return upgrades.waits(
    (line) => {
      told.push(line);
      const { program = "" } = neededBy(home, 1) ?? {};
      if (told.length === before + 1) putProgram(program);
    },
    () => false,
  );
}

test("a run that wrote no plan is no upgrade, whatever an earlier one wrote", async () => {
  const upgrades = new Upgrades(home, 1);
  upgrades.begin();
  expect(await switched(upgrades)).toBeUndefined();
  writeInfo("v2");
  upgrades.begin();
  expect(await switched(upgrades)).toBeUndefined();
  expect(programOf(nodePaths(home, 1).root, "main.js")).toEqual({ file: process.execPath, args: ["main.js"] });
});

test("the program is that of the plan as soon as it is there", async () => {
  const { root, upgrade } = nodePaths(home, 1);
  const upgrades = new Upgrades(home, 1);
  upgrades.begin();
  writeInfo("V2 two");
  expect(await switched(upgrades)).toBe(true);
  const program = join(root, "cosmovisor/upgrades/v2%20two/bin/sotto");
  expect(told[0]).toContain(`the upgrade "V2 two" is needed at height 7 (a b): put its program at ${program}.`);
  expect(readlinkSync(join(root, "cosmovisor/current"))).toBe("upgrades/v2%20two");
  expect(programOf(root, "main.js").file).toBe(join(root, "cosmovisor/current/bin/sotto"));
  expect(existsSync(upgrade)).toBe(true);
  upgrades.begin();
  expect(existsSync(upgrade)).toBe(false);
});

test("a program that does not know the upgrade is not started again, but another in its place", async () => {
  const { root } = nodePaths(home, 1);
  const upgrades = new Upgrades(home, 1);
  upgrades.begin();
  writeInfo("v2");
  await switched(upgrades);
  upgrades.begin();
  writeInfo("v2");
  const from = performance.now();
  const waiting = upgrades.waits(
    () => {},
    () => performance.now() - from > 700,
  );
  expect(await waiting).toBe(true);
  expect(performance.now() - from).toBeGreaterThan(700);
  expect(await switched(upgrades)).toBe(true);
  expect(readlinkSync(join(root, "cosmovisor/current"))).toBe("upgrades/v2");
});

test("folders have cosmovisor's names, and none is above the others", () => {
  // Of Go 1.24, url.PathEscape(strings.ToLower(name)).
  expect(["v1.2.3", "My Upgrade", "a/b", "a+b=c&d@e:f$g", "(x)!*'", "é"].map(folderOf)).toEqual([
    "v1.2.3",
    "my%20upgrade",
    "a%2Fb",
    "a+b=c&d@e:f$g",
    "%28x%29%21%2A%27",
    "%C3%A9",
  ]);
  expect([".", ".."].map(folderOf)).toEqual(["_", "_"]);
});

// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { startKeeper } from "../../src/keeper.ts";
import type { ProcessMark } from "../../src/processes.ts";

test("a keeper that ends at once is started again after pauses that grow, which the log tells", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sotto-keeper-"));
  const [entry, runs] = [join(folder, "broken.mjs"), join(folder, "runs")];
  writeFileSync(runs, "");
  writeFileSync(
    entry,
    `import { appendFileSync } from "node:fs"; appendFileSync(${JSON.stringify(runs)}, Date.now() + " "); process.exit(3);`,
  );
  const told: string[] = [];
  const marks: ProcessMark[] = [];
  const keeper = startKeeper({ entry, tell: (line) => told.push(line), onReplaced: (mark) => marks.push(mark) });
  while (told.length < 4) await sleep(20);
  keeper.end();
  const times = readFileSync(runs, "utf8").trim().split(" ").map(Number);
  expect(times.length).toBe(4);
  expect(marks.length).toBe(3);
  for (const [i, pause] of [100, 200, 400].entries()) {
    expect(told[i]).toContain(`ended with 3; it is started again in ${pause / 1000} s`);
    expect(Number(times[i + 1]) - Number(times[i])).toBeGreaterThanOrEqual(pause - 10);
  }
  await sleep(1_500);
  expect(readFileSync(runs, "utf8").trim().split(" ").length).toBe(4);
  rmSync(folder, { recursive: true });
}, 120_000);

// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastWords } from "../src/logView.ts";
import { Restarts, readEnd, saveEnd } from "../src/restarts.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-restarts-"));

test("a pair that is never ready is started again eight times at most, with pauses that grow", () => {
  const restarts = new Restarts();
  const pauses = Array.from({ length: 8 }, () => restarts.after(undefined));
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, undefined]);
});

test("a pair that ends soon after it was ready does not begin again with a short pause", () => {
  const restarts = new Restarts();
  const pauses = Array.from({ length: 10 }, () => restarts.after(2_000));
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]);
  expect(restarts.after(60_000)).toBe(500);
  expect(restarts.after(undefined)).toBe(1000);
});

test("the last end is kept in a file, and the node's own words are in its log", () => {
  const [file, log] = [join(folder, "end.json"), join(folder, "node.log")];
  expect(readEnd(file)).toBe(null);
  saveEnd(file, "the node ended with code 1");
  expect(readEnd(file)).toEqual({ at: expect.stringMatching(/^\d{4}-.*Z$/), reason: "the node ended with code 1" });
  writeFileSync(file, "{");
  expect(readEnd(file)).toBe(null);
  const old = "\nsotto: an earlier start\n";
  writeFileSync(log, `${old}{"level":40,"msg":"a warning"}\n{"level":60,"msg":"the node cannot continue: x"}\nelse\n`);
  expect(lastWords(log, old.length)).toBe("the node cannot continue: x");
  writeFileSync(log, `${old}{"level":40,"msg":"a warning"}\n`);
  expect(lastWords(log, old.length)).toBe(undefined);
  writeFileSync(log, `${old}\nsotto: port 1 is in use\n`);
  expect(lastWords(log, old.length)).toBe("port 1 is in use");
  expect(lastWords(join(folder, "none"), 0)).toBe(undefined);
  rmSync(folder, { recursive: true });
});

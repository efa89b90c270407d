// SPDX-License-Identifier: Apache-2.0
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

interface SoakResult {
  readonly blocks: number;
  readonly blockMs: { readonly set: number; readonly p99: number; readonly most: number };
  readonly queries: number;
  readonly queryMs: { readonly p50: number; readonly p99: number };
  readonly failures: number;
  readonly firstFailures: readonly string[];
  readonly transfers: number;
  readonly attacks: number;
  readonly hostile: Readonly<Record<string, { asked: number; answered: number; refused: number; failed: number }>>;
}

// Bounds that only a stall breaks, however busy the machine is; `bench/soak.mjs` has the budget.
test("sixty hostile clients of every kind stall neither blocks nor honest queries", async () => {
  const bench = fileURLToPath(new URL("../../bench/soak.mjs", import.meta.url));
  const flags = ["--minutes", "0.5", "--clients", "60", "--rows", "3000", "--transfers", "4", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [bench, ...flags], { maxBuffer: 1e8 });
  const found: SoakResult = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
  expect([found.failures, found.firstFailures]).toEqual([0, []]);
  expect(found.blocks).toBeGreaterThan(10);
  expect(found.blockMs.most).toBeLessThan(8_000);
  expect(found.queries).toBeGreaterThan(20);
  expect(found.queryMs.p50).toBeLessThan(3_000);
  expect(found.transfers).toBeGreaterThan(20);
  expect(found.attacks).toBeGreaterThan(10);
  for (const [kind, { asked, answered, refused, failed }] of Object.entries(found.hostile)) {
    // A query that burns all its gas may take longer than all of this.
    const isThere = kind === "burning" ? failed < asked : answered + refused > 0;
    expect([kind, isThere]).toEqual([kind, true]);
  }
}, 240_000);

// SPDX-License-Identifier: Apache-2.0
/** `sotto debug diff` over the folders of two nodes whose states have parted. */
import { execFile } from "node:child_process";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { accounts } from "@sotto/local";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newHome, removeAll, rpc, TestNode, until, untilHeight } from "./node.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const FLAGS = ["--block-time=100ms", "--seed", "d1".repeat(32)];

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const diff = (...args: readonly string[]): Promise<Result> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "debug", "diff", ...args], (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });

/**
 * The faucet pays an account. Returns a height whose state has the payment, and which has a block
 * after it.
 */
async function pay(node: TestNode, address: string | undefined): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${node.ports.faucet}/faucet?address=${address}`);
  expect(response.status).toBe(200);
  const { txhash } = (await response.json()) as { readonly txhash: string };
  const height = await until(async () => {
    const found = await rpc<{ readonly height: string }>(node, `tx?hash=0x${txhash}`).catch(() => undefined);
    return found === undefined ? undefined : Number(found.height);
  });
  await untilHeight(node, height + 1);
  return height;
}

let common: string;
let other: string;
let parted: number;

beforeAll(async () => {
  common = newHome();
  other = newHome();
  const first = await TestNode.start({ home: common, flags: FLAGS });
  await untilHeight(first, 3);
  await first.stop();
  cpSync(common, other, { recursive: true, filter: (path) => !path.includes("node.lock") });
});
afterAll(removeAll);

describe("sotto debug diff", () => {
  test("finds the copy of a folder equal", async () => {
    const { code, stdout } = await diff("--home", common, "--with", other);
    expect(stdout).toMatch(/^equal: both have the application hash [0-9a-f]{64} at height (\d+)\n$/);
    parted = Number(/height (\d+)/.exec(stdout)?.[1]);
    expect(code).toBe(0);
  });

  test("names the first height, the stores and the first key that differ, and shows no value", async () => {
    /**
     * A height by which a chain has paid: the state of the other one has another payment, or none.
     */
    let paid = Number.MAX_SAFE_INTEGER;
    for (const [home, address] of [
      [common, accounts[2]?.address],
      [other, accounts[1]?.address],
    ] as const) {
      const node = await TestNode.start({ home, flags: FLAGS });
      paid = Math.min(paid, await pay(node, address));
      await node.stop();
    }
    const first = await diff("--home", common, "--with", other);
    expect(first.code).toBe(1);
    const height = Number(/^height (\d+) is the first that differs/.exec(first.stdout)?.[1]);
    expect(height).toBeGreaterThan(parted);
    // The payment, or else the time of a block: that of the first block after the stop was fixed
    // before.
    expect(first.stdout).toMatch(/^stores that differ: .*\b(bank|staking)\b.*$/m);
    const { code, stdout } = await diff("--home", common, "--with", other, "--height", String(paid));
    expect(code).toBe(1);
    expect(stdout).toMatch(/^stores that differ: .*\bbank\b.*$/m);
    expect(stdout).toMatch(/^store bank, first key that differs: [0-9a-f]+( \(.*\))?$/m);
    expect(
      stdout.match(/: (no such row|\d+ bytes, SHA-256 [0-9a-f]{64}, written at height \d+)$/gm)?.length,
    ).toBeGreaterThan(1);
    const before = await diff("--home", common, "--with", other, "--height", String(height - 1));
    expect([before.code, before.stdout]).toEqual([0, expect.stringContaining(`at height ${height - 1}`)]);
  });

  test("compares hashes with a node that runs, and refuses the folder of one", async () => {
    const node = await TestNode.start({ home: other, flags: FLAGS });
    const { code, stdout } = await diff("--home", common, "--with", node.rpc);
    expect(stdout).toMatch(
      /^height \d+ is the first that differs, of those that both still have; application hashes:\n/,
    );
    expect(stdout).toContain(`  ${node.rpc}: `);
    expect(code).toBe(1);
    const refused = await diff("--home", common, "--with", other);
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("belongs to a running node")]);
    await node.stop();
  });

  test("says what is wrong with a folder without a chain, an RPC that does not answer and a height beyond the last", async () => {
    const empty = join(newHome(), "none");
    const none = await diff("--home", common, "--with", empty);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining(`the folder ${empty} holds no chain`)]);
    expect(existsSync(empty)).toBe(false);
    const silent = await diff("--home", common, "--with", "http://127.0.0.1:1");
    expect([silent.code, silent.stderr]).toEqual([2, expect.stringContaining("no RPC of a node answers")]);
    const late = await diff("--home", common, "--with", other, "--height", "1000000");
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining("does not have height 1000000")]);
  });
});

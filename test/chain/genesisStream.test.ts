// SPDX-License-Identifier: Apache-2.0
/** Genesis files of any length: import and export in bounded memory. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import { a, b, TestChain } from "../support/testChain.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-genesis-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = new URL("../../bench/lib/genesisChain.mjs", import.meta.url).pathname;
/** Runs a step in a process with a heap of at most `heapMib` MiB. */
function step(heapMib: number, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("node", [`--max-old-space-size=${heapMib}`, script, ...args], {
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("a genesis file of 100,000 accounts", () => {
  /** MiB. A chain of ten accounts needs 50; the file's accounts and balances would need 400. */
  const HEAP = 80;
  const path = (name: string) => join(folder, name);

  test("is imported and exported, each in a heap of 80 MiB", () => {
    expect(step(HEAP, "make", path("first.json"), "100000")).toMatchObject({ status: 0 });
    expect(statSync(path("first.json")).size).toBeGreaterThan(20_000_000);
    mkdirSync(path("first"));
    expect(step(HEAP, "import", path("first"), path("first.json"))).toMatchObject({ status: 0 });
    expect(step(HEAP, "export", path("first"), path("second.json"))).toMatchObject({ status: 0 });
    const text = readFileSync(path("second.json"), "latin1");
    // Three more amounts: the supply, and parameters of gov. One account is the fee collector's.
    expect([text.split("BaseAccount").length - 1, text.split('"amount":').length - 1]).toEqual([100_000, 100_003]);
  }, 180_000);
});

describe("a genesis file", () => {
  const start = (appState: Readonly<Record<string, string>>) =>
    new TestChain({ appState: new Map(Object.entries(appState)) });

  test("is refused with the module, the element and its position", () => {
    const account = `{"@type":"/cosmos.auth.v1beta1.BaseAccount","address":"${a.address}"}`;
    expect(() => start({ auth: `{"accounts":[${account},{"@type":"/cosmos.auth.v1beta1.Params"}]}` })).toThrow(
      "genesis of auth, accounts[1] at byte 116: unable to resolve type URL",
    );
    expect(() => start({ bank: '{"balances":[{"address":"nobody","coins":[]}]}' })).toThrow(
      "genesis of bank, balances[0] at byte 13",
    );
    expect(() => start({ bank: '{"supply":[{"denom":"u","amount":"1"}]}' })).toThrow(
      "genesis of bank, supply[0] at byte 11: genesis supply is incorrect, expected 1u, got 0u",
    );
    expect(() => start({ circuit: '{"disabled_type_urls":["a",]}' })).toThrow(
      "genesis of circuit, disabled_type_urls[0] at byte 23: unexpected character at byte 28",
    );
  });

  test("is refused with the position of a balance whose coins are no valid set", () => {
    const withCoins =
      (...coins: readonly unknown[]) =>
      () =>
        start({ bank: JSON.stringify({ balances: [{ address: a.address, coins }] }) });
    const at = "genesis of bank, balances[0] at byte 13: ";
    const coin = { denom: "uscrt", amount: "1" };
    expect(withCoins(coin, coin)).toThrow(`${at}invalid coin set 1uscrt,1uscrt: duplicate denomination uscrt`);
    expect(withCoins({ denom: "uscrt", amount: "-1" })).toThrow(`${at}invalid coin set -1uscrt`);
    expect(withCoins({ denom: "1", amount: "1" })).toThrow(`${at}invalid coin set 11: invalid denom: 1`);
    expect(withCoins({ denom: "uscrt" })).toThrow(`${at}invalid amount of uscrt: ""`);
  });

  test("from an export gives the same state and the same file again, with its fields in any order", () => {
    const chain = new TestChain();
    const file = exportedGenesis(chain.queries);
    const turned = [...file].map(([name, text]) => {
      const fields = Object.entries(JSON.parse(text)).reverse();
      return [name, JSON.stringify(Object.fromEntries(fields), null, 1)] as const;
    });
    const again = start(Object.fromEntries(turned));
    expect(exportedGenesis(again.queries)).toEqual(file);
    for (const each of [chain, again]) each.close();
  });

  test("is exported with the balances of each owner together, in the order of the addresses", () => {
    const coins = [
      { denom: "ibc/AB", amount: "1" },
      { denom: "uscrt", amount: "2" },
    ];
    const balances = [b, a].map(({ address }) => ({ address, coins }));
    const chain = start({ bank: JSON.stringify({ balances }) });
    const { balances: exported } = JSON.parse(exportedGenesis(chain.queries).get("bank") ?? "");
    const inOrder = [a, b].sort((x, y) => Buffer.compare(x.raw, y.raw)).map(({ address }) => ({ address, coins }));
    expect(exported).toEqual(inOrder);
    chain.close();
  });
});

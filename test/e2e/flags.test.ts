// SPDX-License-Identifier: Apache-2.0
/** The effects of flags, as operators and scripts see them. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { formatAddress, moduleAddress } from "@sotto/address";
import { accounts } from "@sotto/local";
import { Wallet } from "secretjs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { clientOf, clientWith, must, nativeBalance, withGas } from "./client.ts";
import { failedStart, heightOf, newHome, provenHeight, removeAll, rest, TestNode, until, untilHeight } from "./node.ts";

afterEach(removeAll);
afterAll(removeAll);

const lines = (text: string): Record<string, unknown>[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("--log-level info", () => {
  test("tells of each block, in one line, and of nothing else", async () => {
    const node = await TestNode.start({ flags: ["--block-time=200ms", "--log-level=info"] });
    const alice = clientOf(node, "a");
    const amount = [{ denom: "uscrt", amount: "1" }];
    const to = new Wallet().address;
    const paid = must(
      await alice.tx.bank.send({ from_address: alice.address, to_address: to, amount }, withGas(50_000)),
    );
    await untilHeight(node, paid.height + 3);
    await node.stop();
    const told = lines(node.stderr);
    expect(told.length).toBeGreaterThan(3);
    for (const [i, line] of told.entries()) {
      expect(Object.keys(line)).toEqual(["level", "time", "module", "height", "txs", "failed", "gas", "ms", "msg"]);
      expect(line).toMatchObject({ level: 30, height: Number(told[0]?.["height"]) + i, failed: 0, msg: "block" });
    }
    const line = told.find(({ height }) => height === paid.height);
    expect(line).toMatchObject({ txs: 1, gas: paid.gasUsed });
    expect(told.find(({ height }) => height === paid.height + 1)).toMatchObject({ txs: 0, gas: 0 });
  });
});

describe("--quiet", () => {
  test("leaves the mnemonics out of the banner, and nothing else", async () => {
    const [loud, quiet] = await Promise.all([
      TestNode.start({ flags: ["--instant"] }),
      TestNode.start({ flags: ["--instant", "--quiet"] }),
    ]);
    for (const { address, mnemonic } of accounts) {
      expect(loud.stdout).toContain(mnemonic);
      expect(quiet.stdout).toContain(address);
      expect(quiet.stdout).not.toContain(mnemonic);
    }
    expect(quiet.stdout.split("\n").length).toBe(loud.stdout.split("\n").length - accounts.length);
  });
});

describe("--genesis-account", () => {
  test("funds accounts of a new chain, which can pay, and the chain remembers them", async () => {
    const [one, other] = [new Wallet(), new Wallet()];
    const flags = [
      "--instant",
      `--genesis-account=${one.address}=7000000uscrt,12utoken`,
      `--genesis-account=${other.address}=5ibc/ABCD`,
      `--genesis-account=${one.address}=3utoken`,
    ];
    let node = await TestNode.start({ flags });
    const balances = async (address: string) =>
      (await rest<{ balances: unknown }>(node, `/cosmos/bank/v1beta1/balances/${address}`)).balances;
    expect(await balances(one.address)).toEqual([
      { denom: "uscrt", amount: "7000000" },
      { denom: "utoken", amount: "15" },
    ]);
    expect(await balances(other.address)).toEqual([{ denom: "ibc/ABCD", amount: "5" }]);
    const { supply } = await rest<{ supply: unknown }>(node, "/cosmos/bank/v1beta1/supply");
    // Each block mints some uscrt.
    expect(supply).toEqual([
      { denom: "ibc/ABCD", amount: "5" },
      { denom: "uscrt", amount: expect.stringMatching(/^5000000\d{12}$/) },
      { denom: "utoken", amount: "15" },
    ]);
    const client = clientWith(node, one);
    const amount = [{ denom: "utoken", amount: "4" }];
    must(await client.tx.bank.send({ from_address: one.address, to_address: other.address, amount }, withGas(60_000)));
    const height = await provenHeight(node);
    await node.stop();

    // Without the flags, and with the same ones, the chain continues.
    for (const again of [["--instant"], flags]) {
      node = await node.restart(again);
      expect(await heightOf(node)).toBe(height);
      expect(await balances(other.address)).toEqual([
        { denom: "ibc/ABCD", amount: "5" },
        { denom: "utoken", amount: "4" },
      ]);
      await node.stop();
    }
    const failed = await failedStart({ home: node.home, flags: [`--genesis-account=${one.address}=1uscrt`] });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`the chain in ${node.home} began with other accounts`);
    expect(failed.stderr).toContain("leave --genesis-account out, or remove it with --reset");
    node = await node.restart(["--instant", "--reset", `--genesis-account=${one.address}=1uscrt`]);
    expect(await nativeBalance(clientOf(node, "a"), one.address)).toBe(1n);
  });

  test.each([
    ["nothing", "an address and its coins are needed"],
    [`${accounts[0]?.address}=`, "an address and its coins are needed"],
    [`${accounts[0]?.address}=0uscrt`, '"0uscrt" is not a coin'],
    [`${accounts[0]?.address}=-5uscrt`, '"-5uscrt" is not a coin'],
    [`${accounts[0]?.address}=5uscrt,`, '"" is not a coin'],
    [`${accounts[0]?.address}=${"9".repeat(61)}uscrt`, "is not a coin"],
    [`${accounts[0]?.address.slice(0, -1)}q=5uscrt`, "is not an address of this chain"],
    ["cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh=5uscrt", "is not an address of this chain"],
    [`${formatAddress(moduleAddress("fee_collector"))}=5uscrt`, "belongs to a module of the chain"],
  ])("%s is refused", async (value, reason) => {
    const failed = await failedStart({ flags: ["--in-memory", `--genesis-account=${value}`] });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(reason);
    expect(failed.stderr).not.toContain("    at ");
  });
});

describe("--ready-file", () => {
  test("is there while the node is ready, tells where it listens, and goes with it", async () => {
    const file = join(newHome(), "ready.json");
    writeFileSync(file, "of a node that was killed");
    const node = await TestNode.launch({ flags: ["--instant", `--ready-file=${file}`] });
    // Whenever it is there, from here on, the node answers and the text is whole.
    await until(async () => (existsSync(file) ? undefined : true));
    await until(async () => (existsSync(file) ? true : undefined));
    const told = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    const at = (port: number) => `http://127.0.0.1:${port}`;
    expect(told).toEqual({
      chainId: "secretdev-1",
      pid: node.pid,
      rest: at(node.ports.rest),
      rpc: at(node.ports.rpc),
      grpc: `127.0.0.1:${node.ports.grpc}`,
      grpcWeb: at(node.ports.grpcWeb),
      faucet: at(node.ports.faucet),
    });
    expect((await fetch(`${told["rpc"]}/status`)).status).toBe(200);
    await node.stop();
    expect(existsSync(file)).toBe(false);
    const killed = await node.restart();
    expect(existsSync(file)).toBe(true);
    await killed.kill();
    expect(existsSync(file)).toBe(true);
    expect(readdirSync(join(file, ".."))).toEqual(["ready.json"]);
  });

  test("of a running node is not touched by one that is refused its folder", async () => {
    const file = join(newHome(), "ready.json");
    const node = await TestNode.start({ flags: ["--instant", `--ready-file=${file}`] });
    await failedStart({ home: node.home, flags: [`--ready-file=${file}`] });
    expect(existsSync(file)).toBe(true);
  });

  test("that cannot be written is refused before anything else happens", async () => {
    const home = join(newHome(), "chain");
    const missing = join(home, "..", "missing", "ready");
    const failed = await failedStart({ home, flags: [`--ready-file=${missing}`] });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`cannot write the file ${missing}: `);
    expect(failed.stderr).toContain("choose another with --ready-file FILE");
    expect(existsSync(join(home, "genesis.json"))).toBe(false);
  });
});

describe("a flag with a secret", () => {
  test("is refused without its value", async () => {
    const secret = "0123456789abcdef".repeat(3);
    for (const [flag, need] of [
      [`--seed=${secret}`, "the value of option '--seed' is invalid. 64 hex digits are needed"],
      [`--driver-options=${secret}0`, "the value of option '--driver-options' is invalid. hex digits are needed"],
    ] as const) {
      const failed = await failedStart({ flags: [flag] });
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain(need);
      expect(failed.stderr).not.toContain(secret.slice(0, 8));
    }
  });
});

describe("--home", () => {
  test("without a name is refused, and ~ is the user's own folder, which shells leave alone behind =", async () => {
    const failed = await failedStart({ home: "" });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("--home");
    expect(failed.stderr).toContain("a name is needed");
    const HOME = newHome();
    const node = await TestNode.start({ home: "~/chain", flags: ["--instant"], env: { HOME } });
    expect(node.stdout).toContain(`The chain is stored in ${join(HOME, "chain")}.`);
    expect(statSync(join(HOME, "chain", "genesis.json")).isFile()).toBe(true);
    expect(existsSync("~")).toBe(false);
  });
});

describe("a chain whose time is far from the clock", () => {
  const preload = pathToFileURL(join(import.meta.dirname, "clockShift.mjs")).href;
  const shifted = (seconds: number) => ({ NODE_OPTIONS: `--import=${preload}`, SOTTO_CLOCK_SHIFT: String(seconds) });

  test("is told of when it was left for hours, and when the clock was set back", async () => {
    const node = await TestNode.start({ flags: ["--block-time=100ms"] });
    await node.stop();
    expect(node.stderr).toBe("");
    const later = await TestNode.start({ ...node, env: shifted(5 * 3_600) });
    await untilHeight(later, (await heightOf(later)) + 3);
    await later.stop();
    const [old, ...more] = lines(later.stderr);
    expect(old).toMatchObject({ level: 40 });
    expect(old?.["msg"]).toMatch(/^the last block is 5\.0 h old: the time of blocks jumps to now/);
    expect(more).toEqual([]);

    const back = await node.restart();
    await untilHeight(back, (await heightOf(back)) + 5);
    await back.stop();
    const [early, ...others] = lines(back.stderr);
    expect(early?.["msg"]).toMatch(/^the chain's time is 5\.0 h ahead of this machine's clock, which was set back: /);
    expect(early?.["msg"]).toContain("--reset");
    expect(others).toEqual([]);
    rmSync(node.home, { recursive: true });
  });
});

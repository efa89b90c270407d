// SPDX-License-Identifier: Apache-2.0
/** Export of a chain by command, and the start of another home from the file. */
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { afterAll, expect, test } from "vitest";
import { validatorKey } from "../support/blockMaker.ts";
import { bondedGenesis } from "../support/genTx.ts";
import { type Contract, clientOf, execute, make, must, store, tokenBalance, tokenInit } from "./client.ts";
import { failedStart, newHome, removeAll, rest, rpc, TestNode } from "./node.ts";

afterAll(removeAll);

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const exported = (home: string, ...flags: readonly string[]) =>
  spawnSync(process.execPath, [MAIN, "export", "--home", home, ...flags], { encoding: "utf8", maxBuffer: 1 << 28 });

const files = newHome();
const path = (name: string): string => join(files, name);
const read = (name: string) => JSON.parse(readFileSync(path(name), "utf8"));

/** A home with the keys of another. */
function homeWithKeys(from: string): string {
  const home = newHome();
  for (const name of ["enclave.sealed", "validator_key.json"]) copyFileSync(join(from, name), join(home, name));
  return home;
}

const startFrom = (home: string, name: string) =>
  TestNode.start({ home, flags: ["--instant", "--genesis", path(name)] });
const heightOf = async (node: TestNode): Promise<number> => {
  const { sync_info } = await rpc<{ sync_info: { latest_block_height: string } }>(node, "status");
  return Number(sync_info.latest_block_height);
};

/** The file without inflation: a chain without transactions then changes no row. */
function withoutInflation(name: string, to: string): void {
  const file = read(name);
  const { mint } = file.app_state;
  const none = "0.000000000000000000";
  mint.minter.inflation = none;
  for (const field of ["inflation_rate_change", "inflation_max", "inflation_min"]) mint.params[field] = none;
  writeFileSync(path(to), JSON.stringify(file));
}

/** Kills a start as soon as the home has the file. */
async function killDuringImport(home: string, name: string): Promise<void> {
  const node = await TestNode.launch({ home, flags: ["--genesis", path(name)] });
  while (node.isRunning && !existsSync(join(home, "genesis.json"))) await new Promise((next) => setTimeout(next, 2));
  expect(existsSync(join(home, "importing"))).toBe(true);
  expect(await node.kill()).toMatchObject({ signal: "SIGKILL" });
}

async function balance(node: TestNode, token: Contract): Promise<bigint> {
  const alice = clientOf(node, "a");
  return tokenBalance(alice, token, alice.address, "key");
}

test("a chain goes on in another home: contracts with their secrets, and the same file again", async () => {
  const first = await TestNode.start({ flags: ["--instant"] });
  const alice = clientOf(first, "a");
  const token = await make(alice, await store(alice, "private-token"), tokenInit(alice.address));
  must(await execute(alice, token, { set_viewing_key: { key: "key" } }));
  must(await execute(alice, token, { transfer: { recipient: clientOf(first, "b").address, amount: "400" } }));
  expect(await balance(first, token)).toBe(999_600n);
  const running = exported(first.home);
  expect([running.status, running.stdout]).toEqual([1, ""]);
  expect(running.stderr).toContain("belongs to a running node");
  await first.stop();
  expect(exported(first.home, "--output", path("first.json"))).toMatchObject({ status: 0, stdout: "", stderr: "" });
  withoutInflation("first.json", "quiet.json");

  // Without the keys of the network: nothing is left.
  const strange = newHome();
  const failed = await failedStart({ home: strange, flags: ["--genesis", path("quiet.json")] });
  expect(failed.stderr).toMatch(/genesis of register: .* another NodeExchMasterKey .*copy enclave\.sealed/);
  expect(readdirSync(strange)).toEqual(["node.lock"]);

  const second = await startFrom(homeWithKeys(first.home), "quiet.json");
  expect(await heightOf(second)).toBeGreaterThanOrEqual(Number(read("first.json").initial_height));
  expect(await balance(second, token)).toBe(999_600n);
  const again = clientOf(second, "a");
  must(await execute(again, token, { transfer: { recipient: clientOf(second, "b").address, amount: "600" } }));
  expect(await balance(second, token)).toBe(999_000n);
  await second.stop();
  const { status, stdout } = exported(second.home);
  expect(status).toBe(0);
  writeFileSync(path("second.json"), stdout);

  // A kill in the middle of the import; the same command goes on.
  const home = homeWithKeys(second.home);
  await killDuringImport(home, "second.json");
  const third = await startFrom(home, "second.json");
  expect(await balance(third, token)).toBe(999_000n);
  expect(existsSync(join(home, "importing"))).toBe(false);
  const begun = read("second.json").initial_height;
  const commit = await rpc<{ signed_header: { header: { last_block_id: { hash: string } } } }>(
    third,
    `commit?height=${begun}`,
  );
  expect(commit.signed_header.header.last_block_id.hash).toBe("");
  await third.stop();
  expect(exported(home, "--height", begun, "--output", path("third.json"))).toMatchObject({ status: 0, stderr: "" });
  const stateOf = (name: string) => readFileSync(path(name), "utf8").replace(/^.*?"app_state":/s, "");
  expect(stateOf("third.json")).toBe(stateOf("second.json"));
}, 180_000);

test("a genesis of several people, by its transactions; the node's key must be of a validator", async () => {
  const state = [...bondedGenesis({ chainId: "several-1" })].map(([name, text]) => [name, JSON.parse(text)]);
  const params = {
    block: { max_bytes: "22020096", max_gas: "-1" },
    evidence: { max_age_num_blocks: "100000", max_age_duration: "172800000000000", max_bytes: "1048576" },
    validator: { pub_key_types: ["ed25519"] },
    version: { app: "0" },
  };
  const document = {
    genesis_time: "2026-01-01T00:00:00.123456789Z",
    chain_id: "several-1",
    initial_height: 1,
    app_name: "secretd",
    app_version: "1",
    app_hash: null,
    consensus: { params },
    app_state: { ...Object.fromEntries(state), consensus: null, params: {} },
  };
  writeFileSync(path("several.json"), JSON.stringify(document));
  const home = newHome();
  const failed = await failedStart({ home, flags: ["--genesis", path("several.json")] });
  expect(failed.stderr).toContain("validator_key.json is not of a validator of the genesis file");
  const seed = sha256(fromUtf8("consensus validator"));
  const value = toBase64(new Uint8Array([...seed, ...validatorKey().publicKey]));
  writeFileSync(join(home, "validator_key.json"), JSON.stringify({ priv_key: { value } }));
  const node = await startFrom(home, "several.json");
  const { validators } = await rest<{ validators: unknown[] }>(node, "/cosmos/staking/v1beta1/validators");
  expect(validators).toMatchObject([{ tokens: "1000000", status: "BOND_STATUS_BONDED" }]);
  await node.stop();
}, 60_000);

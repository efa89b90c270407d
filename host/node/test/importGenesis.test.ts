// SPDX-License-Identifier: Apache-2.0
/** Genesis files from elsewhere: what a home takes, and what it refuses without a trace. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { localGenesis } from "@sotto/local";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { paths } from "../src/config.ts";
import { readGenesisHead } from "../src/genesisFields.ts";
import { openGenesis } from "../src/genesisFile.ts";
import { importGenesis } from "../src/importGenesis.ts";
import { openSmallChain } from "./smallChain.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-import-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "genesis-of-others.json");
const { json, ...local } = localGenesis({
  chainId: "secretdev-1",
  timeNs: 1_700_000_000_123_456_789n,
  validatorPubKey: new Uint8Array(32).fill(7),
});
type Document = Record<string, unknown> & {
  validators: Record<string, unknown>[];
  app_state: Record<string, Record<string, unknown>>;
  consensus_params: Record<string, Record<string, unknown>>;
};
const document = (): Document => JSON.parse(json);

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(folder, "home-"));
});
const take = (text: string) => {
  writeFileSync(file, text);
  return importGenesis(home, file);
};
const changed = (change: (document: Document) => unknown): string => {
  const result = document();
  change(result);
  return JSON.stringify(result);
};

describe("a genesis file of another program", () => {
  test("is stored in CometBFT's form, from its own form or the SDK's", () => {
    const { consensus_params: params, validators, ...rest } = document();
    const sdk = { app_name: "secretd", app_version: "1", ...rest, initial_height: 5, app_hash: null };
    for (const text of [
      changed((it) => Object.assign(it, { initial_height: "5", app_hash: null })),
      JSON.stringify({ ...sdk, consensus: { validators, params } }, null, 2),
    ]) {
      take(text)?.done();
      const stored = openGenesis({ path: paths(home).genesis });
      const { maxGas, ...head } = readGenesisHead(stored);
      stored.close();
      const { chainId, time, consensusParams } = local;
      expect(head).toEqual({ chainId, time, consensusParams, initialHeight: 5, validators: local.validators });
      expect(maxGas).toBe(1_000_000_000n);
      expect(JSON.parse(readFileSync(paths(home).genesis, "utf8")).app_state).toEqual(document().app_state);
      rmSync(paths(home).genesis);
    }
  });

  test("is undone without a trace, but for the keys that were there", () => {
    writeFileSync(paths(home).validatorKey, "key");
    const pending = take(json);
    writeFileSync(paths(home).sealed, "made by the start");
    const fault = new Error("a row is wrong");
    expect(pending?.failed(fault, false)).toBe(fault);
    expect(readdirSync(home)).toEqual(["validator_key.json"]);
  });

  test("is taken again after a kill, also when it was corrected meanwhile; without it the start says what to do", () => {
    take(json);
    expect(existsSync(paths(home).importing)).toBe(true);
    const cut = importGenesis(home, undefined);
    expect(String(cut?.failed(new Error("a row is wrong"), false))).toMatch(
      /a row is wrong; the import .* was cut off before/,
    );
    const stopped = new Error("the node was stopped while it started");
    expect(cut?.failed(stopped, true)).toBe(stopped);
    expect(existsSync(paths(home).genesis)).toBe(true);
    take(changed((it) => Object.assign(it, { initial_height: "9" })))?.done();
    expect(JSON.parse(readFileSync(paths(home).genesis, "utf8")).initial_height).toBe("9");
    writeFileSync(paths(home).importing, "");
    rmSync(paths(home).genesis);
    expect(() => importGenesis(home, undefined)).toThrow("was cut off; start again with --genesis FILE");
  });

  test("is not undone once the chain has blocks, though a power failure has brought the marker back", () => {
    take(json);
    mkdirSync(paths(home).log);
    expect(take(json)).toBeDefined();
    const chain = openSmallChain(paths(home).log);
    chain.produce([]);
    chain.produce([]);
    chain.close();
    const before = readdirSync(home).filter((name) => name !== "importing");
    expect(take(json)).toBeUndefined();
    expect(readdirSync(home)).toEqual(before);
    writeFileSync(paths(home).importing, "");
    expect(() => take(changed((it) => Object.assign(it, { initial_height: "2" })))).toThrow(
      "holds a chain that did not begin with this file",
    );
    expect(readdirSync(home)).toEqual(before);
  });

  test("is not undone when the start fails after the chain has blocks", () => {
    const pending = take(json);
    mkdirSync(paths(home).log);
    const chain = openSmallChain(paths(home).log);
    chain.produce([]);
    chain.produce([]);
    chain.close();
    const fault = new Error("CometBFT does not answer");
    expect(pending?.failed(fault, true)).toBe(fault);
    expect(existsSync(paths(home).log)).toBe(true);
    expect(existsSync(paths(home).importing)).toBe(false);
  });

  test("is no other chain's: the same file goes on, another one is refused", () => {
    take(json)?.done();
    expect(take(json)).toBeUndefined();
    expect(() => take(changed((it) => Object.assign(it, { initial_height: "2" })))).toThrow(
      "holds a chain that did not begin with this file",
    );
  });
});

const part = (name: string, value: unknown) => (it: Document) => Object.assign(it.app_state, { [name]: value });
const field = (name: string, value: unknown) => (it: Document) => Object.assign(it, { [name]: value });

test.each<[string, string, string]>([
  ["a file that is not JSON", "hello", "expected an object"],
  ["an empty file", "", "expected an object"],
  ["a truncated file", json.slice(0, json.length / 2), "at byte"],
  ["text behind the file", `${json}x`, "at byte"],
  ["a repeated field", json.replace("{", '{"chain_id":"x",'), "chain_id comes twice"],
  ["an unknown field", changed(field("extra", 1)), "field extra is not one of a genesis file"],
  ["a chain id that is a path", changed(field("chain_id", "../up")), "field chain_id must have 1 to 50 letters"],
  ["a time", changed(field("genesis_time", "yesterday")), "no readable genesis_time"],
  ...["1969-12-31T23:59:59.5Z", "2262-04-11T23:47:16.854775808Z"].map((time): [string, string, string] => [
    `the time ${time}`,
    changed(field("genesis_time", time)),
    "field genesis_time must be from 1970 to 2262",
  ]),
  // Go's time.Parse: day, hour or second out of range.
  ...["2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-01-01T24:00:00Z", "2026-12-31T23:59:60Z"].map(
    (time): [string, string, string] => [
      `the time ${time}`,
      changed(field("genesis_time", time)),
      "no readable genesis_time",
    ],
  ),
  ["a time that is not UTC", changed(field("genesis_time", "2026-01-01T01:00:00+01:00")), "no readable genesis_time"],
  ["a negative height", changed(field("initial_height", "-1")), "field initial_height must be a whole number"],
  ["an application hash", changed(field("app_hash", "AB")), "field app_hash must be empty"],
  ["no parameters", changed((it) => delete (it as Partial<Document>).consensus_params), "consensus_params is missing"],
  [
    "a negative age",
    changed((it) => Object.assign(it.consensus_params["evidence"] ?? {}, { max_age_duration: "-5" })),
    "field consensus_params.evidence.max_age_duration must be a whole number",
  ],
  [
    "a validator twice",
    changed((it) => it.validators.push(it.validators[0] ?? {})),
    "field validators[1] has the key of validators[0]",
  ],
  [
    "a validator's other address",
    changed((it) => Object.assign(it.validators[0] ?? {}, { address: "00" })),
    "field validators[0].address must be",
  ],
  [
    "a validator without power",
    changed((it) => Object.assign(it.validators[0] ?? {}, { power: "0" })),
    "field validators[0].power must be a whole number",
  ],
  ["an unknown module", changed(part("ibc", { a: 1 })), "field app_state.ibc is of a module that this chain does not"],
  [
    "an exported file that lacks modules",
    changed((it) => Object.assign(it.app_state["staking"] ?? {}, { exported: true })),
    "app_state.compute, ",
  ],
])("%s is refused, and nothing is left", (_what, text, reason) => {
  const taken = () => take(text);
  expect(taken).toThrow(EnvironmentFault);
  expect(taken).toThrow(`--genesis ${file}: `);
  expect(taken).toThrow(reason);
  expect(readdirSync(home)).toEqual([]);
});

test("no file, and empty parts of other modules", () => {
  for (const path of [join(folder, "none.json"), folder]) {
    expect(() => importGenesis(home, path)).toThrow(`--genesis: there is no file ${path}`);
  }
  expect(
    take(changed((it) => Object.assign(it.app_state, { consensus: null, params: {}, vesting: {} }))),
  ).toBeDefined();
});

test("a gigabyte without a value is refused in constant memory", () => {
  writeFileSync(file, "");
  truncateSync(file, 1 << 30);
  const before = process.memoryUsage().rss;
  expect(() => importGenesis(home, file)).toThrow("expected an object");
  expect(process.memoryUsage().rss - before).toBeLessThan(100 << 20);
});

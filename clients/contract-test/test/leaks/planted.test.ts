// SPDX-License-Identifier: Apache-2.0
/**
 * Planted leaks: each is found by the right observer, with its name and its cure, and its cured
 * form shows nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leakMatchers, leaks, type Observer, type Where } from "../../src/leaks/index.ts";
import { type Leaky, openLeaky, peek, planted } from "./leaky.ts";

expect.extend(leakMatchers);

let leaky: Leaky;
beforeAll(async () => {
  leaky = await openLeaky();
});
afterAll(() => leaky.chain.close());

const compare = (name: string, secrets: readonly [number, number], cured: boolean, seenBy: Observer) => {
  const run = planted[name];
  if (run === undefined) throw new Error(`no run ${name}`);
  return leaks(leaky.chain, run(leaky, secrets[0], cured), run(leaky, secrets[1], cured), {
    seenBy,
    names: { leaky: leaky.contract },
  });
};

interface Case {
  readonly name: string;
  readonly secrets: readonly [number, number];
  /** All differences that a reader sees. */
  readonly reader: readonly Where[];
  /** Differences that the host sees beside those of a reader. */
  readonly host?: readonly Where[];
  readonly cure: RegExp;
  /** The cure is for readers only: reading JSON is not constant work. */
  readonly readersOnly?: true;
}

const ANSWER = ["length of a call's answer", "exact gas"] as const;

/** Most leaks also cost gas: its name comes last. */
const cases: readonly Case[] = [
  {
    name: "answer_length",
    secrets: [3, 6],
    reader: ["answer length", "gas used"],
    host: ANSWER,
    cure: /pad every answer/,
  },
  {
    name: "message_length",
    secrets: [3, 6],
    reader: ["message length"],
    cure: /client fill a field `padding`/,
    readersOnly: true,
  },
  { name: "gas", secrets: [4, 9], reader: ["gas used"], host: ["exact gas"], cure: /gas_evaporate/ },
  {
    name: "digits",
    secrets: [1, 1_000_000_000_000_000],
    reader: ["gas used"],
    host: ["exact gas"],
    cure: /fixed number of digits/,
  },
  { name: "row_count", secrets: [4, 9], reader: ["number of rows"], host: ["rows of a call"], cure: /constant access/ },
  {
    name: "row_size",
    secrets: [4, 9],
    reader: ["row length"],
    host: ["length of a row of a call"],
    cure: /one fixed length/,
  },
  {
    name: "row_order",
    secrets: [4, 9],
    reader: [],
    host: ["order of reads"],
    cure: /no branch on a secret before a read/,
  },
  { name: "branch", secrets: [4, 9], reader: ["row written"], host: ["rows of a call"], cure: /constant access/ },
  {
    name: "error_kind",
    secrets: [1, 2],
    reader: ["error length", "gas used"],
    host: ["result of a call"],
    cure: /refuse inside/,
  },
  { name: "attribute", secrets: [4, 9], reader: ["attribute in clear"], cure: /encrypt the attribute/ },
  { name: "attribute_length", secrets: [4, 9], reader: ["attribute length"], host: ["exact gas"], cure: /padding/ },
  {
    name: "sub_message",
    secrets: [4, 9],
    reader: ["number of sub-messages", "number of events"],
    host: ["number of calls"],
    cure: /amount of zero/,
  },
  {
    name: "sub_length",
    secrets: [4, 9],
    reader: ["sub-message length"],
    host: ["exact gas"],
    cure: /fill the message/,
  },
  {
    name: "query",
    secrets: [4, 9],
    reader: ["gas used"],
    host: ["number of queries", "number of calls"],
    cure: /same queries/,
  },
  {
    name: "refund",
    secrets: [4, 9_999],
    reader: ["time of a payment", "number of sub-messages"],
    host: ["exact gas"],
    cure: /receiver withdraw/,
  },
];

describe("a planted leak", () => {
  it.each(cases)("$name is found, with its name and its cure", async ({ name, secrets, reader, host = [], cure }) => {
    const byReader = await compare(name, secrets, false, "reader");
    expect(byReader.names).toEqual(expect.arrayContaining([...reader]));
    if (reader.length === 0) expect(byReader).toRevealNothing();
    const byHost = await compare(name, secrets, false, "host");
    expect(byHost.names).toEqual(expect.arrayContaining([...reader, ...host]));
    const main = byHost.differences.find(({ where }) => where === (reader[0] ?? host[0]));
    const cures = byHost.differences.map((each) => each.cure).join("\n");
    expect(main?.place.transaction).toBe(1);
    expect(cures).toMatch(cure);
    expect(`${byHost}`).toContain("transaction 1");
  });

  it.each(cases)("$name is gone in its cured form, for readers and hosts", async ({ name, secrets, readersOnly }) => {
    expect(await compare(name, secrets, true, "reader")).toRevealNothing();
    if (readersOnly !== true) expect(await compare(name, secrets, true, "host")).toRevealNothing();
  });

  it("of success or failure is found", async () => {
    const report = await compare("error_kind", [0, 1], false, "reader");
    expect(report.names).toEqual(expect.arrayContaining(["result", "error length"]));
  });

  it("of a query is found at the height at which it could be read", async () => {
    const user = (cured: boolean) => ({ user: "eve", queries: [peek(leaky, cured)] });
    const found = await compare("old_height", [4, 9], false, user(false));
    expect(found.differences.map(({ where, place }) => [where, place.block])).toEqual([["answer to a query", 1]]);
    expect(found.differences[0]?.message).toContain("query peek after block 1");
    expect(await compare("old_height", [4, 9], false, { ...user(false), heights: "latest" })).toRevealNothing();
    expect(await compare("old_height", [4, 9], true, user(true))).toRevealNothing();
  });

  it("names the transactions of a refund", async () => {
    const { differences } = await compare("refund", [4, 9_999], false, "reader");
    const found = differences.find(({ where }) => where === "time of a payment");
    expect([found?.a, found?.b]).toEqual(["transaction 1", "transaction 2"]);
    expect(found?.message).toContain("bank");
  });
});

describe("evaporation", () => {
  it("to a fixed target leaves the rest of a unit: a reader sees one unit, unless the gas is aligned", async () => {
    const secrets = Array.from({ length: 24 }, (_, i) => 2 * i + 1);
    const gas = async (cured: boolean) => {
      const run = (secret: number) => planted["evaporated"]?.(leaky, secret, cured) ?? (() => undefined);
      return leaks.search(leaky.chain, (chain, secret: number) => run(secret)(chain), secrets, { seenBy: "reader" });
    };
    const [found] = (await gas(false)).differences;
    expect(found?.where).toBe("gas used");
    expect(Math.abs(Number(found?.a) - Number(found?.b))).toBe(1);
    expect(await gas(true)).toRevealNothing();
  });
});

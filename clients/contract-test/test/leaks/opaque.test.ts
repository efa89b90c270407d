// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import type { ChainAttribute } from "@sotto/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Observation } from "../../src/leaks/observation.ts";
import { observe } from "../../src/leaks/observe.ts";
import { opaqueAttributes, snip52 } from "../../src/leaks/opaque.ts";
import { differences, longer, withTransaction } from "./changes.ts";
import { type Leaky, openLeaky, planted } from "./leaky.ts";

let leaky: Leaky;
let seen: Observation;
beforeAll(async () => {
  leaky = await openLeaky();
  const run = planted["row_count"]?.(leaky, 4, false) ?? (() => undefined);
  seen = await observe(leaky.chain, run, { queries: [], heights: "latest" }, "run");
});
afterAll(() => leaky.chain.close());

describe("an attribute that a test declares as opaque", () => {
  const opaque = opaqueAttributes(["leaf", snip52]);
  const hash = (text: string): Uint8Array => sha256(fromUtf8(text));
  const differ = (a: readonly [string, string], b: readonly [string, string]) => {
    const [one, two] = [a, b].map((attribute) =>
      withTransaction(seen, ({ result }) => ({
        result: { ...result, events: [{ type: "wasm", attributes: [attribute] }] },
      })),
    );
    if (one === undefined || two === undefined) throw new Error("two runs");
    return { declared: differences(one, two, opaque), undeclared: differences(one, two) };
  };

  it("is compared by length", () => {
    const [a, b] = [toHex(hash("a")), toHex(hash("b"))];
    expect(differ(["leaf", a], ["leaf", b])).toEqual({ declared: [], undeclared: ["attribute in clear"] });
    expect(differ(["leaf", a], ["leaf", `${b}00`]).declared).toEqual(["attribute length"]);
    expect(differ(["other", a], ["other", b]).declared).toEqual(["attribute in clear"]);
  });

  it("may have a key that differs in each run, behind a prefix", () => {
    const notice = (id: string, value = id): [string, string] => [
      `snip52:${toBase64(hash(id))}`,
      toBase64(hash(value)),
    ];
    expect(differ(notice("a"), notice("b"))).toEqual({ declared: [], undeclared: ["attribute"] });
    expect(differ(notice("a"), [notice("b")[0], toBase64(longer(longer(hash("b"))))]).declared).toEqual([
      "attribute length",
    ]);
    expect(differ(["snip52:bid", toHex(hash("a"))], ["snip52:ask", toHex(hash("b"))]).declared).toContain("attribute");
  });

  it("has its place by its random key in events that the chain sorts, and by the contract in others", () => {
    const notice = (id: string, size: number): [string, string] => [
      `snip52:${toBase64(hash(id))}`,
      toBase64(Uint8Array.from([...hash(id), ...hash(id)].slice(0, size))),
    ];
    const events = (contract: string, ...all: [string, string][]) =>
      withTransaction(seen, ({ result }) => {
        const attributes: ChainAttribute[] = [["contract_address", contract], ...all, ["msg_index", "0"]];
        return { result: { ...result, events: [{ type: "wasm", attributes }] } };
      });
    const [long, short] = [notice("a", 60), notice("b", 40)];
    const found = (contract: string) =>
      differences(events(contract, long, short), events(contract, short, long), opaque);
    expect(found("secret1called")).toEqual([]);
    expect(found(leaky.contract.address)).toEqual(["attribute length"]);
    const other = differences(events("secret1called", long, short), events("secret1called", long, long), opaque);
    expect(other).toEqual(["attribute length"]);
  });

  it.each([
    ["too short", "12", "15"],
    ["text", "low bid", "big bid"],
    ["text in base64", toBase64(fromUtf8("a bid of one hundred")), toBase64(fromUtf8("a bid of one thousand"))],
    ["hex of a number", "00".repeat(31) + "0a", "00".repeat(31) + "0b"],
  ])("must look random: %s", (_, a, b) => {
    expect(differ(["leaf", a], ["leaf", b]).declared).toEqual(["declared opaque"]);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { ChainError } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CometError,
  formatQuery,
  type IndexedEvent,
  matchesHeight,
  matchesSearch,
  matchesSubscription,
  parseQuery,
  planSearch,
} from "../src/index.ts";

const problem = (text: string): string | undefined => {
  try {
    parseQuery(text);
  } catch (thrown) {
    expect(ChainError.is(thrown, CometError.invalidQuery)).toBe(true);
    return (thrown as ChainError).detail;
  }
  return undefined;
};

describe("the query language", () => {
  test("reads every operator and kind of argument", () => {
    const text =
      "a.b='x y' AND c_d-e.f >= 1.5 AND g<2 AND h<=3 AND i>4 AND t > TIME 2024-01-02T03:04:05+01:00 AND d = DATE 2024-01-02 AND k CONTAINS 'z' AND l EXISTS AND é='ü'";
    expect(formatQuery(parseQuery(text))).toBe(
      "a.b = 'x y' AND c_d-e.f >= 1.5 AND g < 2 AND h <= 3 AND i > 4 AND t > TIME 2024-01-02T03:04:05+01:00 AND d = DATE 2024-01-02 AND k CONTAINS 'z' AND l EXISTS AND é = 'ü'",
    );
    expect(parseQuery("  TIME=1")).toEqual([{ tag: "TIME", operator: "=", argument: { kind: "number", text: "1" } }]);
  });

  test("says where it was not understood, in bytes", () => {
    expect(problem("é='x' OR b=1")).toBe("offset 7: got tag, want 6");
    expect(problem("a='x")).toBe("offset 2: EOF");
    expect(problem("a < 'x'")).toBe("offset 4: got string, wanted number, timestamp or datestamp");
    expect(problem("a CONTAINS 1")).toBe("offset 11: got number, wanted string");
    expect(problem("a=1 & b=2")).toBe("offset 4: got invalid token, want 6");
    expect(problem("a=1 AND")).toBe("offset 7: EOF");
    expect(problem("a = DATE 1899-01-01")).toBe("offset 4: datestamp year 1899 out of range");
    expect(problem("a = TIME 2024-01-02")).toContain("invalid TIME value");
    expect(problem("x".repeat(513))).toBe("maximum query length exceeded");
  });

  test("any text is read or refused", () => {
    const words = [
      "a",
      "=",
      "<",
      ">=",
      "'x'",
      "1",
      "1.",
      "AND",
      "EXISTS",
      "CONTAINS",
      "TIME ",
      "DATE 2024-01-02",
      " ",
      "'",
      "\u00e9",
      "\ud800",
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (list) => void problem(list.join(" "))),
    );
    fc.assert(fc.property(fc.string({ maxLength: 40, unit: "binary" }), (text) => void problem(text)));
  });

  test("what it prints it reads again", () => {
    const condition = fc.oneof(
      fc.record({
        tag: fc.constantFrom("a", "tx.height", "b_c-d.e"),
        operator: fc.constantFrom("=" as const),
        argument: fc.record({ kind: fc.constant("string" as const), text: fc.stringMatching(/^[^']{0,8}$/) }),
      }),
      fc.record({
        tag: fc.constant("n"),
        operator: fc.constantFrom("<" as const, ">=" as const),
        argument: fc.record({
          kind: fc.constant("number" as const),
          text: fc.stringMatching(/^[0-9]{1,9}(\.[0-9]{1,3})?$/),
        }),
      }),
    );
    fc.assert(
      fc.property(fc.array(condition, { minLength: 1, maxLength: 5 }), (conditions) => {
        expect(parseQuery(formatQuery(conditions))).toEqual(conditions);
      }),
    );
  });
});

const event = (type: string, attributes: Record<string, string>): IndexedEvent => ({
  type,
  attributes: Object.entries(attributes).map(([key, value]) => ({ key, value })),
});

describe("a search", () => {
  const events = [
    event("transfer", { sender: "alice", amount: "10" }),
    event("transfer", { sender: "bob", amount: "25" }),
    event("coin", { amount: "7uscrt", share: "1.50", sum: "123456789012345678901234567890" }),
  ];
  const finds = (text: string, height = 5) => matchesSearch(planSearch(parseQuery(text), "tx.height"), height, events);

  test("meets all conditions within one event", () => {
    expect(finds("transfer.sender='alice' AND transfer.amount < 20")).toBe(true);
    expect(finds("transfer.sender='alice' AND transfer.amount > 20")).toBe(false);
    expect(finds("transfer.sender='alice' AND coin.share EXISTS")).toBe(false);
    expect(finds("transfer.amount > 10 AND transfer.amount < 25")).toBe(false);
  });

  test("compares numbers exactly, and takes nothing else for one", () => {
    expect(finds("coin.share >= 1.5")).toBe(true);
    expect(finds("coin.share > 1.5")).toBe(false);
    expect(finds("coin.sum > 123456789012345678901234567889")).toBe(true);
    expect(finds("coin.sum > 123456789012345678901234567890")).toBe(false);
    expect(finds("coin.amount > 1")).toBe(false);
    expect(finds("coin.share = 1.5")).toBe(false);
    expect(finds("transfer.amount > DATE 2024-01-01")).toBe(false);
  });

  test("takes heights apart from events", () => {
    expect(finds("tx.height=5")).toBe(true);
    expect(finds("tx.height='5'")).toBe(true);
    expect(finds("tx.height=5.0")).toBe(false);
    expect(finds("tx.height=5.0 AND transfer.sender='bob'")).toBe(true);
    expect(finds("tx.height=4 AND tx.height=5")).toBe(false);
    expect(finds("tx.height=4 AND tx.height>4")).toBe(true);
    expect(finds("tx.height>4 AND tx.height<=5 AND transfer.sender='bob'")).toBe(true);
    expect(finds("tx.height>5 AND transfer.sender='bob'")).toBe(false);
    expect(finds("tx.height EXISTS")).toBe(true);
    expect(finds("tx.height EXISTS AND transfer.sender='bob'")).toBe(false);
    const plan = planSearch(parseQuery("block.height >= 3 AND x.y='1'"), "block.height");
    expect([matchesHeight(plan, 2), matchesHeight(plan, 3)]).toEqual([false, true]);
    expect(planSearch(parseQuery("tx.hash='AB' AND a=1"), "tx.height").hash).toBe("AB");
  });
});

describe("a subscription", () => {
  const values = new Map([
    ["tm.event", ["Tx"]],
    ["tx.height", ["5"]],
    ["transfer.amount", ["7uscrt", "20"]],
    ["transfer.sender", ["alice", "bob"]],
    ["block.at", ["2024-01-02T03:04:05Z"]],
    ["block.day", ["2024-01-02"]],
  ]);
  const matches = (text: string) => matchesSubscription(parseQuery(text), values);

  test("meets each condition anywhere", () => {
    expect(matches("tm.event='Tx' AND transfer.sender='bob' AND transfer.sender='alice'")).toBe(true);
    expect(matches("tm.event='NewBlock'")).toBe(false);
    expect(matches("transfer.sender CONTAINS 'li'")).toBe(true);
    expect(matches("transfer EXISTS")).toBe(true);
    expect(matches("transfer = ''")).toBe(true);
    expect(matches("trans EXISTS")).toBe(false);
    expect(matchesSubscription(parseQuery("a EXISTS"), new Map())).toBe(false);
  });

  test("compares the number that a value begins with, times and dates", () => {
    expect(matches("transfer.amount = 7")).toBe(true);
    expect(matches("transfer.amount < 7")).toBe(false);
    expect(matches("transfer.amount >= 20.0")).toBe(true);
    expect(matches("tx.height > 5")).toBe(false);
    expect(matches("transfer.sender > 5")).toBe(false);
    expect(matches("block.at <= TIME 2024-01-02T04:04:05+01:00")).toBe(true);
    expect(matches("block.at < TIME 2024-01-02T04:04:05+01:00")).toBe(false);
    expect(matches("block.day > DATE 2024-01-01")).toBe(true);
  });
});

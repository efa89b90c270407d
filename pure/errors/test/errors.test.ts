// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { assert, ChainError, codespace, EnvironmentFault, InvariantBroken, OutOfGas, SdkError } from "../src/index.ts";

describe("a codespace", () => {
  const BankError = codespace("bank", { sendDisabled: [5, "send transactions are disabled"], other: [6, "other"] });

  test("makes failures that print as the SDK's", () => {
    expect(BankError.sendDisabled().message).toBe("send transactions are disabled");
    const failure = BankError.sendDisabled("uscrt");
    expect(failure.message).toBe("uscrt: send transactions are disabled");
    expect([failure.codespace, failure.code, failure.summary, failure.detail]).toEqual([
      "bank",
      5,
      "send transactions are disabled",
      "uscrt",
    ]);
    expect(failure).toBeInstanceOf(Error);
    expect(failure.name).toBe("ChainError");
  });

  test("refuses a code that is given twice, when it is loaded", () => {
    expect(() => codespace("bank", { a: [5, "a"], b: [5, "b"] })).toThrow(TypeError);
  });

  test("wraps from the outside in and keeps code and cause", () => {
    const cause = new Error("root");
    const wrapped = BankError.sendDisabled("inner", cause).wrap("middle").wrap("outer");
    expect(wrapped.message).toBe("outer: middle: inner: send transactions are disabled");
    expect(wrapped.code).toBe(5);
    expect(wrapped.cause).toBe(cause);
    expect(BankError.other().wrap("outer").message).toBe("outer: other");
  });

  test("tells its failures from others", () => {
    const failure = BankError.sendDisabled();
    expect(ChainError.is(failure, BankError.sendDisabled)).toBe(true);
    expect(ChainError.is(failure, BankError.other)).toBe(false);
    expect(ChainError.is(failure, SdkError.insufficientFunds)).toBe(false);
    expect(ChainError.is(new Error("send transactions are disabled"), BankError.sendDisabled)).toBe(false);
    expect(ChainError.is(undefined, BankError.sendDisabled)).toBe(false);
  });
});

// Codes are consensus: cosmos-sdk 0.50, types/errors/errors.go, in its order.
test("the SDK's codes", () => {
  const codes = Object.values(SdkError).map((make) => make.code);
  expect(codes).toEqual([...Array.from({ length: 40 }, (_, i) => i + 2), 40404]);
  for (const make of Object.values(SdkError)) expect(make.codespace).toBe("sdk");
  expect(SdkError.unauthorized.code).toBe(4);
  expect(SdkError.outOfGas("x").message).toBe("x: out of gas");
  expect(SdkError.wrongSequence.code).toBe(32);
});

describe("the other outcomes", () => {
  test("are classes of their own, none of them a ChainError", () => {
    const outOfGas = new OutOfGas("ReadFlat");
    expect(outOfGas.message).toBe("out of gas in location: ReadFlat");
    expect(outOfGas.descriptor).toBe("ReadFlat");
    for (const [thrown, name] of [
      [outOfGas, "OutOfGas"],
      [new InvariantBroken("x"), "InvariantBroken"],
      [new EnvironmentFault("x"), "EnvironmentFault"],
    ] as const) {
      expect(thrown.name).toBe(name);
      expect(thrown).not.toBeInstanceOf(ChainError);
    }
  });

  test("assert throws a broken invariant and nothing else", () => {
    expect(() => assert(true, "fine")).not.toThrow();
    for (const falsy of [false, 0, "", undefined, null])
      expect(() => assert(falsy, "supply is negative")).toThrow(InvariantBroken);
  });
});

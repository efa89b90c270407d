// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { NumberFault } from "@sotto/math";
import { type Coins, formatCoins, mustCoins } from "@sotto/math/coins";
import {
  BaseVestingAccountSchema,
  ContinuousVestingAccountSchema,
  DelayedVestingAccountSchema,
  PeriodicVestingAccountSchema,
  PermanentLockedAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import { describe, expect, it } from "vitest";
import { type KindParts, vestingKinds } from "../src/kinds.ts";

/** The parts of a kind, for accounts of its type. */
function kindOf<D extends DescMessage>(schema: D): Required<KindParts<D>> {
  const kinds = vestingKinds((each, parts) => ({ each, parts }));
  const found = kinds.find(({ each }) => each.typeName === schema.typeName);
  // The kind with this schema has the parts of its accounts.
  return found?.parts as unknown as Required<KindParts<D>>;
}

const coins = (uscrt: number, utoken = 0): Coins =>
  mustCoins([
    { denom: "uscrt", amount: BigInt(uscrt) },
    { denom: "utoken", amount: BigInt(utoken) },
  ]);
const wire = (amount: number) => [{ denom: "uscrt", amount: String(amount) }];
const at = (seconds: number): bigint => BigInt(seconds) * 1_000_000_000n;
const inner = (endTime: number, amount = 100) =>
  create(BaseVestingAccountSchema, {
    baseAccount: { address: "secret1x" },
    originalVesting: wire(amount),
    endTime: BigInt(endTime),
  });

const continuous = kindOf(ContinuousVestingAccountSchema);
const even = (from: number, to: number, amount?: number) =>
  create(ContinuousVestingAccountSchema, { baseVestingAccount: inner(to, amount), startTime: BigInt(from) });
const periodic = kindOf(PeriodicVestingAccountSchema);
const inPeriods = create(PeriodicVestingAccountSchema, {
  baseVestingAccount: inner(1060),
  startTime: 1000n,
  vestingPeriods: [
    { length: 10n, amount: wire(25) },
    { length: 50n, amount: wire(75) },
  ],
});
const permanent = kindOf(PermanentLockedAccountSchema);
const locked = create(PermanentLockedAccountSchema, { baseVestingAccount: inner(0) });
const delayed = kindOf(DelayedVestingAccountSchema);
const late = create(DelayedVestingAccountSchema, { baseVestingAccount: inner(1060) });

describe("locked coins", () => {
  it.each([
    [999, "100uscrt"],
    [1000, "100uscrt"],
    [1001, "98uscrt"], // 100/60 rounds to 2
    [1030, "50uscrt"],
    [1059, "2uscrt"],
    [1060, ""],
    [9999, ""],
  ])("of a continuous account at %i: %s", (time, text) => {
    expect(formatCoins(continuous.locked(even(1000, 1060), at(time)))).toBe(text);
  });

  it("of a continuous account have vested halves to even", () => {
    expect(formatCoins(continuous.locked(even(0, 4, 10), at(1)))).toBe("8uscrt"); // 2.5 vested: 2
    expect(formatCoins(continuous.locked(even(0, 4, 14), at(1)))).toBe("10uscrt"); // 3.5 vested: 4
  });

  it.each([
    [1000, "100uscrt"],
    [1009, "100uscrt"],
    [1010, "75uscrt"],
    [1059, "75uscrt"],
    [1060, ""],
  ])("of a periodic account at %i: %s", (time, text) => {
    expect(formatCoins(periodic.locked(inPeriods, at(time)))).toBe(text);
  });

  it("of a delayed account until its end, of a permanently locked one always", () => {
    expect([1059, 1060].map((time) => formatCoins(delayed.locked(late, at(time))))).toEqual(["100uscrt", ""]);
    expect(formatCoins(permanent.locked(locked, at(9_999_999)))).toBe("100uscrt");
    // A fraction of a second does not count.
    expect(formatCoins(delayed.locked(late, at(1060) - 1n))).toBe("100uscrt");
  });
});

describe("delegations", () => {
  const delegate = (time: number, balance: number, amount: number, account = even(1000, 1060)) =>
    continuous.delegated(account, { time: at(time), balance: coins(balance), amount: coins(amount) });
  const parts = ({ baseVestingAccount }: MessageShape<typeof ContinuousVestingAccountSchema>) =>
    [baseVestingAccount?.delegatedVesting, baseVestingAccount?.delegatedFree].map((list) =>
      (list ?? []).map(({ amount, denom }) => `${amount}${denom}`).join(),
    );

  it("take coins that vest first, and free the account of them", () => {
    const half = delegate(1030, 100, 60);
    expect(parts(half)).toEqual(["50uscrt", "10uscrt"]);
    expect(formatCoins(continuous.locked(half, at(1030)))).toBe("");
    // Later fewer coins vest than are delegated.
    expect(parts(delegate(1050, 40, 5, half))).toEqual(["50uscrt", "15uscrt"]);
  });

  it("return free coins first; more than was delegated is not recorded", () => {
    const half = delegate(1030, 100, 60);
    expect(parts(continuous.undelegated(half, coins(4)))).toEqual(["50uscrt", "6uscrt"]);
    expect(parts(continuous.undelegated(half, coins(30)))).toEqual(["30uscrt", ""]);
    expect(parts(continuous.undelegated(half, coins(90)))).toEqual(["", ""]);
  });

  it("of more than the balance are a fault", () => {
    expect(() => delegate(1030, 59, 60)).toThrow(NumberFault);
  });

  it("change the account of the other kinds in the same way", () => {
    const by = { time: at(1030), balance: coins(100), amount: coins(80) };
    expect(periodic.delegated(inPeriods, by).baseVestingAccount?.delegatedVesting).toMatchObject(wire(75));
    expect(delayed.delegated(late, by).baseVestingAccount?.delegatedVesting).toMatchObject(wire(80));
    expect(permanent.delegated(locked, by).baseVestingAccount?.delegatedVesting).toMatchObject(wire(80));
  });
});

describe("accounts of a genesis file", () => {
  it("that are valid have no fault", () => {
    expect(continuous.fault(even(1, 2))).toBeUndefined();
    // Messages make such accounts.
    expect(continuous.fault(even(2, 2))).toBeUndefined();
    expect(continuous.fault(even(3, 2))).toBeUndefined();
    expect(periodic.fault(inPeriods)).toBeUndefined();
    expect(delayed.fault(late)).toBeUndefined();
    expect(permanent.fault(locked)).toBeUndefined();
  });

  const period = (change: { readonly length?: bigint; readonly amount?: ReturnType<typeof wire> }) =>
    periodic.fault({
      ...inPeriods,
      vestingPeriods: inPeriods.vestingPeriods.map((each, i) =>
        i === 0 ? Object.assign(Object.create(null), each, change) : each,
      ),
    });

  it("name their fault", () => {
    expect(continuous.fault(even(0, 2, 0))).toBe("invalid coins: 0uscrt");
    expect(continuous.fault(create(ContinuousVestingAccountSchema, { startTime: -1n }))).toMatch(/no base vesting/);
    expect(permanent.fault(create(PermanentLockedAccountSchema, { baseVestingAccount: inner(1) }))).toMatch(/end-time/);
    expect(delayed.fault(create(DelayedVestingAccountSchema, { baseVestingAccount: inner(-1) }))).toBe(
      "end time cannot be negative",
    );
    const much = { ...inner(9), delegatedVesting: continuousCoins(101) };
    expect(delayed.fault(create(DelayedVestingAccountSchema, { baseVestingAccount: much }))).toBe(
      "delegated vesting amount cannot be greater than original vesting amount",
    );
    expect(period({ length: -1n })).toBe("period #0 has a negative length: -1");
    expect(period({ length: 11n })).toBe("vesting end time does not match length of all vesting periods");
    expect(period({ amount: [] })).toBe("period #0 has invalid coins: ");
    expect(period({ amount: wire(26) })).toBe(
      "original vesting coins (100uscrt) does not match the sum of all coins in vesting periods (101uscrt)",
    );
  });
});

/** Coins of a row. */
function continuousCoins(amount: number) {
  return create(BaseVestingAccountSchema, { delegatedVesting: wire(amount) }).delegatedVesting;
}

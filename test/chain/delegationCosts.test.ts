// SPDX-License-Identifier: Apache-2.0
/** The rows that hooks and withdrawals read do not depend on the number of delegations. */
import type { KvRead, Snapshot, StateStore } from "@sotto/store";
import { afterAll, describe, expect, it } from "vitest";
import { type NetworkSize, StakedNetwork } from "../support/stakedNetwork.ts";

const VALIDATORS = 4;
const FEW = 8;
const MANY = 4_000;
const UNBONDINGS = 200;
/** Reads of a withdrawal: a walk over delegations would have more. */
const MOST_READS = 40;

const open: (() => void)[] = [];
afterAll(() => {
  for (const close of open.reverse()) close();
});

/** `made`, with other functions in place of some. */
const replaced = <T extends object>(made: T, others: Partial<T>): T =>
  new Proxy(made, {
    get(target, name) {
      const value: unknown = Reflect.get(name in others ? others : target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });

/**
 * A chain, and every access of its blocks and withdrawals to the committed rows, in their order.
 */
function networkOf(size: NetworkSize) {
  const accesses: string[] = [];
  const counted = (name: string, store: KvRead): KvRead => ({
    get(key) {
      accesses.push(`get ${name}`);
      return store.get(key);
    },
    has(key) {
      accesses.push(`has ${name}`);
      return store.has(key);
    },
    *iterate(start, end, reverse) {
      accesses.push(`iterate ${name}`);
      for (const row of store.iterate(start, end, reverse)) {
        accesses.push(`row ${name}`);
        yield row;
      }
    },
  });
  const watched = (snapshot: Snapshot): Snapshot =>
    replaced(snapshot, { store: (name) => counted(name, snapshot.store(name)) });
  const network = new StakedNetwork(size, (store: StateStore) =>
    replaced(store, { snapshot: (version) => watched(store.snapshot(version)) }),
  );
  open.push(() => network.close());
  for (let i = 0; i < 3; i++) network.block();
  const during = (run: () => void): readonly string[] => {
    accesses.length = 0;
    run();
    return [...accesses];
  };
  return { network, during };
}

describe("with 4,000 delegations and 200 unbondings that are not due", () => {
  const few = networkOf({ validators: VALIDATORS, delegations: FEW, unbondings: 0 });
  const many = networkOf({ validators: VALIDATORS, delegations: MANY, unbondings: UNBONDINGS });
  const both = (run: (of: typeof few) => readonly string[]) => [few, many].map(run);

  it("begin and end of a block read the same rows as with 8 and none", () => {
    const [expected, found] = both(({ network, during }) => during(() => network.block()));
    expect(expected?.length).toBeGreaterThan(10 * VALIDATORS);
    expect(found).toEqual(expected);
  });

  it("a withdrawal reads the same rows as with 8", () => {
    const [expected, found] = both(({ network, during }) => {
      const withdraw = network.withdrawer();
      // Not the last one, whose period is the newest.
      return during(() => withdraw(0));
    });
    expect(expected?.length).toBeGreaterThan(10);
    expect(expected?.length).toBeLessThan(MOST_READS);
    expect(found).toEqual(expected);
  });
});

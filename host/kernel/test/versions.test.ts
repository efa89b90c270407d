// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { defineModule, type Modules, versionChanges, versionsOf } from "../src/index.ts";

const module = (name: string, version: number, from = 0) =>
  defineModule({ name, version, stores: [from === 0 ? name : { name, from }], keeper: () => ({}) });

const modules: Modules = {
  bank: module("bank", 4),
  auth: module("auth", 5),
  cron: module("cron", 1, 7),
  late: module("late", 3, 9),
};
const upgrades = [
  { height: 12, from: { bank: 3, late: 2 } },
  { height: 7, from: { bank: 2, auth: 5 } },
];

test("the changes of versions are those between the versions of each height and the one before", () => {
  const found = new Map<number, ReadonlyMap<string, number>>();
  for (let height = 1; height <= 20; height++) {
    const before = versionsOf(modules, height - 1, upgrades);
    const changed = [...versionsOf(modules, height, upgrades)].filter(
      ([name, version]) => before.get(name) !== version,
    );
    if (changed.length > 0) found.set(height, new Map(changed));
  }
  const { 0: first, ...later } = Object.fromEntries(versionChanges(modules, upgrades));
  expect(later).toEqual(Object.fromEntries(found));
  expect(later).toEqual({
    7: new Map(Object.entries({ bank: 3, cron: 1 })),
    9: new Map([["late", 2]]),
    12: new Map(Object.entries({ bank: 4, late: 3 })),
  });
  // The first commit has them all.
  expect(first).toEqual(new Map(Object.entries({ bank: 2, auth: 5 })));
});

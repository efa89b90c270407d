// SPDX-License-Identifier: Apache-2.0
import { expect, test } from "vitest";
import { checkModule, MODULE_LIMITS, WasmRejected } from "../src/index.ts";
import { wat, withCode } from "./wat.ts";

const END = 0x0b;
const verdict = (bytes: Uint8Array): string => {
  try {
    checkModule(bytes);
    return "accepted";
  } catch (thrown) {
    if (thrown instanceof WasmRejected) return thrown.code;
    throw thrown;
  }
};
const repeat = (count: number, text: string) => text.repeat(count);

/** Nested blocks, loops and ifs, each with an early exit, as a compiler writes nested matches. */
function nested(depth: number): Uint8Array {
  const open = [
    [0x02, 0x40],
    [0x02, 0x40],
    [0x20, 0, 0x04, 0x40],
    [0x02, 0x40],
    [0x03, 0x40],
  ];
  return withCode(
    ...Array.from({ length: depth }, (_, i) => open[i % open.length] as number[]).flat(),
    ...new Array<number[]>(depth).fill([0x20, 0, 0x0d, 0, END]).flat(),
    END,
  );
}

test("blocks may nest as deep as a function has branches", () => {
  // A public SNIP-20 nests 625 deep.
  expect(verdict(nested(700))).toBe("accepted");
  const bare = (depth: number) =>
    withCode(...new Array<number[]>(depth).fill([0x02, 0x40]).flat(), ...new Array<number>(depth + 1).fill(END));
  expect(verdict(bare(MODULE_LIMITS.branches))).toBe("accepted");
  for (const depth of [MODULE_LIMITS.branches + 1, 30_000]) expect(verdict(bare(depth))).toBe("limit");
});

const flowOf = (text: string) =>
  checkModule(wat(`(module (func (param i32) (local i32 i32) ${text}))`)).functions[0]?.flow;
const SET = "(local.set 1 (i32.const 1))";
const LEAVE = (label: number) => `(br_if ${label} (local.get 0))`;

test.each([
  ["code without branches", SET, { branches: 0, loops: 0, joins: 0, merges: 0 }],
  ["a block that is not left early", `(block ${SET})`, { branches: 1, joins: 0, merges: 0 }],
  [
    "an early way out of a block, behind which a local is assigned",
    `(block ${LEAVE(0)} ${SET})`,
    { branches: 2, joins: 0, merges: 2 },
  ],
  ["a local that is assigned before the first way out", `(block ${SET} ${LEAVE(0)} ${LEAVE(0)})`, { merges: 0 }],
  [
    "a local that a block gave a joined value after the first way out",
    `(block (block ${LEAVE(0)} ${SET} ${LEAVE(1)}) ${LEAVE(0)} ${LEAVE(0)})`,
    { merges: 2 + 4 },
  ],
  [
    "a local that a loop gave a joined value after the first way out",
    `(block (loop ${LEAVE(0)} ${SET} ${LEAVE(1)}) ${LEAVE(0)})`,
    { merges: 4 + 3 },
  ],
  [
    "locals that are given values and leave the function",
    `(block ${LEAVE(1)} ${SET} ${LEAVE(1)} (return))`,
    { merges: 0 },
  ],
  [
    "branches between the first way out and the end",
    `(block ${LEAVE(0)} ${LEAVE(0)} ${LEAVE(0)})`,
    { branches: 4, joins: 8, merges: 0 },
  ],
  ["locals assigned more often than there are", `(block ${LEAVE(0)} ${SET.repeat(9)})`, { merges: 2 }],
  ["both arms of an if", `(if (local.get 0) (then ${SET}) (else ${SET}))`, { branches: 2, joins: 2, merges: 2 }],
  ["a loop and its way back", `(loop ${SET} ${LEAVE(0)})`, { branches: 2, loops: 1, joins: 12, merges: 3 }],
  [
    "a way out of two loops",
    `(block (loop (loop ${SET} ${LEAVE(2)})))`,
    { branches: 4, loops: 2, joins: 24, merges: 8 },
  ],
  [
    "every target of br_table, the same or not",
    `(block (br_table 0 0 0 1 0 (local.get 0)))`,
    { branches: 6, joins: 0, merges: 0 },
  ],
  [
    "return as a branch to the end of the function",
    `(block ${LEAVE(0)} (return) ${LEAVE(0)})`,
    { branches: 4, joins: 8, merges: 0 },
  ],
])("%s", (_, text, flow) => {
  expect(flowOf(text)).toMatchObject(flow);
});

const each = (n: number, write: (i: number) => string) => Array.from({ length: n }, (_, i) => write(i)).join(" ");
test.each([
  [
    "br_table of thousands of equal targets",
    `(if (local.get 0) (then (br_table ${repeat(2_000, "1 ")} 1 (local.get 0))))`,
  ],
  ["br_if to one block", repeat(2_000, "(br_if 0 (local.get 0))")],
])("%s is refused where hundreds of locals differ", (_, leave) => {
  const assigned = each(400, (i) => `(local.set ${i + 1} (local.get 0))`);
  const text = `(module (func (param i32) (local ${repeat(400, "i32 ")}) (block (br_if 0 (local.get 0)) ${assigned} ${leave})))`;
  expect(verdict(wat(text))).toBe("limit");
});

test("the joins of locals of all functions together are bounded", () => {
  const text = `(module ${repeat(10, "(func (param i32) (block (br_if 0 (local.get 0)) (local.set 0 (i32.const 1))))")})`;
  const total = checkModule(wat(text)).functions.reduce((sum, { flow }) => sum + flow.merges, 0);
  expect(() => checkModule(wat(text), { ...MODULE_LIMITS, moduleMerges: total })).not.toThrow();
  expect(() => checkModule(wat(text), { ...MODULE_LIMITS, moduleMerges: total - 1 })).toThrow(
    /joins of locals together/,
  );
});

const bytes = (count: number, instructions: readonly number[]) =>
  new Array<readonly number[]>(count).fill(instructions).flat();

test("loops in loops are refused when all of them are left at once, and so are thousands of ways out over thousands of blocks", () => {
  const loops = (depth: number, exits: number) =>
    withCode(
      0x02,
      0x40,
      ...bytes(depth, [0x03, 0x40]),
      0x41,
      1,
      0x21,
      0,
      ...bytes(exits, [0x20, 0, 0x0d, ...(depth < 0x80 ? [depth] : [(depth & 0x7f) | 0x80, depth >> 7])]),
      ...bytes(depth + 2, [END]),
    );
  expect(verdict(loops(20, 300))).toBe("accepted");
  expect(verdict(loops(300, 1_700))).toBe("limit");
  const ways = (count: number) =>
    withCode(0x02, 0x40, ...bytes(count, [0x02, 0x40, 0x20, 0, 0x0d, 0, 0x0c, 1, END]), END, END);
  expect(verdict(ways(1_000))).toBe("accepted");
  expect(verdict(ways(2_600))).toBe("limit");
});

// SPDX-License-Identifier: Apache-2.0
import { MODULE_LIMITS } from "@sotto/check";
import { END, I32, signed, unsigned } from "../encode.mjs";

const I32_EQ = 0x46;
const I32_ADD = 0x6a;
const I32_MUL = 0x6c;
const I32_REM_U = 0x70;
const I64_ADD = 0x7c;
const I64_MUL = 0x7e;
const LOOP = 0x03;
const BLOCK = 0x02;
const IF = 0x04;
const ELSE = 0x05;
const VOID = 0x40;
export const PARAMS = MODULE_LIMITS.params;
const P = [0x20, 0];

const i32 = (/** @type {number} */ value) => [0x41, ...signed(value | 0)];
const i64 = (/** @type {number | bigint} */ value) => [0x42, ...signed(value)];
const get = (/** @type {number} */ index) => [0x20, ...unsigned(index)];
const set = (/** @type {number} */ index) => [0x21, ...unsigned(index)];
const br = (/** @type {number} */ label) => [0x0c, ...unsigned(label)];
const brIf = (/** @type {number} */ label) => [0x0d, ...unsigned(label)];
const load = [0x28, 2, 0];
const store = [0x36, 2, 0];

/** @param {number} count @param {(i: number) => readonly number[]} write @returns {number[]} */
export function repeat(count, write) {
  const out = [];
  for (let i = 0; i < count; i++) for (const byte of write(i)) out.push(byte);
  return out;
}

/** A value that no other call of it makes. */
const fresh = (/** @type {number} */ k) => [...P, ...i32(k + 2), I32_MUL];
/** True for one value of the parameter. */
const is = (/** @type {number} */ k) => [...P, ...i32(k), I32_EQ];
const local = (/** @type {number} */ k, /** @type {number} */ locals) => 1 + (k % locals);
const assign = (/** @type {number} */ k, /** @type {number} */ locals) => [...fresh(k), ...set(local(k, locals))];
const assignAll = (/** @type {number} */ k, /** @type {number} */ locals) =>
  repeat(locals, (i) => [...fresh(k * 7 + i), ...set(1 + i)]);
const sum = (/** @type {number} */ locals) => repeat(locals, (i) => [...get(1 + i), I32_ADD]);
/** Code inside one block, with early exits to its end; then every local is read. */
const outside = (/** @type {number} */ locals, /** @type {number[]} */ code) => [
  ...assignAll(0, locals),
  BLOCK,
  VOID,
  ...code,
  END,
  ...i32(0),
  ...sum(locals),
];

/** Groups of blocks that are left at their end, or at the end of their group. */
const steps = (/** @type {number} */ n, /** @type {number} */ l, /** @type {number} */ group) =>
  outside(
    l,
    repeat(Math.ceil(n / group), (j) => [
      BLOCK,
      VOID,
      ...repeat(group, (k) => [
        BLOCK,
        VOID,
        ...is(k + j * group),
        ...brIf(1),
        ...is(k + j * group + 1),
        ...brIf(0),
        ...assign(k, l),
        END,
      ]),
      END,
    ]),
  );

/** Values in groups; `join` combines the values of each group. */
const groups = (/** @type {number} */ n, /** @type {(k: number) => number[]} */ value, /** @type {number} */ join) =>
  repeat(Math.ceil(n / 80), (j) => [
    ...repeat(80, (k) => value(j * 80 + k)),
    ...get(1),
    ...repeat(80, () => [join]),
    ...set(1),
  ]);

/**
 * Values that are computed twice: an optimiser keeps the values of the first half alive over all
 * blocks of `flow` between. Equal numbers of both at l = 100, otherwise l / 100 times as much flow.
 */
const held = (
  /** @type {number} */ n,
  /** @type {number} */ l,
  /** @type {(count: number) => number[]} */ flow,
  value = fresh,
) => [...groups(n, value, 0x73), ...flow(Math.ceil((n * l) / 100)), ...groups(n, value, I32_ADD), ...get(1)];

const global0 = [0x23, 0];

/**
 * Families of code whose compilation cost grows faster than the length of the code.
 * @type {Readonly<Record<string, (size: number, locals: number) => number[]>>}
 */
export const shapes = {
  brIf: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...assign(k, l), ...is(k), ...brIf(0)]),
    ),
  brIfSame: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(k), ...brIf(0)]),
    ),
  brIfSteps: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [BLOCK, VOID, ...is(k), ...brIf(1), ...is(k + 1), ...brIf(0), ...assign(k, l), END]),
    ),
  steps10: (n, l) => steps(n, l, 10),
  steps100: (n, l) => steps(n, l, 100),
  steps1000: (n, l) => steps(n, l, 1000),
  stepsWithoutLocals: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [BLOCK, VOID, ...is(k), ...brIf(0), ...br(1), END]),
    ),
  waysBehindSteps: (n, l) =>
    outside(l, [
      ...repeat(n >> 1, (k) => [BLOCK, VOID, ...is(k), ...brIf(0), ...assign(k, l), END]),
      ...repeat(n >> 1, (k) => [...is(k), ...brIf(0)]),
    ]),
  waysAroundSteps: (n, l) =>
    outside(l, [
      ...repeat(n >> 1, (k) => [...is(k), ...brIf(0)]),
      ...repeat(n >> 1, (k) => [BLOCK, VOID, ...is(k), ...brIf(0), ...assign(k, l), END]),
      ...repeat(10, (k) => [...is(k), ...brIf(0)]),
    ]),
  /** Ways to one label, all with the values that one label before it joined. */
  waysWithJoined: (n, l) =>
    outside(l, [
      BLOCK,
      VOID,
      ...is(1),
      ...brIf(0),
      ...assignAll(1, l),
      ...is(2),
      ...brIf(1),
      END,
      ...repeat(n, (k) => [...is(k), ...brIf(0)]),
    ]),
  brTable: (n, l) =>
    outside(
      l,
      repeat(Math.ceil(n / 64), (k) => [
        ...is(k),
        IF,
        VOID,
        ...P,
        0x0e,
        ...unsigned(63),
        ...repeat(64, () => [1]),
        END,
        ...assign(k, l),
      ]),
    ),
  brTableWide: (n, l) =>
    outside(l, [...P, IF, VOID, ...P, 0x0e, ...unsigned(n), ...repeat(n + 1, () => [1]), END, ...assign(1, l)]),
  brTableMany: (n, l) => {
    const width = Math.min(n, 500);
    return outside(
      l,
      repeat(Math.ceil(n / width), (j) => [
        ...repeat(width, () => [BLOCK, VOID]),
        ...P,
        0x0e,
        ...unsigned(width - 1),
        ...repeat(width, unsigned),
        ...repeat(width, (k) => [END, ...assign(k + j, l)]),
      ]),
    );
  },
  ifElse: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(k), IF, VOID, ...assign(k, l), ELSE, ...assign(k + 1, l), END]),
    ),
  ifAll: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(k), IF, VOID, ...assignAll(k, l), END]),
    ),
  ifConstants: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(k), IF, VOID, ...repeat(l, (i) => [...i32(k + i), ...set(1 + i)]), END]),
    ),
  brIfConstants: (n, l) =>
    outside(l, [
      ...repeat(l, (i) => [...i32(i), ...set(1 + i)]),
      ...repeat(n, (k) => [...is(k), ...brIf(0), ...i32(k), ...set(local(k, l))]),
    ]),
  loops: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [LOOP, VOID, ...assign(k, l), ...get(local(k, l)), ...brIf(0), END]),
    ),
  loopsEmpty: (n) => repeat(n, () => [LOOP, VOID, END]).concat(P),
  loopsSpin: (n) => repeat(n, (k) => [LOOP, VOID, ...is(k), ...brIf(0), END]).concat(P),
  loopsAll: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [LOOP, VOID, ...assignAll(k, l), ...is(k), ...brIf(0), END]),
    ),
  loopNest: (n, l) =>
    outside(l, [
      ...repeat(n, () => [LOOP, VOID]),
      ...assignAll(1, l),
      ...repeat(n, (k) => [...is(k), ...brIf(0), END]),
    ]),
  loopExits: (n, l) =>
    outside(l, [
      LOOP,
      VOID,
      ...assignAll(1, l),
      ...repeat(n, (k) => [...is(k), ...brIf(1)]),
      ...is(n),
      ...brIf(0),
      END,
    ]),
  loopNestMemory: (n, l) =>
    outside(l, [
      ...repeat(n, () => [LOOP, VOID, ...P, ...load, ...set(1)]),
      ...repeat(n, (k) => [...P, ...get(1), ...store, ...is(k), ...brIf(0), END]),
    ]),
  loopNestExits: (n, l) => {
    const depth = Math.min(64, Math.ceil(Math.sqrt(n)));
    return outside(l, [
      ...repeat(depth, () => [LOOP, VOID]),
      ...assignAll(1, l),
      ...repeat(n, (k) => [...assign(k, l), ...is(k), ...brIf(depth)]),
      ...repeat(depth, (k) => [...is(k), ...brIf(0), END]),
    ]);
  },
  loopNestDeepExits: (n, l) => {
    const depth = Math.min(500, Math.ceil(n / 2));
    return outside(l, [
      ...repeat(depth, () => [LOOP, VOID]),
      ...assignAll(1, l),
      ...repeat(n, (k) => [...is(k), ...brIf(depth)]),
      ...repeat(depth, (k) => [...is(k), ...brIf(0), END]),
    ]);
  },
  loopNestContinues: (n, l) =>
    outside(l, [LOOP, VOID, ...assignAll(1, l), ...repeat(n, (k) => [...assign(k, l), ...is(k), ...brIf(0)]), END]),
  blockNest: (n, l) =>
    outside(l, [...repeat(n, () => [BLOCK, VOID]), ...repeat(n, (k) => [...assign(k, l), ...is(k), ...brIf(0), END])]),
  ifNest: (n, l) =>
    outside(l, [
      ...repeat(n, (k) => [...is(k), IF, VOID, ...assign(k, l)]),
      ...repeat(n, (k) => [...assign(k, l), END]),
    ]),
  blockNestBare: (n) => [...repeat(n, () => [BLOCK, VOID]), ...repeat(n, () => [END]), ...P],
  ifValueNest: (n) => [
    ...repeat(n, (k) => [...is(k), IF, I32]),
    ...i32(1),
    ...repeat(n, (k) => [ELSE, ...fresh(k), END]),
  ],
  brValue: (n, l) => [
    ...assignAll(0, l),
    BLOCK,
    I32,
    ...repeat(n, (k) => [...fresh(k), ...is(k), ...brIf(0), ...set(local(k, l))]),
    ...P,
    END,
  ],
  constants: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...i64(BigInt(k) * 0x123456789abcdn), 0xa7, ...set(local(k, l))]),
    ),
  constantUses: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(7), IF, VOID, ...get(local(k, l)), ...i32(0x12345), 0x73, ...set(local(k, l)), END]),
    ),
  chain: (n) => [...P, ...repeat(n, () => [...P, I32_ADD])],
  chainLong: (n) => [...P, 0xad, ...repeat(n, (k) => [...i64(k * 0x10001), k % 2 ? I64_ADD : I64_MUL]), 0xa7],
  chainLoop: (n) => [
    LOOP,
    I32,
    ...P,
    ...repeat(n, (k) => [...i32(k), k % 2 ? I32_ADD : I32_MUL]),
    ...set(0),
    ...P,
    ...brIf(0),
    ...P,
    END,
  ],
  selects: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...get(local(k, l)), ...fresh(k), ...is(k), 0x1b, ...set(local(k + 1, l))]),
    ),
  loads: (n) => [...P, ...repeat(n, () => load)],
  loadsApart: (n) => [...P, ...repeat(n, (k) => [...P, 0x28, 2, ...unsigned(k * 4), I32_ADD])],
  stores: (n) => repeat(n, (k) => [...P, ...P, 0x36, 2, ...unsigned(k * 4)]).concat(P),
  storesAndLoads: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [
        ...get(local(k, l)),
        ...get(local(k + 1, l)),
        ...store,
        ...get(local(k + 2, l)),
        ...load,
        ...set(local(k, l)),
      ]),
    ),
  globals: (n) => repeat(n, () => [0x23, 0, ...P, I32_ADD, 0x24, 0]).concat(P),
  divisions: (n) => [...P, ...repeat(n, () => [...P, I32_REM_U])],
  calls: (n) => repeat(n, () => [0x10, 0]).concat(P),
  callsWide: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...repeat(PARAMS, (i) => get(local(k + i, l))), 0x10, 1, ...set(local(k, l))]),
    ),
  callsChain: (n) => [...P, ...repeat(n, () => [0x10, 2])],
  indirect: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...repeat(PARAMS, (i) => get(local(k + i, l))), ...P, 0x11, 1, 0, ...set(local(k, l))]),
    ),
  grows: (n) => repeat(n, () => [...i32(0), 0x40, 0, 0x1a]).concat(P),
  operands: (n, l) =>
    repeat(Math.ceil(n / l), () => [
      ...repeat(l, (i) => fresh(i)),
      ...repeat(l - 1, () => [I32_ADD]),
      ...set(0),
    ]).concat(P),
  operandsAcrossCalls: (n, l) =>
    repeat(Math.ceil(n / l), (j) => [
      ...repeat(l, (i) => fresh(i + j)),
      ...repeat(l - 1, () => [0x10, 0, I32_ADD]),
      ...set(0),
    ]).concat(P),
  operandsAcrossBlocks: (n, l) =>
    repeat(Math.ceil(n / l), (j) => [
      ...repeat(l, (i) => fresh(i + j)),
      ...repeat(l - 1, (k) => [...is(k), IF, VOID, 0x10, 0, END, I32_ADD]),
      ...set(0),
    ]).concat(P),
  /**
   * The optimiser sees that both halves are equal, and keeps the values of the first alive over all
   * blocks between.
   */
  recomputed: (n) => [
    ...repeat(n, (k) => [...P, ...fresh(k), ...store]),
    ...repeat(n, (k) => [...is(k), IF, VOID, 0x10, 0, END]),
    ...repeat(n, (k) => [...P, ...fresh(k), ...store]),
    ...P,
  ],
  /**
   * As compilers make it of a large match: a table leads into the arms, in an arm each call can
   * fail, a failure gets its number and goes to the end of the arm, where a flag says what is
   * dropped, and from there to the end of all.
   */
  match: (n, l) => {
    const arms = Math.max(1, Math.min(64, n >> 4));
    const statement = (/** @type {number} */ k) => [
      ...P,
      0x10,
      2,
      ...set(local(k, l)),
      ...get(local(k, l)),
      IF,
      VOID,
      ...i32(k),
      ...set(1),
      ...br(1),
      END,
      ...assign(k + 7, l),
    ];
    return outside(l, [
      BLOCK,
      VOID,
      ...repeat(arms, () => [BLOCK, VOID]),
      ...P,
      0x0e,
      ...unsigned(arms - 1),
      ...repeat(arms, unsigned),
      ...repeat(arms, (arm) => [
        END,
        BLOCK,
        VOID,
        ...repeat(Math.ceil(n / arms), (k) => statement(arm * 64 + k)),
        ...br(arms - arm),
        END,
        ...get(local(arm, l)),
        IF,
        VOID,
        0x10,
        0,
        END,
        ...br(arms - arm),
      ]),
      END,
    ]);
  },
  heldOverCalls: (n, l) => held(n, l, (count) => repeat(count, () => [...global0, IF, VOID, 0x10, 0, END])),
  heldOverIfs: (n, l) => held(n, l, (count) => repeat(count, () => [...global0, IF, VOID, ...global0, 0x24, 0, END])),
  heldOverWays: (n, l) => held(n, l, (count) => [BLOCK, VOID, ...repeat(count, () => [...global0, ...brIf(0)]), END]),
  heldOverTable: (n, l) =>
    held(n, l, (count) => [BLOCK, VOID, ...P, 0x0e, ...unsigned(count), ...repeat(count + 1, () => [0]), END]),
  heldInLoop: (n, l) =>
    held(n, l, (count) => [
      LOOP,
      VOID,
      ...repeat(count, () => [...global0, IF, VOID, 0x10, 0, END]),
      ...global0,
      ...brIf(0),
      END,
    ]),
  /** Constants that no instruction holds in itself, each an argument of two calls. */
  heldConstants: (n, l) => {
    const value = (/** @type {number} */ k) => [...i64(BigInt(k) * 0x123456789abcdn), 0xa7, 0x10, 2];
    return held(n, l, (count) => repeat(count, () => [...global0, IF, VOID, 0x10, 0, END]), value);
  },
  recomputedInLoops: (n) => [
    ...repeat(n, (k) => [...P, ...fresh(k), ...store]),
    ...repeat(n, (k) => [LOOP, VOID, 0x10, 0, ...is(k), ...brIf(0), END]),
    ...repeat(n, (k) => [...P, ...fresh(k), ...store]),
    ...P,
  ],
  unreachables: (n) => repeat(n, (k) => [...is(k), IF, VOID, 0x00, END]).concat(P),
  returns: (n, l) =>
    outside(
      l,
      repeat(n, (k) => [...is(k), IF, VOID, ...P, 0x0f, END, ...assign(k, l)]),
    ),
  deadCode: (n) => [...P, 0x0f, ...repeat(n, (k) => [...is(k), IF, VOID, 0x10, 0, END])],
  nothing: (n) => repeat(n, () => [0x01]).concat(P),
};

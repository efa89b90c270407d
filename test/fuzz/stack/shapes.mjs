// SPDX-License-Identifier: Apache-2.0
// Functions that recurse, written to make a compiler store as many values in the frame as possible.
// A shape is plain data, which a search changes and a report prints.
import { END, HEADER, I32, I64, name, section, signed, unsigned, vector } from "../encode.mjs";

/**
 * @typedef {object} Piece values that are made and merged into an accumulator
 * @property {number} count how many
 * @property {boolean} wide of 64 bits
 * @property {keyof typeof MAKERS} make
 * @property {"xor" | "add" | "select" | "branch" | "store" | "tee"} use the use of each
 * @property {"before" | "after" | "both"} where around the recursive call; both, and the optimiser
 * finds the same value again
 * @property {"none" | "loop" | "if" | "tower"} wrap
 * @property {boolean} fresh an accumulator of its own, read only at the end
 *
 * @typedef {object} Shape
 * @property {number} locals declared beyond the accumulators, each set before the recursive call
 * and read behind it
 * @property {number} params beyond the two that count
 * @property {number} held operands that wait on the stack during the recursive call
 * @property {"direct" | "indirect"} call
 * @property {number} helperSize values that each helper makes
 * @property {boolean} helperLoop whether the helper makes them in a loop
 * @property {readonly Piece[]} pieces
 */

export const MAX_PIECES = 6;
const N = 0;
const X = 1;
const HELPERS = 8;
const EXIT = 0x0d;

const get = (/** @type {number} */ local) => [0x20, ...unsigned(local)];
const set = (/** @type {number} */ local) => [0x21, ...unsigned(local)];
const i32 = (/** @type {number} */ value) => [0x41, ...signed(value)];
const constant = (/** @type {boolean} */ wide, /** @type {number} */ value) => [wide ? 0x42 : 0x41, ...signed(value)];

/** Function indices: the host's, then f, then the helpers (i32, then i64). */
const HOST = 0;
const F = 1;
const helper = (/** @type {boolean} */ wide, /** @type {number} */ i) => F + 1 + (wide ? HELPERS : 0) + (i % HELPERS);
/** The same without a parameter. */
const bare = (/** @type {boolean} */ wide, /** @type {number} */ i) => F + 1 + (wide ? 3 : 2) * HELPERS + (i % HELPERS);
const UNARY = [0x67, 0x68, 0x69, 0xc0, 0xc1];
const UNARY64 = [0x79, 0x7a, 0x7b, 0xc2, 0xc3];

/** `x`: the local of the type from which pure values come. Each writes one value. */
const MAKERS = {
  product: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, 3 + 2 * i),
    w ? 0x7e : 0x6c,
  ],
  bigProduct: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, 0x40000001 + 2 * i),
    w ? 0x7e : 0x6c,
  ],
  quotient: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, 3 + i),
    w ? 0x80 : 0x6e,
  ],
  rotated: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, 1 + (i % 62)),
    w ? 0x89 : 0x77,
  ],
  counted: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, i),
    w ? 0x7c : 0x6a,
    /** @type {number} */ ((w ? UNARY64 : UNARY)[i % 5]),
  ],
  compared: (/** @type {boolean} */ w, /** @type {number} */ i, /** @type {number} */ x) => [
    ...get(x),
    ...constant(w, i),
    w ? 0x54 : 0x49,
    ...(w ? [0xad] : []),
  ],
  global: (/** @type {boolean} */ w) => [0x23, w ? 1 : 0],
  size: (/** @type {boolean} */ w) => [0x3f, 0, ...(w ? [0xad] : [])],
  load: (/** @type {boolean} */ w, /** @type {number} */ i) => [...i32(i & 63), w ? 0x29 : 0x28, 0, 0],
  load8: (/** @type {boolean} */ w, /** @type {number} */ i) => [...i32(i & 63), w ? 0x31 : 0x2d, 0, 0],
  indexed: (/** @type {boolean} */ w, /** @type {number} */ i) => [
    ...get(X),
    ...i32(3 + 2 * i),
    0x6c,
    ...i32(1023),
    0x71,
    w ? 0x29 : 0x28,
    0,
    ...unsigned(i & 127),
  ],
  helper: (/** @type {boolean} */ w, /** @type {number} */ i) => [...get(X), 0x10, helper(w, i)],
  bare: (/** @type {boolean} */ w, /** @type {number} */ i) => [0x10, bare(w, i)],
  host: (/** @type {boolean} */ w) => [...get(X), 0x10, HOST, ...(w ? [0xad] : [])],
};
export const makers = /** @type {(keyof typeof MAKERS)[]} */ (Object.keys(MAKERS));

/**
 * @param {Piece} piece
 * @param {number} acc
 * @param {number} x
 * @param {number} spare a local of the same type
 */
function values(piece, acc, x, spare) {
  const { count, wide, make, use } = piece;
  const maker = MAKERS[make];
  const value = (/** @type {number} */ i) => maker(wide, i, x);
  const each = (/** @type {(i: number) => number[]} */ write) =>
    Array.from({ length: count }, (_, i) => write(i)).flat();
  const xor = wide ? 0x85 : 0x73;
  switch (use) {
    case "select":
      return [
        ...get(acc),
        ...each((i) => [...value(2 * i), ...(wide ? [...get(X)] : value(2 * i + 1)), 0x1b]),
        ...set(acc),
      ];
    case "branch":
      // A branch without effect: the label is the end of a block around the piece.
      return [
        0x02,
        0x40,
        ...each((i) => [...value(i), 0x22, ...unsigned(spare), ...(wide ? [0x50] : []), ...i32(0), 0x71, EXIT, 0]),
        END,
      ];
    case "store":
      return each((i) => [...i32(i & 63), ...value(i), wide ? 0x37 : 0x36, 0, 0]);
    case "tee":
      // A chain: each value comes from the one before.
      return [
        ...get(x),
        ...set(spare),
        ...each((i) => [
          ...get(spare),
          ...constant(wide, 3 + 2 * (i % 30)),
          wide ? 0x7e : 0x6c,
          0x22,
          ...unsigned(spare),
          ...get(acc),
          xor,
          ...set(acc),
        ]),
      ];
    default:
      return [...get(acc), ...each((i) => [...value(i), use === "xor" ? xor : wide ? 0x7c : 0x6a]), ...set(acc)];
  }
}

/** @param {Piece} piece @param {number[]} code */
function wrapped({ wrap, wide }, code) {
  const zero = [...get(X), ...i32(0), 0x71];
  switch (wrap) {
    case "loop":
      return [0x03, 0x40, ...code, ...zero, EXIT, 0, END];
    case "if":
      return [...get(X), 0x04, 0x40, ...code, 0x05, ...code, END];
    case "tower": {
      const tall = wide ? 40 : 12;
      const labels = Array.from({ length: tall }, (_, i) => unsigned(i)).flat();
      const opened = Array.from({ length: tall }, () => [0x02, 0x40]).flat();
      return [...opened, ...code, ...get(N), 0x0e, ...unsigned(tall - 1), ...labels, ...new Array(tall).fill(END)];
    }
    default:
      return code;
  }
}

/**
 * Locals of f: n, x, the wide x, more parameters; then accumulators, spares, fresh accumulators,
 * the rest.
 * @param {Shape} shape
 */
function layout(shape) {
  const first = 3 + shape.params;
  const fresh = first + 4;
  return {
    wideX: 2,
    acc: first,
    wideAcc: first + 1,
    spare: first + 2,
    wideSpare: first + 3,
    fresh,
    rest: fresh + 2 * MAX_PIECES,
  };
}

/** @param {Shape} shape @param {"before" | "after"} where */
function pieces(shape, where) {
  const at = layout(shape);
  return shape.pieces.flatMap((piece, i) => {
    if (piece.where !== where && piece.where !== "both") return [];
    const { wide, fresh } = piece;
    const acc = fresh ? at.fresh + 2 * i + (wide ? 1 : 0) : wide ? at.wideAcc : at.acc;
    return wrapped(piece, values(piece, acc, wide ? at.wideX : X, wide ? at.wideSpare : at.spare));
  });
}

/** @param {Shape} shape */
function bodyOf(shape) {
  const at = layout(shape);
  const rest = Array.from({ length: shape.locals }, (_, i) => at.rest + i);
  const call = shape.call === "direct" ? [0x10, F] : [...i32(0), 0x11, 0, 0];
  const args = [...get(N), ...i32(1), 0x6b, ...get(X), ...i32(1), 0x6a, ...get(at.wideX), ...i64Args(shape.params)];
  const held = new Array(shape.held).fill([0x23, 0]).flat();
  const dropped = new Array(shape.held).fill(0x73);
  const sum = Array.from({ length: MAX_PIECES }, (_, i) => [
    ...get(at.fresh + 2 * i),
    0x6a,
    ...get(at.fresh + 2 * i + 1),
    0xa7,
    0x6a,
  ]).flat();
  const code = [
    ...rest.flatMap((local, i) => [...i32(8 * (i & 63)), 0x29, 0, 0, ...set(local)]),
    ...pieces(shape, "before"),
    ...[...get(N), 0x04, 0x40, ...held, ...args, ...call, ...dropped, ...get(at.acc), 0x6a, ...set(at.acc), END],
    ...pieces(shape, "after"),
    ...rest.flatMap((local) => [...get(at.wideAcc), ...get(local), 0x85, ...set(at.wideAcc)]),
    ...[...get(at.acc), ...get(at.wideAcc), 0xa7, 0x73, ...sum, END],
  ];
  const pairs = Array.from({ length: 2 + MAX_PIECES }, () => 0);
  const declared = [
    ...pairs.flatMap((_, i) => (i === 0 ? [I32, I64, I32, I64] : i === 1 ? [] : [I32, I64])),
    ...rest.map(() => I64),
  ];
  return [...vector(declared.map((type) => [1, type])), ...code];
}

const i64Args = (/** @type {number} */ count) => new Array(count).fill([0x23, 1]).flat();

/** @param {Shape} shape @param {boolean} wide @param {number} index @param {boolean} isBare */
function helperBody({ helperSize, helperLoop }, wide, index, isBare) {
  const x = wide ? 1 : 0;
  const acc = wide ? 2 : 3;
  const start = isBare ? [0x23, 0, ...set(0)] : [];
  const widen = wide ? [...start, ...get(0), 0xad, ...set(1)] : start;
  const code = Array.from({ length: helperSize }, (_, i) => [
    ...get(acc),
    ...get(x),
    ...constant(wide, 65 + 2 * (i + index * helperSize)),
    wide ? 0x7e : 0x6c,
    wide ? 0x85 : 0x73,
    ...set(acc),
  ]).flat();
  const body = helperLoop ? [0x03, 0x40, ...code, ...get(0), ...i32(0), 0x71, EXIT, 0, END] : code;
  const locals = [...(isBare ? [[1, I32]] : []), [2, I64], [1, I32]];
  return [...vector(locals), ...widen, ...body, ...get(acc), END];
}

/** In the order of their function indices, and of their types. */
const HELPER_KINDS = [
  { wide: false, isBare: false },
  { wide: true, isBare: false },
  { wide: false, isBare: true },
  { wide: true, isBare: true },
];

/**
 * A module with the recursive function `f` (depth, x, wide x, ...) and one import.
 * @param {Shape} shape
 */
export function moduleOf(shape) {
  const type = (/** @type {number[]} */ params, /** @type {number} */ result) => [
    0x60,
    ...vector(params.map((p) => [p])),
    ...vector([[result]]),
  ];
  const bodies = [
    bodyOf(shape),
    ...HELPER_KINDS.flatMap(({ wide, isBare }) =>
      Array.from({ length: HELPERS }, (_, i) => helperBody(shape, wide, i, isBare)),
    ),
  ];
  return Uint8Array.from([
    ...HEADER,
    ...section(
      1,
      vector([
        type([I32, I32, I64, ...new Array(shape.params).fill(I64)], I32),
        type([I32], I32),
        type([I32], I64),
        type([], I32),
        type([], I64),
      ]),
    ),
    ...section(2, vector([[...name("env"), ...name("host"), 0, 1]])),
    ...section(3, vector(bodies.map((_, i) => [Math.ceil(i / HELPERS)]))),
    ...section(4, vector([[0x70, 0, 1]])),
    ...section(5, vector([[0, 1]])),
    ...section(
      6,
      vector([
        [I32, 1, 0x41, 5, END],
        [I64, 1, 0x42, 7, END],
      ]),
    ),
    ...section(7, vector([[...name("f"), 0, F]])),
    ...section(9, vector([[0, 0x41, 0, END, ...vector([[F]])]])),
    ...section(10, vector(bodies.map((body) => [...unsigned(body.length), ...body]))),
  ]);
}

/** Parameters of `f`, for its callers. @param {Shape} shape @param {number} depth */
export const argumentsOf = (shape, depth) => [depth, 5, 6n, ...new Array(shape.params).fill(1n)];

/** @param {import("../random.mjs").Random} random @returns {Piece} */
export const randomPiece = (random) => ({
  count: random.pick([3, 8, 20, 60, 150, 400, 1_000, 2_000]),
  wide: random.chance(40),
  make: random.pick(makers),
  use: random.pick(["xor", "xor", "add", "select", "branch", "store", "tee"]),
  where: random.pick(["before", "after", "both"]),
  wrap: random.pick(["none", "none", "loop", "loop", "if", "tower"]),
  fresh: random.chance(40),
});

/** @param {import("../random.mjs").Random} random @returns {Shape} */
export const randomShape = (random) => ({
  locals: random.pick([0, 0, 0, 5, 40, 300]),
  params: random.pick([0, 0, 0, 3, 20, 61]),
  held: random.pick([0, 0, 0, 5, 60]),
  call: random.pick(["direct", "direct", "indirect"]),
  helperSize: random.pick([1, 2, 4, 8, 20, 40]),
  helperLoop: random.chance(30),
  pieces: Array.from({ length: random.between(1, MAX_PIECES) }, () => randomPiece(random)),
});

/**
 * A shape a little different.
 * @param {Shape} shape
 * @param {import("../random.mjs").Random} random
 * @returns {Shape}
 */
export function changed(shape, random) {
  const other = randomShape(random);
  const field = random.pick([
    "locals",
    "params",
    "held",
    "call",
    "helperSize",
    "helperLoop",
    "pieces",
    "pieces",
    "pieces",
    "pieces",
  ]);
  if (field !== "pieces") return { ...shape, [field]: other[/** @type {keyof Shape} */ (field)] };
  const list = [...shape.pieces];
  const at = random.below(list.length);
  switch (random.below(5)) {
    case 0:
      if (list.length > 1) list.splice(at, 1);
      break;
    case 1:
      if (list.length < MAX_PIECES) list.push(randomPiece(random));
      break;
    case 2:
      list[at] = randomPiece(random);
      break;
    default: {
      const fresh = randomPiece(random);
      const piece = /** @type {Piece} */ (list[at]);
      const key = /** @type {keyof Piece} */ (random.pick(Object.keys(piece)));
      list[at] = {
        ...piece,
        [key]: key === "count" ? Math.max(1, Math.floor((piece.count * random.between(5, 20)) / 10)) : fresh[key],
      };
    }
  }
  return { ...shape, pieces: list };
}

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from "vitest";
import { checkModule, MODULE_LIMITS, type ModuleLimits, WasmRejected } from "../src/index.ts";
import { fc, test as property } from "./property.ts";
import { module, section, vector, wat, withCode } from "./wat.ts";

const code = (bytes: Uint8Array, limits?: ModuleLimits): string => {
  try {
    checkModule(bytes, limits);
    return "accepted";
  } catch (thrown) {
    if (thrown instanceof WasmRejected) return thrown.code;
    throw thrown;
  }
};
const codeOf = (text: string, limits: Partial<ModuleLimits> = {}): string =>
  code(wat(text), { ...MODULE_LIMITS, ...limits });
const END = 0x0b;
const UNREACHABLE = 0x00;

/** The text of a refusal. */
const refusal = (bytes: Uint8Array): string => {
  try {
    checkModule(bytes);
  } catch (thrown) {
    if (thrown instanceof WasmRejected) return thrown.message;
    throw thrown;
  }
  return "accepted";
};

describe("what is no module", () => {
  test.each([
    ["nothing", []],
    ["text", [...new TextEncoder().encode("this is not wasm")]],
    ["another magic", [0, 0x61, 0x73, 0x6e, 1, 0, 0, 0]],
    ["version 2", [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0]],
    ["a cut header", [0, 0x61, 0x73, 0x6d, 1, 0, 0]],
  ])("%s is not wasm", (_, bytes) => {
    expect(code(Uint8Array.from(bytes))).toBe("notWasm");
  });

  test("the empty module is one", () => {
    expect(checkModule(module())).toMatchObject({ functions: [], exports: [], memory: undefined });
  });

  test("a module cut at any byte is refused, never a crash", () => {
    const bytes = wat(`(module (memory 1) (table 2 funcref) (elem (i32.const 0) $f) (data (i32.const 3) "abc")
      (global (mut i64) (i64.const -5)) (func $f (export "f") (param i32) (result i64) (local i64)
      (block (result i64) (drop (br_if 0 (i64.const 1) (local.get 0))) (i64.const 77))))`);
    expect(code(bytes)).toBe("accepted");
    const borders = new Set<number>();
    for (let at = 8; at < bytes.length; at += 2 + (bytes[at + 1] as number)) borders.add(at);
    for (let length = 0; length < bytes.length; length++) {
      const verdict = code(bytes.subarray(0, length));
      // Between sections a smaller module may end.
      if (!borders.has(length)) expect(["notWasm", "malformed"], `cut at ${length}`).toContain(verdict);
      else expect(["accepted", "malformed"], `cut at ${length}`).toContain(verdict);
    }
  });

  property("any bytes after the header are judged without a crash", fc.uint8Array({ maxLength: 200 }), (bytes) => {
    expect(typeof code(module([...bytes]))).toBe("string");
  });
});

describe("floats are refused wherever they are", () => {
  test.each([
    ["a parameter", "(module (func (param f32)))"],
    ["a result", "(module (func (result f64) unreachable))"],
    ["a local", "(module (func (local f32)))"],
    ["a global", "(module (global f64 (f64.const 0)))"],
    ["an imported global", '(module (import "env" "g" (global f32)))'],
    ["an unused type", "(module (type (func (param f64))))"],
    ["a block type", "(module (func (drop (block (result f32) unreachable))))"],
    ["a constant", "(module (func (drop (f32.const 0))))"],
    ["dead code", "(module (func (return) (drop (f64.add (f64.const 0) (f64.const 1)))))"],
    ["a conversion", "(module (func (drop (i32.trunc_f32_s (f32.const 0)))))"],
    ["a saturating conversion", "(module (func (drop (i32.trunc_sat_f64_u (f64.const 0)))))"],
    ["a load", "(module (memory 1) (func (drop (f32.load (i32.const 0)))))"],
    ["a function nobody calls", "(module (func $a) (func $b (drop (f64.const 0))))"],
  ])("in %s", (_, text) => {
    expect(codeOf(text)).toBe("float");
  });
});

/** Opcodes of WebAssembly 1.0 without floats, and sign extension. */
const ACCEPTED = [
  [0x00, 0x04],
  [0x0b, 0x11],
  [0x1a, 0x1b],
  [0x20, 0x24],
  [0x28, 0x29],
  [0x2c, 0x37],
  [0x3a, 0x42],
  [0x45, 0x5a],
  [0x67, 0x8a],
  [0xa7, 0xa7],
  [0xac, 0xad],
  [0xc0, 0xc4],
] as const;

describe("the opcode whitelist", () => {
  const isAccepted = (op: number) => ACCEPTED.some(([from, to]) => op >= from && op <= to);

  test("takes exactly the listed opcodes and refuses all others as unsupported or float", () => {
    for (let op = 0; op < 256; op++) {
      // After `unreachable` every operand type fits, so the result depends only on the opcode.
      const blocks = op >= 0x02 && op <= 0x04 ? [op, 0x40, END] : undefined;
      const zeros = op === 0x11 || (op >= 0x28 && op <= 0x3e) ? [op, 0, 0] : [op, 0];
      const plain = [0x00, 0x01, END, 0x0f, 0x1a, 0x1b].includes(op) || op >= 0x45 ? [op] : zeros;
      const instruction = op === 0x0e ? [op, 0, 0] : (blocks ?? plain);
      const verdict = code(withCode(UNREACHABLE, ...instruction, ...(op === END ? [] : [UNREACHABLE, END])));
      if (op === 0x05) expect(verdict, "else needs an if").toBe("malformed");
      else if (isAccepted(op)) expect(verdict, `opcode 0x${op.toString(16)}`).toBe("accepted");
      else expect(["unsupported", "float"], `opcode 0x${op.toString(16)}`).toContain(verdict);
    }
  });

  test.each([
    ["memory.copy", [0xfc, 0x0a, 0, 0]],
    ["memory.fill", [0xfc, 0x0b, 0]],
    ["memory.init", [0xfc, 0x08, 0, 0]],
    ["table.grow", [0xfc, 0x0f, 0]],
    ["SIMD", [0xfd, 0x0c]],
    ["atomics", [0xfe, 0x03, 0]],
    ["tail calls", [0x12, 0]],
    ["try of the old exceptions", [0x06, 0x40, END]],
    ["catch_all", [0x19]],
    ["throw", [0x08, 0]],
    ["try_table", [0x1f, 0x40, 0, END]],
    ["typed select", [0x1c, 1, 0x7f]],
    ["table.get", [0x25, 0]],
    ["ref.null", [0xd0, 0x70]],
    ["GC", [0xfb, 0]],
  ])("%s is unsupported, and the refusal says which compiler helps", (_, instruction) => {
    expect(code(withCode(UNREACHABLE, ...instruction, END))).toBe("unsupported");
    const text = refusal(withCode(UNREACHABLE, ...instruction, END));
    expect(text).toMatch(
      /^unsupported opcode 0x[0-9a-f]{2} of [A-Za-z ]+: build with Rust 1\.81 or older, see contracts\/README\.md/,
    );
  });

  test("a table index of more than a zero byte, as compilers with reference types write it, says so too", () => {
    const text = refusal(withCode(UNREACHABLE, 0x11, 0, 0x80, 0x80, 0x80, 0x80, 0, UNREACHABLE, END));
    expect(text).toMatch(
      /^zero byte expected; a longer table index belongs to reference types: build with Rust 1\.81 or older/,
    );
  });
});

describe("features beyond version 1", () => {
  const types = section(1, vector([[0x60, 0, 0]]));
  const functions = section(3, vector([[0]]));
  const empty = section(10, vector([[2, 0, END]]));
  test.each([
    ["a function with two results", section(1, [1, 0x60, 0, 2, 0x7f, 0x7f])],
    ["a reference type", section(1, [1, 0x60, 1, 0x70, 0])],
    ["a vector type", section(1, [1, 0x60, 1, 0x7b, 0])],
    ["a struct type", section(1, [1, 0x5f, 0])],
    ["a shared memory", section(5, [1, 3, 1, 1])],
    ["a 64-bit memory", section(5, [1, 4, 1])],
    ["a table of external references", section(4, [1, 0x6f, 0, 1])],
    ["two tables", section(4, [2, 0x70, 0, 1, 0x70, 0, 1])],
    ["a tag section", section(13, [1, 0, 0])],
    ["a data count section", section(12, [0])],
    ["an imported tag", section(2, [1, 0, 0, 4, 0, 0])],
    ["a passive data segment", [...section(5, [1, 0, 1]), ...section(11, [1, 1, 0])]],
    ["a declarative element segment", [...section(4, [1, 0x70, 0, 1]), ...section(9, [1, 3, 0, 0])]],
    ["a block with a type index", [...types, ...functions, ...section(10, vector([[5, 0, 0x02, 0x00, END, END]]))]],
  ])("%s is unsupported", (_, content) => {
    expect(code(module(content))).toBe("unsupported");
  });

  test("a call_indirect with an over-long table index is refused as the reference's parser refuses it", () => {
    expect(code(withCode(UNREACHABLE, 0x11, 0, 0x80, 0, END))).toBe("malformed");
    expect(code(withCode(UNREACHABLE, 0x11, 0, 0, END))).toBe("accepted");
  });

  test("imports of anything but functions are refused", () => {
    for (const what of ["(memory 1)", "(table 1 funcref)", "(global i32)"]) {
      expect(codeOf(`(module (import "env" "x" ${what}))`)).toBe("import");
    }
  });

  test("a start function is refused", () => {
    expect(codeOf("(module (func $f) (start $f))")).toBe("start");
  });

  test("two memories are refused", () => {
    expect(code(module(types, functions, section(5, [2, 0, 1, 0, 1]), empty))).toBe("memory");
  });

  test("mutable globals may be exported, custom sections are skipped", () => {
    expect(codeOf('(module (global (export "g") (mut i32) (i32.const 1)))')).toBe("accepted");
    const checked = checkModule(module([...section(0, [1, 0x61, 1, 2, 3]), ...types, ...section(0, [1, 0x62])]));
    expect(checked.customRanges).toEqual([8, 15, 21, 25]);
  });
});

describe("segments are placed when the module is checked", () => {
  test.each([
    ['(module (memory 1) (data (i32.const 65533) "abc"))', "accepted"],
    ['(module (memory 1) (data (i32.const 65534) "abc"))', "invalid"],
    ['(module (memory 1) (data (i32.const -1) "a"))', "invalid"],
    ['(module (memory 0) (data (i32.const 0) ""))', "accepted"],
    ['(module (memory 0) (data (i32.const 1) ""))', "invalid"],
    ["(module (table 2 funcref) (func $f) (elem (i32.const 1) $f))", "accepted"],
    ["(module (table 2 funcref) (func $f) (elem (i32.const 1) $f $f))", "invalid"],
    ["(module (table 2 funcref) (func $f) (elem (i32.const -1) $f))", "invalid"],
  ])("%s: %s", (text, verdict) => {
    expect(codeOf(text)).toBe(verdict);
  });
});

describe("limits", () => {
  const repeat = (count: number, text: string) => text.repeat(count);
  test.each<[string, Partial<ModuleLimits>, (n: number) => string]>([
    ["functions", { functions: 20 }, (n) => `(module ${repeat(n, "(func)")})`],
    ["imports", { imports: 20 }, (n) => `(module ${repeat(n, '(import "env" "f" (func))')})`],
    ["globals", { globals: 20 }, (n) => `(module ${repeat(n, "(global i32 (i32.const 0))")})`],
    ["tableEntries", { tableEntries: 20 }, (n) => `(module (table ${n} funcref))`],
    ["params", { params: 20 }, (n) => `(module (func (param ${repeat(n, "i32 ")})))`],
    ["branches", { branches: 20 }, (n) => `(module (func ${repeat(n, "(block ")}${repeat(n, ")")}))`],
    ["branches", { branches: 20 }, (n) => `(module (func ${repeat(n, "(block)")}))`],
    ["branches", { branches: 20 }, (n) => `(module (func ${repeat(n, "(br_if 0 (i32.const 0))")}))`],
    ["branches", { branches: 20 }, (n) => `(module (func (br_table ${repeat(n - 1, "0 ")} 0 (i32.const 0))))`],
    ["loops", { loops: 20 }, (n) => `(module (func ${repeat(n, "(loop)")}))`],
    ["frameSlots", { frameSlots: 20 }, (n) => `(module (func (local ${repeat(n, "i64 ")})))`],
    ["segments", { segments: 20 }, (n) => `(module (memory 1) ${repeat(n, '(data (i32.const 0) "a")')})`],
  ])("%s: as many as the limit are accepted, one more is not", (_, limits, text) => {
    expect(codeOf(text(20), limits)).toBe("accepted");
    expect(codeOf(text(21), limits)).toBe("limit");
  });

  test("types and exports", () => {
    const types = (n: number) => `(module ${Array.from({ length: n }, () => "(type (func))").join("")})`;
    expect(codeOf(types(20), { types: 20 })).toBe("accepted");
    expect(codeOf(types(21), { types: 20 })).toBe("limit");
    const exports = (n: number) =>
      `(module (func $f) ${Array.from({ length: n }, (_, i) => `(export "${i}" (func $f))`).join("")})`;
    expect(codeOf(exports(20), { exports: 20 })).toBe("accepted");
    expect(codeOf(exports(21), { exports: 20 })).toBe("limit");
  });

  test("operands count into the frame", () => {
    const deep = (n: number) => `(module (func (local i32 i32) ${repeat(n, "(local.get 0) ")} ${repeat(n, "drop ")}))`;
    expect(codeOf(deep(18), { frameSlots: 20 })).toBe("accepted");
    expect(codeOf(deep(19), { frameSlots: 20 })).toBe("limit");
  });

  test("a body of 320 KiB is accepted, a larger one and a module above 2 MiB are not", () => {
    const leb5 = (value: number) => [0, 7, 14, 21, 28].map((s, i) => ((value >>> s) & 0x7f) | (i < 4 ? 0x80 : 0));
    const nops = (size: number) => {
      const head = [
        ...module(section(1, [1, 0x60, 0, 0]), section(3, [1, 0])),
        10,
        ...leb5(size + 6),
        1,
        ...leb5(size),
        0,
      ];
      const bytes = new Uint8Array(head.length + size - 1).fill(0x01);
      bytes.set(head);
      bytes[bytes.length - 1] = END;
      return bytes;
    };
    expect(code(nops(MODULE_LIMITS.bodyBytes))).toBe("accepted");
    expect(code(nops(MODULE_LIMITS.bodyBytes + 1))).toBe("limit");
    const padded = (size: number) => {
      const bytes = new Uint8Array(size);
      bytes.set([...module(), 0, ...leb5(size - 14)]);
      return bytes;
    };
    expect(code(padded(2 * 1024 * 1024))).toBe("accepted");
    expect(code(padded(2 * 1024 * 1024 + 1))).toBe("limit");
  });

  test("many locals, and what makes compilers explode, are refused before a compiler sees them", () => {
    expect(codeOf(`(module (func (local ${repeat(50_000, "i32 ")})))`)).toBe("limit");
    // 4 billion locals in six bytes.
    const body = [1, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x7f, END];
    const sections = [section(1, [1, 0x60, 0, 0]), section(3, [1, 0]), section(10, vector([[body.length, ...body]]))];
    expect(code(module(...sections))).toBe("limit");
    const bomb = (locals: number, blocks: number) =>
      `(module (func (local ${repeat(locals, "i32 ")}) ${repeat(blocks, "(block)")}))`;
    expect(codeOf(bomb(500, 4_000))).toBe("accepted");
    expect(codeOf(bomb(500, 4_001))).toBe("limit");
    expect(codeOf(bomb(5_000, 10_000))).toBe("limit");
  });

  test("names above 512 bytes and vectors longer than their section are refused", () => {
    expect(codeOf(`(module (func (export "${repeat(512, "a")}")))`)).toBe("accepted");
    expect(codeOf(`(module (func (export "${repeat(513, "a")}")))`)).toBe("limit");
    expect(code(module(section(1, [0xe8, 0x07])))).toBe("malformed");
  });
});

describe("validation", () => {
  test("a global index one past the end is refused, so no code can name what the rewriter appends", () => {
    expect(code(withCode(0x42, 0, 0x24, 1, END))).toBe("accepted");
    for (let index = 2; index < 9; index++) expect(code(withCode(0x42, 0, 0x24, index, END))).toBe("invalid");
  });

  test("a function index one past the end is refused", () => {
    expect(code(withCode(0x10, 0, END))).toBe("accepted");
    for (let index = 1; index < 7; index++) expect(code(withCode(0x10, index, END))).toBe("invalid");
  });

  test("the greatest operand height, branches and calls of a body are told", () => {
    const { functions } = checkModule(
      wat(`(module (func (result i32) (i32.add (i32.const 1) (i32.mul (i32.const 2) (i32.const 3))))
        (func (block (loop (br 0))) (if (i32.const 1) (then)) (return) (call 0) (drop)))`),
    );
    expect(functions).toMatchObject([
      { maxHeight: 3, flow: { branches: 0 }, hasCalls: false },
      { maxHeight: 1, flow: { branches: 5, loops: 1 }, hasCalls: true },
    ]);
  });

  test("the same bytes give the same text and place", () => {
    const bytes = withCode(0x41, 0, END);
    const say = () => {
      try {
        checkModule(bytes);
      } catch (thrown) {
        return thrown instanceof WasmRejected ? `${thrown.code} ${thrown.message} at ${thrown.offset}` : "";
      }
      return "";
    };
    expect(say()).toBe("invalid type mismatch at 52");
    expect(say()).toBe(say());
  });
});

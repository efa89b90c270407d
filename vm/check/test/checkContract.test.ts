// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type ContractRules, checkContract, FEATURES, MAX_PAGES, UPLOAD_RULES, WasmRejected } from "../src/index.ts";
import { wat } from "./wat.ts";

const V1 = [
  '(func (export "interface_version_8"))',
  '(func (export "allocate") (param i32) (result i32) (i32.const 8))',
  '(func (export "deallocate") (param i32))',
  '(func (export "instantiate") (param i32 i32 i32) (result i32) (i32.const 0))',
];
const V010 = [
  '(func (export "cosmwasm_vm_version_3"))',
  '(func (export "allocate") (param i32) (result i32) (i32.const 8))',
  '(func (export "deallocate") (param i32))',
  '(func (export "init") (param i32 i32) (result i32) (i32.const 0))',
  '(func (export "handle") (param i32 i32) (result i32) (i32.const 0))',
  '(func (export "query") (param i32) (result i32) (i32.const 0))',
];
const MEMORY = '(memory (export "memory") 17)';
const contract = (exports: readonly string[], imports = "", memory = MEMORY): string =>
  `(module ${imports} ${memory} ${exports.join(" ")})`;

const judge = (text: string, rules?: ContractRules): string => {
  try {
    checkContract(wat(text), rules);
    return "accepted";
  } catch (thrown) {
    if (thrown instanceof WasmRejected) return `${thrown.code}: ${thrown.message}`;
    throw thrown;
  }
};

describe("the two dialects", () => {
  test("a v1 contract is one", () => {
    const extra = '(func (export "query") (param i32 i32) (result i32) (i32.const 0))';
    const code = checkContract(wat(contract([...V1, extra])));
    expect(code).toMatchObject({ dialect: "v1", isIbcCapable: false });
    expect([...code.entryPoints]).toEqual(["instantiate", "query"]);
  });

  test("a v0.10 contract is one", () => {
    const extra = '(func (export "migrate") (param i32 i32) (result i32) (i32.const 0))';
    const code = checkContract(wat(contract([...V010, extra])));
    expect(code).toMatchObject({ dialect: "v010", isIbcCapable: false });
    expect([...code.entryPoints]).toEqual(["init", "handle", "migrate", "query"]);
  });

  test("with both markers the first export decides", () => {
    const [marker = "", ...rest] = V010;
    expect(checkContract(wat(contract([...V1, marker]))).dialect).toBe("v1");
    expect(judge(contract([marker, ...V1]))).toBe("export: Wasm contract does not have required export query");
    expect(checkContract(wat(contract([marker, V1[0] ?? "", ...rest]))).dialect).toBe("v010");
  });

  test("a module without a marker is no contract", () => {
    expect(judge(contract(V1.slice(1)))).toMatch(/^export: Wasm contract exports none of/);
    const memory = '(memory (export "interface_version_8") 1)';
    expect(judge(contract(V1.slice(1), "", memory))).toMatch(/^export: /);
  });

  test.each([V1, V010].flatMap((all) => all.slice(1).map((line) => ({ line, all }))))(
    "without $line it is refused",
    ({ line, all }) => {
      expect(judge(contract(all.filter((other) => other !== line)))).toMatch(/does not have required export/);
    },
  );

  test.each([
    [V1, '(func (export "execute") (param i32 i32) (result i32) (i32.const 0))', "execute"],
    [V1, '(func (export "query") (param i32) (result i32) (i32.const 0))', "query"],
    [V1, '(func (export "reply") (param i32 i32))', "reply"],
    [V1, '(func (export "sudo") (param i32 i64) (result i32) (i32.const 0))', "sudo"],
    [V1, '(func (export "migrate") (param i32 i32) (result i64) (i64.const 0))', "migrate"],
    [V1, '(func (export "ibc_packet_ack") (result i32) (i32.const 0))', "ibc_packet_ack"],
    [V1, '(global (export "execute") i32 (i32.const 0))', "execute"],
    [V010, '(func (export "migrate") (param i32) (result i32) (i32.const 0))', "migrate"],
  ])("an entry point of another type is refused: %#", (all, line, name) => {
    expect(judge(contract([...all, line]))).toBe(`export: Wasm contract exports ${name} with a wrong type`);
  });

  test("exports without a meaning are the contract's own affair", () => {
    const extra = [
      '(func (export "rustsecp256k1_v0_4_1_x") (param i64 i32))',
      '(global (export "__heap_base") i32 (i32.const 1))',
    ];
    expect(judge(contract([...V1, ...extra]))).toBe("accepted");
    expect(judge(contract([...V010, '(func (export "execute") (param i64))']))).toBe("accepted");
  });

  test("a contract says by a function that it takes bound messages only; what else has that name is refused", () => {
    for (const base of [V1, V010]) {
      expect(checkContract(wat(contract(base))).isBoundOnly).toBe(false);
      const says = [...base, '(func (export "bound_messages_only"))'];
      expect(checkContract(wat(contract(says)))).toMatchObject({ isBoundOnly: true, isIbcCapable: false });
      for (const wrong of [
        '(func (export "bound_messages_only") (param i32))',
        '(func (export "bound_messages_only") (result i32) (i32.const 1))',
        '(global (export "bound_messages_only") i32 (i32.const 1))',
      ]) {
        expect(judge(contract([...base, wrong]))).toBe(
          "export: Wasm contract exports bound_messages_only with a wrong type",
        );
      }
    }
  });

  test("a contract with all six IBC entry points is IBC-capable, with five it is not", () => {
    const ibc = [
      "channel_open",
      "channel_connect",
      "channel_close",
      "packet_receive",
      "packet_ack",
      "packet_timeout",
    ].map((name) => `(func (export "ibc_${name}") (param i32 i32) (result i32) (i32.const 0))`);
    expect(checkContract(wat(contract([...V1, ...ibc]))).isIbcCapable).toBe(true);
    expect(checkContract(wat(contract([...V1, ...ibc.slice(1)]))).isIbcCapable).toBe(false);
  });
});

describe("imports", () => {
  const importing = (text: string, exports = V1) => judge(contract(exports, `(import ${text})`));

  test("known functions with their types are accepted", () => {
    expect(importing('"env" "db_read" (func (param i32) (result i32))')).toBe("accepted");
    expect(importing('"env" "secp256k1_recover_pubkey" (func (param i32 i32 i32) (result i64))')).toBe("accepted");
    expect(importing('"env" "canonicalize_address" (func (param i32 i32) (result i32))', V010)).toBe("accepted");
  });

  test.each([
    ['"env" "db_scan" (func (param i32 i32 i32) (result i32))', V1],
    ['"env" "db_next" (func (param i32) (result i32))', V010],
    ['"env" "abort" (func (param i32))', V1],
    ['"env" "toString" (func)', V1],
    ['"wasi_snapshot_preview1" "fd_write" (func (param i32) (result i32))', V1],
    ['"host" "db_read" (func (param i32) (result i32))', V1],
    ['"env" "canonicalize_address" (func (param i32 i32) (result i32))', V1],
    ['"env" "addr_validate" (func (param i32) (result i32))', V010],
    ['"env" "check_gas" (func (result i64))', V010],
  ])("%s is refused", (text, exports) => {
    expect(importing(text, exports)).toMatch(/^import: Wasm contract requires unsupported import/);
  });

  test("a known function of another type is refused", () => {
    expect(importing('"env" "db_read" (func (param i32))')).toMatch(/^import: .* with a wrong type$/);
    expect(importing('"env" "db_write" (func (param i32 i64))')).toMatch(/^import: .* with a wrong type$/);
  });
});

describe("memory", () => {
  const sized = (memory: string, rules?: ContractRules) => judge(contract(V1, "", memory), rules);
  const enclave: ContractRules = { ...UPLOAD_RULES, maxInitialPages: MAX_PAGES };

  test("there is exactly one, without a maximum", () => {
    expect(sized("")).toBe("memory: Wasm contract doesn't have a memory section");
    expect(sized("(memory 17 100)")).toBe(
      "memory: Wasm contract memory's maximum must be unset. The host will set it for you.",
    );
  });

  test("the chain refuses an initial size above 512 pages, the enclave one above 192", () => {
    const text = (pages: number) => `memory: Wasm contract memory's minimum must not exceed ${pages} pages.`;
    expect(sized("(memory 512)")).toBe("accepted");
    expect(sized("(memory 513)")).toBe(text(512));
    expect(sized("(memory 192)", enclave)).toBe("accepted");
    expect(sized("(memory 193)", enclave)).toBe(text(192));
  });
});

describe("features", () => {
  const requiring = (name: string) => judge(contract([...V1, `(func (export "requires_${name}"))`]));

  test("what the chain announces may be required and is told", () => {
    for (const feature of FEATURES) expect(requiring(feature)).toBe("accepted");
    const exports = [...V1, '(func (export "requires_random"))', '(func (export "requires_"))'];
    expect([...checkContract(wat(contract(exports))).features]).toEqual(["random"]);
  });

  test("anything else is refused", () => {
    expect(requiring("iterator")).toBe("feature: Wasm contract requires unsupported feature iterator");
  });
});

const BUILT = new URL("../../../contracts/built/", import.meta.url);

test.runIf(existsSync(BUILT))("every built contract is accepted", () => {
  const names = readdirSync(BUILT).filter((name) => name.endsWith(".wasm"));
  expect(names.length).toBeGreaterThan(0);
  for (const name of names) {
    const { dialect } = checkContract(readFileSync(new URL(name, BUILT)));
    expect(dialect, name).toBe(name === "probe-v010.wasm" ? "v010" : "v1");
  }
});

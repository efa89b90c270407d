// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { describe, expect, it } from "vitest";
import type { Contract } from "../src/index.ts";
import { loadBuilt, MemoryBackend, run } from "./support.ts";

const contracts: readonly (readonly [string, Contract])[] = [
  ["v1", loadBuilt("probe-v1")],
  ["v0.10", loadBuilt("probe-v010")],
];

describe.each(contracts)("a hostile %s contract", (_name, contract) => {
  const execute = (msg: object, gas = 2_000_000_000) => run(contract, "execute", msg, new MemoryBackend(), gas);

  it.each([
    ["panics", { panic: { text: "secret words" } }, "contractPanic"],
    ["asks for more memory than there is", { alloc: { bytes: 13_631_488 } }, "contractPanic"],
    ["recurses for ever", { recurse: { depth: null } }, "stackExhausted"],
    ["recurses for ever in linear memory", { recurse: { depth: null, memory: true } }, "stackExhausted"],
    ["loops for ever", { loop: { kind: "cpu" } }, "outOfGas"],
    ["writes for ever", { loop: { kind: "storage" } }, "outOfGas"],
    ["reads for ever", { loop: { kind: "read" } }, "outOfGas"],
    ["hoards memory for ever", { loop: { kind: "memory" } }, "contractPanic"],
  ])("that %s is stopped", (_what, msg, abort) => {
    const gas = 200_000_000;
    const result = execute(msg, gas);
    expect(result).toMatchObject({ outcome: "aborted", abort });
    if (abort === "outOfGas") expect(result.gasUsed).toBe(gas);
    expect(JSON.stringify(result)).not.toContain("secret words");
  });

  it("gets out of gas before the memory when it is given little", () => {
    expect(execute({ loop: { kind: "memory" } }, 1_000_000)).toMatchObject({ abort: "outOfGas", gasUsed: 1_000_000 });
  });

  it("leaves nothing behind for the next call", () => {
    const before = execute({ noop: {} });
    execute({ panic: { text: "x" } });
    execute({ recurse: { depth: null } });
    execute({ loop: { kind: "cpu" } }, 1_000_000);
    expect(execute({ noop: {} })).toEqual(before);
  });

  it("may answer megabytes", () => {
    const result = execute({ data_bytes: { size: 1_000_000 } }, 10_000_000_000);
    expect(result.outcome).toBe("returned");
    expect((toUtf8(result.data as Uint8Array) as string).length).toBeGreaterThan(1_333_000);
  });

  it("costs the same gas every time", () => {
    const runs = Array.from({ length: 5 }, () => execute({ count: { rounds: 1000 } }));
    for (const result of runs) expect(result).toEqual(runs[0]);
  });
});

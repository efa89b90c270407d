// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { listCommittable, root } from "../../tools/source/files.mjs";
import { checkTests, findLayerless, findShared, findUnseeded } from "../../tools/tests/check.mjs";
import { LAYERS, projectOf, projects, ruleOf } from "../../tools/tests/layers.mjs";
import { needsPrograms, toVitest, withTemporaryFolder } from "../../tools/tests/run.mjs";
import { randomOf, SEED, seedOf } from "../../tools/tests/seed.mjs";

const VITEST = join(root, "node_modules/vitest/vitest.mjs");

test("the databases of a killed process go with the temporary folder of the run", async () => {
  const program = `const { openStore } = await import(${JSON.stringify(new URL("../../host/store/dist/index.js", import.meta.url))});
    openStore({ path: undefined, stores: ["bank"], pruning: { keepVersions: undefined } });
    process.kill(process.pid, "SIGKILL");`;
  const folder = await withTemporaryFolder(async (env) => {
    const { signal } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], { env });
    const left = readdirSync(env["TMPDIR"] ?? "").filter((name) => name.includes(".mdb"));
    expect([signal, left.length > 0]).toEqual(["SIGKILL", true]);
    return env["TMPDIR"] ?? "";
  });
  expect(existsSync(folder)).toBe(false);
});

describe("the layers of the tests", () => {
  it("contain every test file once, in the project where vitest finds it", () => {
    const folder = mkdtempSync(join(tmpdir(), "sotto-list-"));
    const file = join(folder, "list.json");
    const { status, stderr } = spawnSync(process.execPath, [VITEST, "list", "--filesOnly", `--json=${file}`], {
      cwd: root,
    });
    expect([status, String(stderr)]).toEqual([0, ""]);
    const listed: { file: string; projectName: string }[] = JSON.parse(readFileSync(file, "utf8"));
    rmSync(folder, { recursive: true });
    const ran = listed.map(
      ({ file: path, projectName }) => `${relative(root, path).replaceAll("\\", "/")} ${projectName}`,
    );
    const ruled = listCommittable(root)
      .filter((path) => path.endsWith(".test.ts"))
      .map((path) => {
        const rule = ruleOf(path);
        return `${path} ${rule && projectOf(rule)}`;
      });
    expect(ran.sort()).toEqual(ruled.sort());
    expect(new Set(ruled.map((each) => each.split(" ")[1]?.split("-")[0]))).toEqual(new Set(LAYERS));
  });

  it("are the first words of the command line", () => {
    expect(toVitest(["unit"])).toEqual(["--project=unit-contracts", "--project=unit-shared", "--project=unit"]);
    expect(toVitest(["chain", "soak", "pure/codec", "-t", "unit"])).toEqual([
      "--project=soak-alone",
      "--project=chain-contracts-alone",
      "--project=chain-contracts",
      "pure/codec",
      "-t",
      "unit",
    ]);
    expect(toVitest(["pure/codec", "-t", "unit"])).toEqual(["pure/codec", "-t", "unit"]);
    expect(toVitest(["long", "test/faults"])).toEqual(["--project=long-alone", "test/faults"]);
    expect(toVitest(["test/faults"])).toEqual(["test/faults"]);
    const usual = toVitest([]);
    expect(usual.length).toBe(projects().length - 1);
    expect(usual).not.toContain("--project=long-alone");
    expect(toVitest(["--bail=1"])).toEqual([...usual, "--bail=1"]);
  });

  it("need the programs of CometBFT when a chosen test may start them", () => {
    const needed = [
      [],
      ["e2e"],
      ["unit", "soak"],
      ["host/cometbft"],
      ["e2e", "test/e2e"],
      ["test/faults"],
      ["--bail=1"],
    ];
    expect(needed.map(needsPrograms)).toEqual(needed.map(() => true));
    const others = [["unit"], ["unit", "chain"], ["pure/codec"], ["unit", "host/cometbft"], ["e2e", "host/node"]];
    expect(others.map(needsPrograms)).toEqual(others.map(() => false));
  });

  it("refuse a test in a folder that no rule names", () => {
    expect(
      findLayerless(["test/planted/a.test.ts", "pure/bytes/test/inner/a.test.ts", "pure/bytes/src/a.test.ts"]),
    ).toEqual([
      "test/planted/a.test.ts: no rule of tools/tests/layers.mjs names its folder",
      "pure/bytes/src/a.test.ts: no rule of tools/tests/layers.mjs names its folder",
    ]);
    expect(ruleOf("host/node/test/alone/a.test.ts")?.alone).toBe(true);
    expect(ruleOf("host/node/test/a.test.ts")?.layer).toBe("unit");
    expect(ruleOf("host/store/test/kills/a.test.ts")?.layer).toBe("e2e");
    expect(ruleOf("test/e2e/alone/a.test.ts")?.alone).toBe(true);
    expect(ruleOf("test/e2e/a.test.ts")?.alone).toBe(false);
    expect(ruleOf("host/modules/bank/test/a.test.ts")?.layer).toBe("unit");
  });
});

describe("tests that share a process", () => {
  const stub = 'vi.stubGlobal("WebAssembly", undefined);\n';

  it("do not change it", () => {
    const problem = "pure/math/test/a.test.ts:1: vi.stubGlobal: its process is shared (tools/tests/layers.mjs)";
    expect(findShared("pure/math/test/a.test.ts", stub)).toEqual([problem]);
    expect(findShared("test/chain/a.test.ts", stub)).toHaveLength(1);
    for (const own of ["pure/crypto", "test/attack", "test/e2e"].map((folder) => `${folder}/test/a.test.ts`)) {
      expect(findShared(own, stub)).toEqual([]);
    }
  });
});

describe("the seed of a run", () => {
  it("is the given number, otherwise a number from the commit", () => {
    const commit = () => "00000ff9abc";
    expect(seedOf({ SOTTO_SEED: "123" }, commit)).toBe(123);
    expect(seedOf({}, commit)).toBe(255);
    expect(seedOf({ SOTTO_SEED: "" }, commit)).toBe(255);
    for (const bad of ["-1", "1.5", "x", "2147483648"]) {
      expect(() => seedOf({ SOTTO_SEED: bad }, commit)).toThrow("SOTTO_SEED is no number below 2^31");
    }
  });

  it("reaches fast-check and other generators", () => {
    expect(fc.readConfigureGlobal().seed).toBe(SEED);
    const draw = (seed?: number) => Array.from({ length: 5 }, randomOf(seed));
    expect(draw()).toEqual(draw(SEED));
    expect(draw()).not.toEqual(draw(SEED + 1));
    expect(fc.sample(fc.integer(), 5)).toEqual(fc.sample(fc.integer(), 5));
  });
});

describe("the check of random tests", () => {
  const PATH = "pure/bytes/test/planted.test.ts";

  it("refuses random values without the seed of the run", () => {
    for (const [text, what] of [
      ["const x = Math.random();", "Math.random"],
      ['import { randomBytes } from "node:crypto";', "randomBytes"],
      ["crypto.getRandomValues(new Uint8Array(1));", "getRandomValues"],
      ["fc.configureGlobal({ seed: 1 });", "configureGlobal"],
      ["fc.assert(property, { numRuns: 5, seed: 1 });", "SOTTO_SEED"],
      ["fc.sample(values, { seed });", "SOTTO_SEED"],
      ["const SEED = Number(process.env.X ?? Date.now());", "a seed of the clock"],
      ["search({ seed: performance.now() });", "a seed of the clock"],
      ['import fc from "../../../node_modules/fast-check/lib/fast-check.js";', "fast-check"],
    ] as const) {
      expect(findUnseeded(PATH, `${text}\n`), text).toEqual([expect.stringContaining(`${PATH}:1: `)]);
      expect(findUnseeded(PATH, `${text}\n`)[0]).toContain(what);
    }
    expect(findUnseeded("host/store/test/planted.mjs", 'import fc from "fast-check";\n')).toHaveLength(1);
  });

  it("accepts random values from the seed, and names in texts", () => {
    const text = [
      'import fc from "fast-check";',
      'import { createHash } from "node:crypto";',
      "fc.assert(property, { numRuns: 5 });",
      "const simulation = new Simulation({ seed: 1 });",
      'const text = "Math.random() and Date.now()";',
    ];
    expect(findUnseeded(PATH, `${text.join("\n")}\n`)).toEqual([]);
    expect(checkTests(root).problems).toEqual([]);
  });
});

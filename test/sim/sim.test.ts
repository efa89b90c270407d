// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { secretChain } from "@sotto/app";
import { brokenInvariants, withState } from "@sotto/contract-test/parts";
import type { AnyModule } from "@sotto/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { accounts, RecordedChain } from "../determinism/recordedChain.ts";
import { exportedGenesis } from "../support/exported.ts";
import { seedOf } from "../support/seed.ts";
import { changeProblems, rowProblems } from "./changes.ts";
import { type Fault, faults } from "./faults.ts";
import { dump, type Rows, readRows } from "./rows.ts";
import { operationsOf, Simulation, type SimulationOptions, simGenesis } from "./simulation.ts";

const seed = seedOf("test/sim");
const operations = await operationsOf(secretChain.modules);
const MODULES = [...new Set(operations.map(({ module }) => module))];

async function simulate<T>(options: SimulationOptions, look: (simulation: Simulation) => T): Promise<T> {
  const simulation = await Simulation.run(options);
  try {
    return look(simulation);
  } finally {
    simulation.close();
  }
}

describe("random transactions", () => {
  it("come from every module that has messages", () => {
    const withMessages = Object.values<AnyModule>(secretChain.modules)
      .filter(({ services = [] }) => services.some(({ kind }) => kind === "messages"))
      .map(({ name }) => name);
    expect([...MODULES].sort()).toEqual([...withMessages].sort());
    for (const { weight } of operations) expect(Number.isInteger(weight) && weight > 0).toBe(true);
  });

  it.each(MODULES)(`of %s alone break no invariant (seed ${seed})`, (module) =>
    simulate({ seed, blocks: 40, modules: [module] }, ({ problems, counts }) => {
      expect(problems).toEqual([]);
      expect(counts.txs).toBeGreaterThan(100);
    }),
  );

  it.each([seed, seed + 1, seed + 2])("of all modules break no invariant (seed %i)", (each) =>
    simulate({ seed: each, blocks: 60 }, ({ problems, counts }) => {
      expect(problems).toEqual([]);
      expect(counts.txs).toBeGreaterThan(100);
    }),
  );

  it("reach their cases: all modules, most failures, contracts that contracts create, changes of code", () =>
    simulate({ seed: 1, blocks: 60 }, ({ problems, counts, rows }) => {
      expect(problems).toEqual([]);
      expect(counts.ok).toBeGreaterThan(60);
      expect(counts.failures.size).toBeGreaterThan(10);
      expect(rows.contracts.size).toBeGreaterThan(5);
      for (const name of [
        "bank/send",
        "bank/multi-send",
        "compute/execute",
        "compute/migrate",
        "compute/update-admin",
      ]) {
        expect(counts.done.get(name), name).toBeGreaterThan(0);
      }
    }));

  it(`of all modules break no invariant with the seed of the run (${SEED})`, () =>
    simulate({ seed: SEED, blocks: 40 }, ({ problems }) => expect(problems).toEqual([])));

  it("are the same for the same seed, also on a node that stops, loses blocks and answers queries between them", async () => {
    const lines = (of: number, troubled = false) =>
      simulate({ seed: of, blocks: 25, troubled }, ({ chain }) => chain.lines);
    const first = await lines(seed);
    expect(first.length).toBeGreaterThan(60);
    expect(await lines(seed)).toEqual(first);
    expect(await lines(seed, true)).toEqual(first);
    expect((await lines(seed + 1)).at(-1)).not.toBe(first.at(-1));
  });

  it("are code that a node and its enclave do not load", () => {
    expect(loadedBy(["@sotto/node", "@sotto/enclave"])).toEqual([]);
    expect(loadedBy(["@sotto/x-bank"], "await of0.bank.operations();")).toEqual([
      "host/kernel/dist/simulation.js",
      "host/modules/bank/dist/operations.js",
    ]);
  });
});

/** Files of the simulation that a process loads when it imports the given packages. */
function loadedBy(packages: readonly string[], then = ""): string[] {
  const hooks = `import { writeSync } from "node:fs";
    export const load = (url, context, next) => { writeSync(1, url + "\\n"); return next(url, context); };`;
  const register = `import { register } from "node:module"; register("data:text/javascript,${encodeURIComponent(hooks)}");`;
  const script = packages.map((name, i) => `const of${i} = await import("${name}");`).join("");
  const args = ["--import", `data:text/javascript,${encodeURIComponent(register)}`, "--input-type=module"];
  const { stdout, status } = spawnSync(process.execPath, [...args, "-e", script + then], { encoding: "utf8" });
  expect(status).toBe(0);
  expect(stdout).toContain("/kernel/dist/module.js");
  return [...stdout.matchAll(/(host\/\S*\/(?:operations|simulation)\.js)$/gm)].map(([, file]) => file as string).sort();
}

describe("state that was exported and imported", () => {
  it("has the same rows for auth, bank and registration", () =>
    simulate({ seed: 6, blocks: 40 }, ({ chain, problems }) => {
      expect(problems).toEqual([]);
      // Codes and contracts are not exported yet: compute's part has only its parameters.
      const file = exportedGenesis(chain.queries);
      const imported = new RecordedChain({ genesis: { ...simGenesis, appState: file } });
      try {
        imported.block([]);
        for (const store of ["acc", "bank", "register"])
          expect(dump(imported.store, store)).toEqual(dump(chain.store, store));
        expect(exportedGenesis(imported.queries)).toEqual(file);
      } finally {
        imported.close();
      }
    }));

  it("keeps the numbers of accounts, and gives duplicates the lowest free numbers", () => {
    const wanted = [7, 7, 0, 3, 0, 7];
    const file = accounts.slice(0, wanted.length).map(({ address }, i) => ({
      "@type": "/cosmos.auth.v1beta1.BaseAccount",
      address,
      account_number: String(wanted[i]),
    }));
    const appState = new Map([["auth", JSON.stringify({ accounts: file })]]);
    const chain = new RecordedChain({ genesis: { ...simGenesis, appState } });
    try {
      chain.block([]);
      const { accounts: rows, nextNumber } = readRows(chain.store);
      expect(file.map(({ address }) => rows.get(address)?.number)).toEqual([7n, 2n, 0n, 3n, 1n, 4n]);
      // The first module account gets the number after the highest one.
      expect(nextNumber).toBe(9n);
    } finally {
      chain.close();
    }
  });
});

describe("a planted fault is found", () => {
  let simulation: Simulation;
  beforeAll(async () => {
    simulation = await Simulation.run({ seed: 1, blocks: 20 });
  });
  afterAll(() => simulation.close());

  const broken = (plant: Fault["plant"]): readonly string[] =>
    withState(simulation.chain.opened, (ctx, branch) => {
      plant(branch);
      return brokenInvariants(simulation.chain.opened, ctx);
    });

  it.each(faults)("by $invariant ($says)", ({ invariant, says, plant }) => {
    expect(broken(() => {})).toEqual([]);
    const said = broken(plant).filter((problem) => problem.startsWith(`${invariant}: `));
    expect(said.join("\n")).toMatch(says);
  });

  it("by each invariant of each module", () => {
    const all = Object.values<AnyModule>(secretChain.modules).flatMap(({ name, invariants = {} }) =>
      Object.keys(invariants).map((invariant) => `${name}/${invariant}`),
    );
    expect([...new Set(faults.map(({ invariant }) => invariant))].sort()).toEqual(all.sort());
  });

  const changed = <K, V>(map: ReadonlyMap<K, V>, change: (value: V) => V | undefined): Map<K, V> => {
    const next = new Map(map);
    const [first] = map;
    if (first === undefined) throw new Error("no row to change");
    const value = change(first[1]);
    if (value === undefined) next.delete(first[0]);
    else next.set(first[0], value);
    return next;
  };
  /** The problems of the state when only the test's reading of it changes. */
  function said(change: (rows: Rows) => Partial<Rows>): string {
    const { rows } = simulation;
    expect([...rowProblems(rows), ...changeProblems(rows, rows, [])]).toEqual([]);
    const after = { ...rows, ...change(rows) };
    return [...rowProblems(after), ...changeProblems(rows, after, [])].join("\n");
  }

  it("in the form of a row", () => {
    for (const amount of ["0", "-5", "07"]) {
      expect(said(({ balances }) => ({ balances: changed(balances, () => amount) }))).toContain(`is "${amount}"`);
    }
    expect(said(() => ({ unknown: ["bank ff"] }))).toBe("a row fits no layout: bank ff");
  });

  it("in rows of two modules for one account", () => {
    const lost = said(({ accounts: rows }) => ({ accounts: changed(rows, () => undefined) }));
    expect(lost).toMatch(/^the balance .* has no account$/m);
    const [contract = ""] = simulation.rows.contracts.keys();
    const without = said(({ accounts: rows }) => ({
      accounts: new Map([...rows].filter(([address]) => address !== contract)),
    }));
    expect(without).toMatch(new RegExp(`^${contract} has no account$`, "m"));
  });

  it("in changes without an event: coins, supply, sequences, numbers", () => {
    const another = (amount: string) => String(BigInt(amount) + 1n);
    expect(said(({ balances }) => ({ balances: changed(balances, another) }))).toMatch(/^events say that .*\/.* has/);
    expect(said(({ supply }) => ({ supply: changed(supply, another) }))).toMatch(/^events say that .* has/);
    const ahead = said(({ accounts: rows }) => ({
      accounts: changed(rows, (account) => ({ ...account, sequence: account.sequence + 1n })),
    }));
    expect(ahead).toMatch(/^events say that .* is at sequence/);
    const renumbered = said(({ accounts: rows }) => ({
      accounts: changed(rows, (account) => ({ ...account, number: 99n })),
    }));
    expect(renumbered).toMatch(/^the number of .* to 99$/);
    expect(said(({ nextNumber }) => ({ nextNumber: nextNumber + 1n }))).toContain("0 new accounts");
  });

  it("in changes of permanent rows: codes, contracts, owners of ciphertexts", () => {
    expect(said(({ codes }) => ({ codes: changed(codes, () => "00".repeat(32)) }))).toBe("code 1 changed");
    expect(said(({ contracts }) => ({ contracts: changed(contracts, () => undefined) }))).toMatch(/^\S+ is gone$/);
    for (const owner of ["00".repeat(20), undefined]) {
      const taken = said(({ claims }) => ({ claims: changed(claims, () => owner) }));
      expect(taken).toMatch(/^ciphertext [0-9a-f]{80} changed hands$/);
    }
  });
});

// SPDX-License-Identifier: Apache-2.0
import { spawnSync } from "node:child_process";
import { secretChain } from "@sotto/app";
import { brokenInvariants } from "@sotto/contract-test/parts";
import type { AnyModule } from "@sotto/kernel";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { accounts } from "../determinism/recordedChain.ts";
import { exportedGenesis } from "../support/exported.ts";
import { seedOf } from "../support/seed.ts";
import { SimChain } from "./chain.ts";
import { changeProblems, rowProblems } from "./changes.ts";
import type { Fault } from "./faultRows.ts";
import { faults } from "./faults.ts";
import { simConsensus, simState } from "./genesis.ts";
import { carriedRows, importedFrom, repeatable } from "./imported.ts";
import { addCounts, messageTypes, noCounts } from "./messageCounts.ts";
import { type Rows, readRows } from "./rows.ts";
import { Simulation, type SimulationOptions, workloadOf } from "./simulation.ts";

const seed = seedOf("test/sim");
const { operations, governed } = await workloadOf(secretChain.modules);
/** Each costs about 12 s of one core. */
const SEEDS = [1, 2, 3, 4, 5];
const BLOCKS = 500;

async function simulate<T>(options: SimulationOptions, look: (simulation: Simulation) => T): Promise<T> {
  const simulation = await Simulation.run(options);
  try {
    return look(simulation);
  } finally {
    simulation.close();
  }
}

/** Messages that are always refused. */
const NEVER: ReadonlyMap<string, string> = new Map([
  ["/cosmos.evidence.v1beta1.MsgSubmitEvidence", "the chain has no route for evidence of users, as the reference"],
  [
    "/secret.registration.v1beta1.RaAuthenticate",
    "no platform signed the simulated certificates: the seeds of a node name the genesis, and an import has another",
  ],
]);

/** What the begin and the end of blocks do, by `type` or `type attribute=value`. */
const HOOK_EVENTS = [
  ...["complete_unbonding", "complete_redelegation", "active_proposal proposal_result=proposal_passed"],
  ...["active_proposal proposal_result=proposal_rejected", "active_proposal proposal_result=proposal_failed"],
  ...[
    "inactive_proposal proposal_result=proposal_dropped",
    "slash reason=missing_signature",
    "slash reason=double_sign",
  ],
  ...["liveness", "mint", "rewards", "use_feegrant", "contract delegate", "contract proposal_vote"],
];

/** Compares with a chain that starts from the export, then lets both run the same blocks. */
function expectSameAfterImport(simulation: Simulation): void {
  const { chain } = simulation;
  const { file, chain: imported } = importedFrom(simulation);
  try {
    // A genesis is committed with the first block.
    imported.run(simulation.block(0));
    const stores = [...chain.roots().keys()];
    for (const name of stores) expect(carriedRows(imported.store, name), name).toEqual(carriedRows(chain.store, name));
    expect(exportedGenesis(imported.queries)).toEqual(exportedGenesis(chain.queries));
    expect([...exportedGenesis(imported.queries).keys()]).toEqual([...file.keys()]);
    const [from, at] = [chain.lines.length, imported.lines.length];
    // Restakes are not in the file, as in the fork.
    // Contracts read rows that are not in the file; `test/chain/computeGenesis.test.ts` calls some.
    for (let i = 0; i < 10; i++) imported.run(simulation.block(7, ["compute", "distribution/set-auto-restake"]));
    expect(repeatable(imported.lines.slice(at))).toEqual(repeatable(chain.lines.slice(from)));
    for (const name of ["acc", "authz", "bank", "distribution", "feegrant", "gov", "mint"])
      expect(carriedRows(imported.store, name), name).toEqual(carriedRows(chain.store, name));
    expect([...imported.queries.brokenInvariants(), ...simulation.problems]).toEqual([]);
  } finally {
    imported.close();
  }
}

describe("random transactions", () => {
  it("come from every module that has messages", () => {
    const withMessages = Object.values<AnyModule>(secretChain.modules)
      .filter(({ services = [] }) => services.some(({ kind }) => kind === "messages"))
      .map(({ name }) => name);
    const simulated = new Set(operations.map(({ module }) => module));
    expect([...simulated].sort()).toEqual([...withMessages].sort());
    for (const { weight } of [...operations, ...governed]) expect(Number.isInteger(weight) && weight > 0).toBe(true);
  });

  const counts = noCounts();
  const done = new Map<string, number>();
  const events = new Map<string, number>();
  const failures = new Set<string>();

  it.each(SEEDS)(
    `of ${BLOCKS} blocks break no invariant, and an import of their export is the same chain (seed %i)`,
    (each) =>
      simulate({ seed: each, blocks: BLOCKS }, (simulation) => {
        expect(simulation.problems).toEqual([]);
        addCounts(counts, simulation.counts.messages);
        for (const [name, times] of simulation.counts.done) done.set(name, (done.get(name) ?? 0) + times);
        for (const failure of simulation.counts.failures.keys()) failures.add(failure);
        for (const [type, times] of simulation.counts.events) events.set(type, (events.get(type) ?? 0) + times);
        expectSameAfterImport(simulation);
      }),
    300_000,
  );

  it("succeed and are refused, for each message that a module declares", () => {
    const table = messageTypes(secretChain.modules).map(([module, type]) => {
      const outcomes = { done: (counts.done.get(type) ?? 0) > 0, refused: (counts.refused.get(type) ?? 0) > 0 };
      return [`${module} ${type}`, outcomes];
    });
    const expected = messageTypes(secretChain.modules).map(([module, type]) => {
      return [`${module} ${type}`, { done: !NEVER.has(type), refused: true }];
    });
    expect(Object.fromEntries(table)).toEqual(Object.fromEntries(expected));
  });

  it("reach their cases: most failures, and what the hooks of blocks do", () => {
    expect(failures.size).toBeGreaterThan(50);
    for (const name of ["bank/send", "bank/multi-send", "compute/migrate", "distribution/withdraw-rewards"])
      expect(done.get(name), name).toBeGreaterThan(0);
    for (const type of HOOK_EVENTS) expect(events.get(type), type).toBeGreaterThan(0);
  });

  it(`break no invariant with the seed of the run (${SEED})`, () =>
    simulate({ seed: SEED, blocks: 60 }, ({ problems, counts: { txs } }) => {
      expect(problems).toEqual([]);
      expect(txs).toBeGreaterThan(100);
    }));

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

describe("a genesis file", () => {
  it("keeps the numbers of accounts, and gives duplicates the lowest free numbers", () => {
    const wanted = [7, 7, 0, 3, 0, 7];
    const file = accounts.slice(0, wanted.length).map(({ address }, i) => ({
      "@type": "/cosmos.auth.v1beta1.BaseAccount",
      address,
      account_number: String(wanted[i]),
    }));
    const appState = new Map([...simState, ["auth", JSON.stringify({ accounts: file })]]);
    const chain = new SimChain({ definition: secretChain, appState, consensusParams: simConsensus });
    try {
      chain.run({ txs: [], seconds: 1, votes: [], proposer: undefined, misbehavior: [] });
      const { accounts: rows } = readRows(chain.store);
      expect(file.map(({ address }) => rows.get(address)?.number)).toEqual([7n, 2n, 0n, 3n, 1n, 4n]);
      const others = [...rows].filter(([address]) => !file.some((each) => each.address === address));
      // The first module account gets the number after the highest one.
      expect(others.map(([, { number }]) => number).sort((a, b) => Number(a - b))[0]).toBe(8n);
    } finally {
      chain.close();
    }
  });
});

describe("a planted fault is found", () => {
  let simulation: Simulation;
  beforeAll(async () => {
    simulation = await Simulation.run({ seed: 1, blocks: 40 });
  });
  afterAll(() => simulation.close());

  const broken = (plant: Fault["plant"]): readonly string[] =>
    simulation.chain.read((ctx, branch) => {
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

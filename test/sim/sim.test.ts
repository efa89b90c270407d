import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accounts, RecordedChain } from "../determinism/recordedChain.ts";
import { exportGenesis } from "./exported.ts";
import { allProblems } from "./invariants.ts";
import { dump, type Rows, readRows } from "./rows.ts";
import { MODULES, Simulation, type SimulationOptions, simGenesis } from "./simulation.ts";

function simulate<T>(options: SimulationOptions, look: (simulation: Simulation) => T): T {
  const simulation = new Simulation(options);
  try {
    return look(simulation);
  } finally {
    simulation.close();
  }
}

describe("random transactions", () => {
  it.each(MODULES)("of %s alone break nothing", (module) => {
    simulate({ seed: 11, blocks: 40, modules: [module] }, ({ problems, counts }) => {
      expect(problems).toEqual([]);
      expect(counts.txs).toBeGreaterThan(100);
    });
  });

  it.each([1, 2, 3])("of all modules break nothing (seed %i)", (seed) => {
    simulate({ seed, blocks: 60 }, ({ problems, counts, rows }) => {
      expect(problems).toEqual([]);
      expect(counts.ok).toBeGreaterThan(60);
      expect(counts.failures.size).toBeGreaterThan(10);
      expect(rows.contracts.size).toBeGreaterThan(5);
      expect([...rows.history.values()].some((entries) => entries.length > 1)).toBe(true);
    });
  });

  it("are the same for the same seed, also on a node that is stopped, loses blocks and is asked between them", () => {
    const lines = (seed: number, troubled = false) =>
      simulate({ seed, blocks: 25, troubled }, ({ chain }) => chain.lines);
    const first = lines(4);
    expect(first.length).toBeGreaterThan(60);
    expect(lines(4)).toEqual(first);
    expect(lines(4, true)).toEqual(first);
    expect(lines(5).at(-1)).not.toBe(first.at(-1));
  });
});

describe("state that was exported and imported", () => {
  it("is row by row what it was, for auth, bank and registration", () => {
    simulate({ seed: 6, blocks: 40 }, ({ chain, problems }) => {
      expect(problems).toEqual([]);
      const file = exportGenesis(chain);
      const imported = new RecordedChain({ genesis: { ...simGenesis, appState: file } });
      try {
        imported.block([]);
        for (const store of ["acc", "bank", "register"])
          expect(dump(imported.store, store)).toEqual(dump(chain.store, store));
        expect(exportGenesis(imported)).toEqual(file);
      } finally {
        imported.close();
      }
    });
  });

  it("keeps the numbers of accounts, and gives those that share one the lowest free ones", () => {
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
      // The first module account comes after the highest.
      expect(nextNumber).toBe(9n);
    } finally {
      chain.close();
    }
  });
});

describe("the invariants", () => {
  let simulation: Simulation;
  beforeAll(() => {
    simulation = new Simulation({ seed: 1, blocks: 12 });
  });
  afterAll(() => simulation.close());

  /** What is found in the state with one planted fault. */
  function planted(change: (rows: Rows) => Partial<Rows>): string[] {
    const { rows, chain } = simulation;
    expect(allProblems(rows, rows, [], chain.store)).toEqual([]);
    return allProblems({ ...rows, ...change(rows) }, rows, [], chain.store);
  }
  const changed = <K, V>(map: ReadonlyMap<K, V>, change: (value: V, key: K) => V | undefined): Map<K, V> => {
    const [[key, value] = []] = [...map];
    const next = new Map(map);
    const other = change(value as V, key as K);
    if (other === undefined) next.delete(key as K);
    else next.set(key as K, other);
    return next;
  };

  it("see money that came from nowhere, and balances that are no balances", () => {
    const more = planted(({ balances }) => ({ balances: changed(balances, (amount) => String(BigInt(amount) + 1n)) }));
    expect(more.join("\n")).toMatch(/add up to .*\n?.*events say that/s);
    for (const amount of ["0", "-5", "", "07"]) {
      const problems = planted(({ balances }) => ({ balances: changed(balances, () => amount) }));
      expect(problems.join("\n")).toContain(`is "${amount}"`);
    }
    expect(planted(({ supply }) => ({ supply: changed(supply, (amount) => `${amount}0`) })).join("\n")).toContain(
      "the supply",
    );
    expect(planted(() => ({ owners: new Set<string>() })).join("\n")).toContain("not in the index of owners");
  });

  it("see accounts that share a number, and sequences that nobody used", () => {
    const twin = planted(({ accounts }) => ({ accounts: changed(accounts, (row) => ({ ...row, number: 3n })) }));
    expect(twin.join("\n")).toMatch(/have the number 3/);
    const ahead = planted(({ accounts }) => ({
      accounts: changed(accounts, (row) => ({ ...row, sequence: row.sequence + 1n })),
    }));
    expect(ahead.join("\n")).toMatch(/events say that .* is at sequence/);
    expect(planted(({ nextNumber }) => ({ nextNumber: nextNumber - 1n })).join("\n")).toContain("the next number is");
  });

  it("see rows, keys, labels and lists that do not fit the contracts", () => {
    const gone = planted(({ contracts }) => ({ contracts: changed(contracts, () => undefined) })).join("\n");
    for (const what of [
      "a key of",
      "a label of",
      "a history of",
      "an entry under a code of",
      "contracts, but the next one",
    ]) {
      expect(gone).toContain(what);
    }
    const orphan = planted(({ contractRows }) => ({ contractRows: new Map([...contractRows, ["secret1nobody", 1]]) }));
    expect(orphan).toEqual(["compute: rows of secret1nobody, which does not exist"]);
    const moved = planted(({ contracts }) => ({
      contracts: changed(contracts, (row) => ({ ...row, codeId: row.codeId + 1n })),
    }));
    expect(moved.join("\n")).toMatch(/its history ends with .*is listed/s);
    expect(planted(({ byCode }) => ({ byCode: byCode.slice(1) })).join("\n")).toContain("is listed nowhere");
    expect(planted(({ codes }) => ({ codes: changed(codes, () => "00".repeat(32)) })).join("\n")).toContain(
      "bytes of code 1",
    );
    expect(planted(({ labels }) => ({ labels: changed(labels, () => undefined) })).join("\n")).toContain(
      "has 0 labels",
    );
  });

  it("see ciphertexts that the chain has seen and that change hands, or are forgotten", () => {
    for (const owner of ["00".repeat(20), undefined]) {
      const problems = planted(({ claims }) => ({ claims: changed(claims, () => owner) }));
      expect(problems.join("\n")).toMatch(/^compute: ciphertext [0-9a-f]{80} changed hands$/);
    }
  });

  it("see keys of registration that change, and rows of no known form", () => {
    const other = planted(({ registration }) => ({ registration: changed(registration, () => "00") }));
    expect(other.join("\n")).toMatch(/^registration: .* changed$/);
    expect(planted(() => ({ unknown: ["bank ff"] }))).toEqual(["a row fits no layout: bank ff"]);
  });
});

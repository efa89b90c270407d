/** A chain under random transactions, whose state is read after every block. */
import { readFileSync } from "node:fs";
import type { AppGenesis, TxResult } from "@sotto/kernel";
import { SignMode } from "@sotto/tx";
import type { Account, Packed, TxInput } from "../chain/signing.ts";
import { Driver, Random } from "../determinism/driver.ts";
import { accounts, genesis, RecordedChain } from "../determinism/recordedChain.ts";
import { allProblems } from "./invariants.ts";
import { DENOMS, operations, type World } from "./operations.ts";
import { type Rows, readRows } from "./rows.ts";

const wasmOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../contracts/built/${name}.wasm`, import.meta.url)));
const wasm = [wasmOf("probe-v1"), wasmOf("probe-v010")] as const;

export type ModuleName = keyof typeof operations;
export const MODULES = ["auth", "bank", "compute", "registration"] as const satisfies readonly ModuleName[];
/** How often each is chosen. Every transaction is work for auth anyway; its own messages are governance's alone. */
const WEIGHTS: Readonly<Record<ModuleName, number>> = { auth: 1, bank: 12, compute: 16, registration: 1 };

/** The accounts of the recorded chain with four denominations, one of which may not be sent. */
export const simGenesis: AppGenesis = {
  ...genesis,
  appState: new Map([
    ...genesis.appState,
    [
      "bank",
      JSON.stringify({
        params: { default_send_enabled: true },
        balances: accounts.map(({ address }) => ({
          address,
          coins: DENOMS.map((denom) => ({ denom, amount: "1000000000" })),
        })),
        send_enabled: [{ denom: "ufrozen", enabled: false }],
      }),
    ],
  ]),
};

export interface SimulationOptions {
  readonly seed: number;
  readonly blocks: number;
  /** Only the messages of these; all without. */
  readonly modules?: readonly ModuleName[];
  /** Stops and starts the node now and then, and checks, simulates and asks between the blocks. */
  readonly troubled?: boolean;
}

/** Which blocks the node of a troubled run is stopped after, and which of them it loses and runs again. */
function trouble(blocks: number) {
  const heights = (every: number, from: number) => new Set(Array.from({ length: blocks }, (_, i) => from + i * every));
  return { disturb: true, restartAfter: heights(17, 9), forgetAfter: heights(23, 14) };
}

/** What happened, for who wants to know whether the simulation reached anything. */
export interface Counts {
  readonly txs: number;
  readonly ok: number;
  /** By codespace and code. */
  readonly failures: ReadonlyMap<string, number>;
}

export class Simulation {
  readonly chain: RecordedChain;
  readonly problems: string[] = [];
  readonly #driver: Driver;
  readonly #random: Random;
  readonly #modules: readonly ModuleName[];
  readonly #labels: string[] = [];
  readonly #failures = new Map<string, number>();
  #txs = 0;
  #ok = 0;
  rows: Rows;

  constructor({ seed, blocks, modules = MODULES, troubled = false }: SimulationOptions) {
    this.chain = new RecordedChain({ genesis: simGenesis, ...(troubled ? trouble(blocks) : {}) });
    this.#driver = new Driver(this.chain);
    this.#random = new Random(seed);
    this.#modules = modules.flatMap((name) => Array.from({ length: WEIGHTS[name] }, () => name));
    this.#driver.flush();
    if (modules.includes("compute")) this.#deploy();
    this.rows = readRows(this.chain.store);
    this.problems.push(...allProblems(this.rows, undefined, [], this.chain.store));
    for (let i = 0; i < blocks && this.problems.length === 0; i++) this.#block();
  }

  get counts(): Counts {
    return { txs: this.#txs, ok: this.#ok, failures: this.#failures };
  }

  #deploy(): void {
    for (const [i, code] of wasm.entries()) {
      const stored = this.#driver.store(`code ${i}`, code);
      this.#driver.instantiate(stored, `first of ${i}`, { ops: [] }, [{ denom: "uscrt", amount: "5000" }]);
    }
  }

  #world(): World {
    return { driver: this.#driver, random: this.#random, rows: this.rows, wasm, labels: this.#labels };
  }

  #messages(by: Account): { name: string; packed: Packed }[] {
    const count = this.#random.below(5) === 0 ? 2 + this.#random.below(2) : 1;
    return Array.from({ length: count }, () => {
      const name = this.#random.pick(this.#modules);
      return { name, packed: this.#random.pick(operations[name])(this.#world(), by) };
    });
  }

  /** How it is signed and paid: mostly well. */
  #manner(): Partial<TxInput> & { mode?: number } {
    const random = this.#random;
    const gas = random.below(5) === 0 ? BigInt(random.below(200_000)) : 20_000_000n;
    switch (random.below(40)) {
      case 0:
        return {
          gas,
          forge: (signatures) => signatures.map((each) => each.map((byte, i) => (i === 9 ? byte ^ 4 : byte))),
        };
      case 1:
        return { gas, fee: [{ denom: random.pick(DENOMS), amount: String(random.below(3000)) }] };
      case 2:
        return { gas, memo: "m".repeat(random.below(300)) };
      case 3:
        return { gas, timeoutHeight: BigInt(Math.max(0, this.chain.height - 1 + random.below(4))) };
      case 4:
        return { gas, chainId: "another-chain" };
      case 5:
        return { gas, fee: [] };
      case 6:
      case 7:
        return { gas, mode: SignMode.aminoJson };
      case 8:
        return { gas, mode: SignMode.eip191 };
      default:
        return { gas };
    }
  }

  #someAdmin(): Account | undefined {
    const { admin } = this.#random.pick([...this.rows.contracts.values(), { admin: "" }]);
    return accounts.find(({ address }) => address === admin);
  }

  #queue(by: Account): void {
    const messages = this.#messages(by);
    const name = messages.map((message) => `${message.name} ${message.packed.typeUrl}`).join(" + ");
    const packed = messages.map((message) => message.packed);
    const bytes = this.#driver.sign(by, packed, this.#manner());
    this.#driver.queue(name, bytes);
    // the very same again: it must be refused
    if (this.#random.below(15) === 0) this.#driver.queue(`${name} (again)`, bytes);
  }

  #block(): void {
    const before = this.rows;
    // Mostly different accounts: what follows a refused transaction of the same account in a block is refused too.
    const [txs, first] = [this.#random.below(10), this.#random.below(accounts.length)];
    for (let i = 0; i < txs; i++) {
      const turn = accounts[(first + i * 5) % accounts.length] as Account;
      const admin = this.#random.below(4) === 0 ? this.#someAdmin() : undefined;
      this.#queue(admin ?? (this.#random.below(10) === 0 ? this.#random.pick(accounts) : turn));
    }
    const results = this.#driver.flush();
    this.#count(results);
    this.rows = readRows(this.chain.store);
    const found = [
      ...allProblems(this.rows, before, results, this.chain.store),
      ...this.chain.queries.brokenInvariants(),
    ];
    if (found.length > 0) this.problems.push(...found.map((problem) => `block ${this.chain.height}: ${problem}`));
  }

  #count(results: readonly TxResult[]): void {
    for (const { code, codespace } of results) {
      this.#txs += 1;
      if (code === 0) this.#ok += 1;
      else this.#failures.set(`${codespace}/${code}`, (this.#failures.get(`${codespace}/${code}`) ?? 0) + 1);
    }
  }

  close(): void {
    this.chain.close();
  }
}

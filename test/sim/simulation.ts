// SPDX-License-Identifier: Apache-2.0
/** A chain with random transactions, checked after every block. It does not name any module. */
import { type ChainDefinition, secretChain } from "@sotto/app";
import type { Account, TxInput } from "@sotto/contract-test/parts";
import { withState } from "@sotto/contract-test/parts";
import type { AppGenesis, BlockResult, ChainEvent, Modules, TxResult } from "@sotto/kernel";
import type { Fixture, Operation, SimulatedMessage, World } from "@sotto/kernel/simulation";
import { NOT_BONDED, STAKE } from "@sotto/local";
import { SignMode } from "@sotto/tx";
import { simulatedContracts } from "@sotto/x-compute/simulation";
import { Driver } from "../determinism/driver.ts";
import { accounts, genesis, RecordedChain } from "../determinism/recordedChain.ts";
import { SeededRandom } from "../support/random.ts";
import { changeProblems, rowProblems } from "./changes.ts";
import { probes } from "./contracts.ts";
import { type Rows, readRows } from "./rows.ts";

/** In byte order. A further denomination cannot be sent. */
const DENOMS = ["ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2", "uscrt", "usilk"];
const FROZEN = "ufrozen";

/** The accounts of the recorded chain with several denominations. */
export const simGenesis: AppGenesis = {
  ...genesis,
  appState: new Map([
    ...genesis.appState,
    [
      "bank",
      JSON.stringify({
        params: { default_send_enabled: true },
        balances: [
          ...accounts.map(({ address }) => ({
            address,
            coins: [...DENOMS, FROZEN].sort().map((denom) => ({ denom, amount: "1000000000" })),
          })),
          { address: NOT_BONDED, coins: [{ denom: "uscrt", amount: String(STAKE) }] },
        ],
        send_enabled: [{ denom: FROZEN, enabled: false }],
      }),
    ],
  ]),
};

export interface SimulationOptions {
  readonly seed: number;
  readonly blocks: number;
  /** Default: the network's definition. */
  readonly definition?: ChainDefinition;
  /** Only the operations of these modules. Default: all modules. */
  readonly modules?: readonly string[];
  /** Restarts the node sometimes; checks, simulates and queries between the blocks. */
  readonly troubled?: boolean;
}

/**
 * The heights after which the node of a troubled run restarts, and those whose block it loses and
 * runs again.
 */
function trouble(blocks: number) {
  const heights = (every: number, from: number) => new Set(Array.from({ length: blocks }, (_, i) => from + i * every));
  return { disturb: true, restartAfter: heights(17, 9), forgetAfter: heights(23, 14) };
}

/** An operation with the name of its module. */
type NamedOperation = Operation & { readonly module: string };

/** The operations of a chain's modules. */
export async function operationsOf(modules: Modules): Promise<readonly NamedOperation[]> {
  const all: NamedOperation[] = [];
  for (const { name: module, operations: load } of Object.values(modules)) {
    if (load === undefined) continue;
    for (const operation of (await load()).operations) all.push({ ...operation, module });
  }
  return all;
}

/** Numbers that show the reached cases. */
export interface Counts {
  readonly txs: number;
  readonly ok: number;
  /** Transactions of one message that succeeded, by `module/operation`. */
  readonly done: ReadonlyMap<string, number>;
  /** By codespace and code. */
  readonly failures: ReadonlyMap<string, number>;
}

const count = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);

export class Simulation {
  readonly chain: RecordedChain;
  readonly problems: string[] = [];
  readonly #driver: Driver;
  readonly #random: SeededRandom;
  readonly #operations: readonly NamedOperation[];
  readonly #failures = new Map<string, number>();
  readonly #done = new Map<string, number>();
  #txs = 0;
  #ok = 0;
  rows: Rows;

  private constructor(
    { seed, blocks, definition, troubled }: SimulationOptions,
    operations: readonly NamedOperation[],
  ) {
    this.chain = new RecordedChain({
      genesis: simGenesis,
      ...(definition && { definition }),
      ...(troubled === true ? trouble(blocks) : {}),
    });
    this.#driver = new Driver(this.chain);
    this.#random = new SeededRandom(seed);
    this.#operations = operations;
    this.#driver.flush();
    this.rows = readRows(this.chain.store);
    this.problems.push(...rowProblems(this.rows), ...this.chain.queries.brokenInvariants());
    for (let i = 0; i < blocks && this.problems.length === 0; i++) this.#block();
  }

  /** Ends after the last block, or after the first block with a problem. */
  static async run(options: SimulationOptions): Promise<Simulation> {
    const { definition = secretChain, modules } = options;
    const all = await operationsOf(definition.modules);
    const chosen = modules === undefined ? all : all.filter(({ module }) => modules.includes(module));
    return new Simulation(options, chosen);
  }

  get counts(): Counts {
    return { txs: this.#txs, ok: this.#ok, done: this.#done, failures: this.#failures };
  }

  #pick(): NamedOperation {
    const total = this.#operations.reduce((sum, { weight }) => sum + weight, 0);
    let at = this.#random.below(total);
    const found = this.#operations.find(({ weight }) => {
      at -= weight;
      return at < 0;
    });
    if (found === undefined) throw new Error("a weight is not a whole number above 0");
    return found;
  }

  /** Messages of random operations, up to the first operation with no message or another signer. */
  #messages(world: World): { readonly names: string[]; readonly made: SimulatedMessage[] } {
    const wanted = this.#random.below(5) === 0 ? 2 + this.#random.below(2) : 1;
    const names: string[] = [];
    const made: SimulatedMessage[] = [];
    while (made.length < wanted) {
      const { module, name, make } = this.#pick();
      const next = make(world);
      if (next === undefined || (made[0] ?? next).signer.address !== next.signer.address) break;
      names.push(`${module}/${name}`);
      made.push(next);
    }
    return { names, made };
  }

  /** Random signing and payment, usually valid. */
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

  #world(ctx: World["ctx"], turn: Account): World {
    const fixtures = new Map<string, unknown>([[simulatedContracts.name, probes(this.chain.ioPublicKey)]]);
    // The cast: the name determines the type.
    const fixture = <T>({ name }: Fixture<T>) => fixtures.get(name) as T | undefined;
    return { random: this.#random, accounts, turn, ctx, denoms: DENOMS, fixture };
  }

  #queue(world: World): void {
    const { names, made } = this.#messages(world);
    const by = accounts.find(({ address }) => address === made[0]?.signer.address);
    if (by === undefined) return;
    const messages = made.map(({ message }) => message);
    const bytes = this.#driver.sign(by, messages, this.#manner());
    const name = names.join(" + ");
    this.#driver.queue(name, bytes, (result) => this.#count(name, result));
    // The same transaction again, which must be refused.
    if (this.#random.below(15) === 0) this.#driver.queue(`${name} (again)`, bytes, (result) => this.#count("", result));
  }

  #block(): void {
    // Usually different accounts: after a refused transaction, later ones of the same account in
    // the block are refused too.
    const [txs, first] = [this.#random.below(10), this.#random.below(accounts.length)];
    withState(this.chain.opened, (ctx) => {
      for (let i = 0; i < txs; i++) {
        const turn = accounts[(first + i * 5) % accounts.length] as Account;
        this.#queue(this.#world(ctx, this.#random.below(10) === 0 ? this.#random.pick(accounts) : turn));
      }
    });
    this.#check(this.#driver.flush());
  }

  #check({ txResults, events }: BlockResult): void {
    const before = this.rows;
    this.rows = readRows(this.chain.store);
    for (const [address, codeId] of this.rows.contracts) {
      const codeHash = this.rows.codes.get(codeId) ?? "";
      if (!before.contracts.has(address)) this.#driver.know({ address, codeHash, codeId });
    }
    const all: ChainEvent[] = [...events, ...txResults.flatMap((result) => result.events)];
    const found = [
      ...this.chain.queries.brokenInvariants(),
      ...rowProblems(this.rows),
      ...changeProblems(before, this.rows, all),
    ];
    this.problems.push(...found.map((problem) => `block ${this.chain.height}: ${problem}`));
  }

  #count(name: string, { code, codespace }: TxResult): void {
    this.#txs += 1;
    if (code === 0) {
      this.#ok += 1;
      count(this.#done, name);
    } else count(this.#failures, `${codespace}/${code}`);
  }

  close(): void {
    this.chain.close();
  }
}

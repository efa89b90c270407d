// SPDX-License-Identifier: Apache-2.0
/** A chain with random transactions, checked after every block. It does not name any module. */
import { type ChainDefinition, secretChain } from "@sotto/app";
import { type Account, type Packed, signTx, type TxInput } from "@sotto/contract-test/parts";
import type { BlockResult, ChainEvent, Modules, TxResult } from "@sotto/kernel";
import {
  type Fixture,
  type GovernedOperation,
  type Operation,
  proposed,
  type Random,
  type SimulatedMessage,
  type World,
} from "@sotto/kernel/simulation";
import { SignMode } from "@sotto/tx";
import { proposals, simulatedContracts } from "@sotto/x-compute/simulation";
import { accounts } from "../determinism/recordedChain.ts";
import { SeededRandom } from "../support/random.ts";
import { ConsensusSets } from "../support/votes.ts";
import { CHAIN_ID, type NamedTx, type SimBlock, SimChain } from "./chain.ts";
import { changeProblems, rowProblems } from "./changes.ts";
import { Conduct } from "./conduct.ts";
import { probes } from "./contracts.ts";
import { DENOMS, FIRST_HEIGHT, simConsensus, simState } from "./genesis.ts";
import { count, counted, type MessageCounts, noCounts } from "./messageCounts.ts";
import { type Rows, readRows } from "./rows.ts";

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

/** The heights after which the node of a troubled run restarts, and those that it loses. */
function trouble(blocks: number) {
  const heights = (every: number, from: number) =>
    new Set(Array.from({ length: blocks }, (_, i) => FIRST_HEIGHT + from + i * every));
  return { disturb: true, restartAfter: heights(17, 9), loseAt: heights(23, 14) };
}

/** An operation with the name of its module. */
type NamedOperation = Operation & { readonly module: string };

/** The random messages of a chain's modules. */
export interface Workload {
  readonly operations: readonly NamedOperation[];
  readonly governed: readonly GovernedOperation[];
}

export async function workloadOf(modules: Modules): Promise<Workload> {
  const operations: NamedOperation[] = [];
  const governed: GovernedOperation[] = [];
  for (const { name: module, operations: load } of Object.values(modules)) {
    if (load === undefined) continue;
    const found = await load();
    for (const operation of found.operations) operations.push({ ...operation, module });
    governed.push(...(found.governed ?? []));
  }
  return { operations, governed };
}

/** Numbers that show the reached cases. */
export interface Counts {
  readonly txs: number;
  readonly ok: number;
  /** Transactions of one message that succeeded, by `module/operation`. */
  readonly done: ReadonlyMap<string, number>;
  /** By codespace and code. */
  readonly failures: ReadonlyMap<string, number>;
  /**
   * Events by `type`, by `type key=value` for keys with few values, and by `contract type` for
   * those of contracts.
   */
  readonly events: ReadonlyMap<string, number>;
  /** Of handlers; refused are also transactions of one message that did not reach its handler. */
  readonly messages: MessageCounts;
}

/** Picks by weight. */
function weighted<T extends { readonly weight: number }>(random: Random, all: readonly T[]): T {
  let at = random.below(all.reduce((sum, { weight }) => sum + weight, 0));
  const found = all.find(({ weight }) => {
    at -= weight;
    return at < 0;
  });
  if (found === undefined) throw new Error("a weight is not a whole number above 0");
  return found;
}

/** Attributes whose values are one of few. */
const SHOWN: ReadonlySet<string> = new Set(["proposal_result", "reason"]);

/** Attributes that name the account of a message. */
const ACTORS: ReadonlySet<string> = new Set(["delegator", "voter"]);

/** A transaction that waits for its block, with the type of its only message. */
interface Queued extends NamedTx {
  readonly type: string | undefined;
  readonly isRepeated: boolean;
}

export class Simulation {
  readonly chain: SimChain;
  readonly problems: string[] = [];
  readonly definition: ChainDefinition;
  readonly #random: SeededRandom;
  readonly #conduct: Conduct;
  readonly #sets: ConsensusSets;
  readonly #workload: Workload;
  readonly #deck: GovernedOperation[] = [];
  readonly #failures = new Map<string, number>();
  readonly #done = new Map<string, number>();
  readonly #events = new Map<string, number>();
  readonly #messageCounts: MessageCounts = noCounts();
  readonly #sequences = new Map<string, bigint>();
  #queue: Queued[] = [];
  #txs = 0;
  #ok = 0;
  rows: Rows;
  /** Of the next block: tendermint.types.ConsensusParams. */
  consensusParams: Uint8Array = simConsensus;

  private constructor({ seed, definition = secretChain, blocks, troubled }: SimulationOptions, workload: Workload) {
    this.definition = counted(definition, this.#messageCounts);
    this.chain = new SimChain({
      definition: this.definition,
      appState: simState,
      consensusParams: simConsensus,
      firstHeight: FIRST_HEIGHT,
      ...(troubled === true ? trouble(blocks) : {}),
    });
    this.#sets = new ConsensusSets(FIRST_HEIGHT, this.chain.validators);
    this.#random = new SeededRandom(seed);
    this.#conduct = new Conduct(new SeededRandom(seed + 1_000_000));
    this.#workload = workload;
    this.#flush();
    this.rows = readRows(this.chain.store);
    this.problems.push(...rowProblems(this.rows), ...this.chain.queries.brokenInvariants());
  }

  /** Ends after the last block, or after the first block with a problem. */
  static async run(options: SimulationOptions): Promise<Simulation> {
    const { definition = secretChain, modules } = options;
    const { operations, governed } = await workloadOf(definition.modules);
    const chosen = modules === undefined ? operations : operations.filter(({ module }) => modules.includes(module));
    const simulation = new Simulation(options, { operations: chosen, governed });
    try {
      for (let i = 0; i < options.blocks && simulation.problems.length === 0; i++) simulation.block();
    } catch (thrown) {
      simulation.close();
      throw thrown;
    }
    return simulation;
  }

  get counts(): Counts {
    const messages = this.#messageCounts;
    return { txs: this.#txs, ok: this.#ok, done: this.#done, failures: this.#failures, events: this.#events, messages };
  }

  /** Messages of random operations, up to the first operation with no message or another signer. */
  #messages(without: readonly string[], world: World): { readonly names: string[]; readonly made: SimulatedMessage[] } {
    const wanted = this.#random.below(5) === 0 ? 2 + this.#random.below(2) : 1;
    const operations = this.#workload.operations.filter(
      ({ module, name }) => !without.includes(module) && !without.includes(`${module}/${name}`),
    );
    const names: string[] = [];
    const made: SimulatedMessage[] = [];
    while (made.length < wanted) {
      const { module, name, make } = weighted(this.#random, operations);
      const next = make(world);
      if (next === undefined || (made[0] ?? next).signer.address !== next.signer.address) break;
      names.push(`${module}/${name}`);
      made.push(next);
    }
    return { names, made };
  }

  /** Random signing and payment, usually valid. */
  #manner(by: Account): Partial<TxInput> & { mode?: number } {
    const random = this.#random;
    const gas = random.below(8) === 0 ? BigInt(random.below(200_000)) : 20_000_000n;
    switch (random.below(60)) {
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
      case 9:
      case 10:
      case 11: {
        const granters = this.rows.allowances.flatMap((each) => (each.grantee === by.address ? [each.granter] : []));
        if (granters.length === 0 && random.below(4) > 0) return { gas };
        const granter = granters.length === 0 ? random.pick(accounts).address : random.pick(granters);
        return { gas, granter, fee: [{ denom: "uscrt", amount: String(1 + random.below(300)) }] };
      }
      default:
        return { gas };
    }
  }

  #world(ctx: World["ctx"], turn: Account): World {
    const random = this.#random;
    const fixtures = new Map<string, unknown>([
      [simulatedContracts.name, probes(this.chain.opened.started.ioPublicKey)],
      [proposals.name, this.definition.proposals],
      [proposed.name, (world: World) => this.#dealGoverned().make(world)],
    ]);
    // The cast: the name determines the type.
    const fixture = <T>({ name }: Fixture<T>) => fixtures.get(name) as T | undefined;
    return { random, accounts, turn, ctx, denoms: DENOMS, fixture };
  }

  /**
   * The next message of governance: each as often as its weight before any comes again, because few
   * proposals pass in a run.
   */
  #dealGoverned(): GovernedOperation {
    if (this.#deck.length === 0) {
      this.#deck.push(...this.#workload.governed.flatMap((each) => Array<GovernedOperation>(each.weight).fill(each)));
    }
    const [dealt] = this.#deck.splice(this.#random.below(this.#deck.length), 1);
    return dealt as GovernedOperation; // the deck is not empty
  }

  /** Signs for the state after the queued transactions. */
  #sign(by: Account, messages: readonly Packed[]): Uint8Array {
    const { mode, ...input } = this.#manner(by);
    const { number: accountNumber = 0n, sequence: stored = 0n } = this.rows.accounts.get(by.address) ?? {};
    const sequence = this.#sequences.get(by.address) ?? stored;
    this.#sequences.set(by.address, sequence + 1n);
    const signer = { by, accountNumber, sequence, ...(mode === undefined ? {} : { mode }) };
    return signTx({ chainId: CHAIN_ID, messages, signers: [signer], types: this.definition.types, ...input });
  }

  #queueFor(without: readonly string[], world: World): void {
    const { names, made } = this.#messages(without, world);
    const by = accounts.find(({ address }) => address === made[0]?.signer.address);
    if (by === undefined) return;
    const messages = made.map(({ message }) => message);
    const bytes = this.#sign(by, messages);
    const name = names.join(" + ");
    const type = messages.length === 1 ? messages[0]?.typeUrl : undefined;
    this.#queue.push({ name, bytes, type, isRepeated: false });
    // The same transaction again, which must be refused.
    if (this.#random.below(15) === 0) this.#queue.push({ name: `${name} (again)`, bytes, type, isRepeated: true });
  }

  #flush(): SimBlock & { readonly result: BlockResult } {
    const txs = this.#queue;
    this.#queue = [];
    this.#sequences.clear();
    const height = this.chain.height + 1;
    const decision = this.#conduct.decide(height, this.#sets.votes(height - 1, new Set()));
    const { result, hash } = this.chain.run({ ...decision, txs });
    this.#sets.update(height, result.validatorUpdates);
    this.consensusParams = result.consensusParamUpdates ?? this.consensusParams;
    for (const [i, tx] of txs.entries()) this.#count(tx, result.txResults[i] as TxResult);
    return { ...decision, txs, hash, result };
  }

  /**
   * Makes a block of random transactions and checks the state after it. Returns the block.
   * `most`: the most transactions; `without`: modules, and `module/operation`s, that are left out.
   */
  block(most = 7, without: readonly string[] = []): SimBlock & { readonly result: BlockResult } {
    // Usually different accounts: after a refused transaction, later ones of the same account in
    // the block are refused too.
    const [txs, first] = [this.#random.below(most + 1), this.#random.below(accounts.length)];
    this.chain.read((ctx) => {
      for (let i = 0; i < txs; i++) {
        const turn = accounts[(first + i * 5) % accounts.length] as Account;
        this.#queueFor(without, this.#world(ctx, this.#random.below(10) === 0 ? this.#random.pick(accounts) : turn));
      }
    });
    const made = this.#flush();
    this.#check(made.result);
    return made;
  }

  #check({ txResults, events }: BlockResult): void {
    const before = this.rows;
    this.rows = readRows(this.chain.store);
    const all: ChainEvent[] = [...events, ...txResults.flatMap((result) => result.events)];
    for (const { type, attributes } of all) {
      count(this.#events, type);
      for (const [key, value] of attributes) {
        if (SHOWN.has(key)) count(this.#events, `${type} ${key}=${value}`);
        if (ACTORS.has(key) && this.rows.contracts.has(value)) count(this.#events, `contract ${type}`);
      }
    }
    const found = [
      ...this.chain.queries.brokenInvariants(),
      ...rowProblems(this.rows),
      ...changeProblems(before, this.rows, all),
    ];
    this.problems.push(...found.map((problem) => `block ${this.chain.height}: ${problem}`));
  }

  #count({ name, type, isRepeated }: Queued, { code, codespace }: TxResult): void {
    this.#txs += 1;
    if (code === 0) {
      this.#ok += 1;
      count(this.#done, isRepeated ? "" : name);
      return;
    }
    count(this.#failures, `${codespace}/${code}`);
    if (type !== undefined) count(this.#messageCounts.refused, type);
  }

  close(): void {
    this.chain.close();
  }
}

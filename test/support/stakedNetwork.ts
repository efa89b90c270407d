// SPDX-License-Identifier: Apache-2.0
/**
 * A chain of many validators and delegations in this process, for benches and tests. Its blocks are
 * real ones of one validator, with the votes of all.
 */
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { secretChain } from "@sotto/app";
import { fromUtf8 } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { type OpenApplication, openApplication } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { Branch, createCtx, GasMeter, type Modules, NO_LIMIT, type VoteInfo } from "@sotto/kernel";
import type { StateStore } from "@sotto/store";
import type { DistributionKeeper } from "@sotto/x-distribution";
import { BlockMaker, GENESIS_TIME, validatorKey } from "./blockMaker.ts";
import { genesisValidator, sharesOf, stakingParams } from "./genesisStaking.ts";

type AnyModule = Modules[string];

const CHAIN_ID = "sotto-bench-1";
/** Tokens of a delegation: one unit of power. */
const PART = 1_000_000n;
/** So many that each block has new coins, and rewards for all. */
const NOT_STAKED = 10n ** 15n;
/** Nothing matures in the blocks of a bench. */
const LATE = Date.UTC(2100, 0);

export interface NetworkSize {
  readonly validators: number;
  /** Of all validators together. */
  readonly delegations: number;
  readonly unbondings: number;
}

const addressOf = (name: string): Uint8Array => sha256(fromUtf8(name)).slice(0, 20);
const operatorOf = (validator: number): Uint8Array => addressOf(`operator ${validator}`);
const delegatorOf = (i: number): Uint8Array => addressOf(`delegator ${i}`);
const keyOf = (validator: number): Uint8Array => validatorKey(`of ${validator}`).publicKey;
const uscrt = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];

const validatorPart = (validator: number, parts: number) =>
  genesisValidator({
    moniker: `validator ${validator}`,
    operator: formatAddress(operatorOf(validator), prefix.validator),
    pubKey: keyOf(validator),
    tokens: PART * BigInt(parts),
  });

/** The delegations are shared out in turn, so their number is a multiple of that of validators. */
function genesisOf({ validators, delegations, unbondings }: NetworkSize): ReadonlyMap<string, string> {
  const each = delegations / validators;
  const staked = PART * BigInt(delegations + unbondings);
  const operator = (i: number): string => formatAddress(operatorOf(i % validators), prefix.validator);
  const staking = {
    params: stakingParams({ max_validators: validators }),
    validators: Array.from({ length: validators }, (_, i) => validatorPart(i, each)),
    delegations: Array.from({ length: delegations }, (_, i) => ({
      delegator_address: formatAddress(delegatorOf(i)),
      validator_address: operator(i),
      shares: sharesOf(PART),
    })),
    unbonding_delegations: Array.from({ length: unbondings }, (_, i) => ({
      delegator_address: formatAddress(delegatorOf(i)),
      validator_address: operator(i),
      entries: [
        {
          creation_height: "1",
          completion_time: new Date(LATE + i * 1000).toISOString(),
          initial_balance: String(PART),
          balance: String(PART),
          unbonding_id: String(i + 1),
        },
      ],
    })),
  };
  const pool = { address: formatAddress(moduleAddress("not_bonded_tokens_pool")), coins: uscrt(staked) };
  const others = { address: formatAddress(addressOf("others")), coins: uscrt(NOT_STAKED) };
  return new Map([
    ["bank", JSON.stringify({ balances: [pool, others] })],
    ["staking", JSON.stringify(staking)],
  ]);
}

/** A module whose hooks add their milliseconds to `spent`. */
function timedModule(module: AnyModule, spent: Map<string, number>): AnyModule {
  const timed =
    <A extends readonly unknown[], R>(hook: (...args: A) => R) =>
    (...args: A): R => {
      const start = performance.now();
      const result = hook(...args);
      spent.set(module.name, (spent.get(module.name) ?? 0) + performance.now() - start);
      return result;
    };
  const { beginBlock, endBlock } = module;
  return {
    ...module,
    ...(beginBlock && { beginBlock: timed(beginBlock) }),
    ...(endBlock && { endBlock: timed(endBlock) }),
  };
}

interface Keepers {
  readonly distribution: DistributionKeeper;
}

export class StakedNetwork {
  /** Milliseconds of the hooks of each module since the last `clear` of it. */
  readonly spent = new Map<string, number>();
  readonly #opened: OpenApplication;
  readonly #maker = new BlockMaker(CHAIN_ID);
  readonly #votes: readonly VoteInfo[];
  readonly #power: bigint;
  #keepers: Keepers | undefined;

  constructor(size: NetworkSize, wrapStore?: (store: StateStore) => StateStore) {
    this.#power = BigInt(size.delegations / size.validators);
    this.#votes = Array.from({ length: size.validators }, (_, i) => ({
      address: consensusAddress({ type: "ed25519", bytes: keyOf(i) }),
      power: this.#power,
      flag: "commit",
    }));
    const modules = Object.fromEntries(
      Object.entries<AnyModule>(secretChain.modules).map(([name, module]) => [name, timedModule(module, this.spent)]),
    );
    const definition = {
      ...secretChain,
      modules,
      keepers: (...given: Parameters<typeof secretChain.keepers>) => {
        const made = secretChain.keepers(...given);
        // The type of a definition names only the keepers that the application itself uses.
        this.#keepers ??= made as unknown as Keepers;
        return made;
      },
    };
    this.#opened = openApplication({ chainId: CHAIN_ID, validators: this.#maker.validators, definition, wrapStore });
    const { appHash } = this.#opened.app.initChain({
      chainId: CHAIN_ID,
      time: GENESIS_TIME,
      initialHeight: 1,
      appState: genesisOf(size),
      consensusParams: new Uint8Array(0),
      validators: [],
    });
    this.#maker.start(appHash);
    this.block();
  }

  /** Executes and commits an empty block. Returns seconds of the processor of both. */
  block(): { readonly executed: number; readonly committed: number } {
    const made = this.#maker.make([]);
    const decided = { ...made, lastCommit: { round: 0, votes: made.height === 1 ? [] : this.#votes } };
    const { app } = this.#opened;
    const start = process.cpuUsage();
    const { txResults } = app.finalizeBlock(decided);
    const executed = secondsSince(start);
    const between = process.cpuUsage();
    const appHash = app.commit();
    this.#maker.accept(made, txResults, appHash);
    return { executed, committed: secondsSince(between) };
  }

  /**
   * Withdraws the rewards of a delegation over the committed state, for its gas; nothing is
   * committed.
   */
  withdrawer(): (delegation: number) => number {
    const snapshot = this.#opened.store.snapshot();
    const keepers = this.#keepers as Keepers; // made when the application was opened
    const block = { chainId: CHAIN_ID, height: this.#opened.store.version + 1, time: GENESIS_TIME };
    return (delegation) => {
      const gas = new GasMeter(NO_LIMIT);
      const ctx = createCtx({ mode: "deliver", block, gas, branch: new Branch(snapshot) });
      keepers.distribution.withdrawRewards(ctx, delegatorOf(delegation), operatorOf(delegation % this.#votes.length));
      return gas.consumed;
    };
  }

  close(): void {
    this.#opened.store.close();
  }
}

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

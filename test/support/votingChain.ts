// SPDX-License-Identifier: Apache-2.0
/**
 * A chain of all modules with validators: the test chooses their votes, faults and the times of
 * blocks. Consensus takes over the updates two blocks later, as CometBFT.
 */

import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { secretChain } from "@sotto/app";
import { decode } from "@sotto/codec";
import { type Account, account, ask, openApplication, type Packed, signTx } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { type BlockResult, Branch, createCtx, GasMeter, type Misbehavior, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { onTestFinished } from "vitest";
import { BlockMaker, GENESIS_SECONDS, GENESIS_TIME } from "./blockMaker.ts";
import { exportedGenesis } from "./exported.ts";
import { ConsensusSets, consensusKey, namedValidator } from "./votes.ts";

export const people: readonly Account[] = ["a", "b", "c", "d", "e", "f"].map(account);

export const operatorOf = ({ raw }: Pick<Account, "raw">): string => formatAddress(raw, prefix.validator);
export const consensusAddressOf = (name: string): Uint8Array => sha256(consensusKey(name)).slice(0, 20);

const CHAIN = "voting-1";
const FUNDS = 1_000_000_000_000n;
const DEC = "0".repeat(18);

export type StakingPart = ReturnType<typeof stakingPart>;

/** The staking part of a file in which the first `count` people are validators. */
export function stakingPart(count: number, tokens = 100_000_000n) {
  const validators = people
    .slice(0, count)
    .map((who, i) => namedValidator(who.name, operatorOf(who), tokens - BigInt(i)));
  return {
    params: {
      unbonding_time: "120s",
      max_validators: 5,
      max_entries: 3,
      historical_entries: 3,
      bond_denom: "uscrt",
      min_commission_rate: `0.${DEC}`,
    },
    last_total_power: "0",
    last_validator_powers: [],
    validators,
    delegations: people.slice(0, count).map(({ address, raw }, i) => ({
      delegator_address: address,
      validator_address: operatorOf({ raw }),
      shares: validators[i]?.delegator_shares,
    })),
    unbonding_delegations: [] as unknown[],
    redelegations: [] as unknown[],
    exported: false,
  };
}

const slashingPart = {
  params: {
    signed_blocks_window: "10",
    min_signed_per_window: `0.5${DEC.slice(1)}`,
    downtime_jail_duration: "30s",
    slash_fraction_double_sign: `0.05${DEC.slice(2)}`,
    slash_fraction_downtime: `0.01${DEC.slice(2)}`,
  },
};

/** The state of a file with this staking part, and the coins that it needs. */
export function stakedState(staking: object, notBonded: bigint, others: Readonly<Record<string, unknown>> = {}) {
  const coins = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
  const balances = [
    ...people.map(({ address }) => ({ address, coins: coins(FUNDS) })),
    { address: formatAddress(moduleAddress("not_bonded_tokens_pool")), coins: coins(notBonded) },
  ];
  const parts = {
    auth: { accounts: people.map(({ address }) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address })) },
    bank: { params: { default_send_enabled: true }, balances },
    staking,
    slashing: slashingPart,
    ...others,
  };
  return new Map(Object.entries(parts).map(([name, part]) => [name, JSON.stringify(part)]));
}

export class VotingChain {
  readonly maker = new BlockMaker(CHAIN);
  readonly opened = openApplication({ chainId: CHAIN, definition: secretChain, validators: this.maker.validators });
  readonly #sets: ConsensusSets;
  #seconds = 0;

  /** Throws what the genesis throws. */
  constructor(appState: ReadonlyMap<string, string>) {
    onTestFinished(() => this.opened.store.close());
    const { appHash, validators } = this.opened.app.initChain({
      chainId: CHAIN,
      time: GENESIS_TIME,
      initialHeight: 1,
      appState,
      consensusParams: new Uint8Array(0),
      validators: [],
    });
    this.#sets = new ConsensusSets(1, validators);
    this.maker.start(appHash);
  }

  get height(): number {
    return this.maker.height;
  }

  /** Executes and commits a block. `absent`: consensus addresses in hex. */
  block(
    txs: readonly Uint8Array[],
    {
      seconds = 5,
      absent = [],
      misbehavior = [],
    }: Partial<{ seconds: number; absent: readonly string[]; misbehavior: readonly Misbehavior[] }> = {},
  ): BlockResult {
    this.#seconds += seconds;
    const decided = this.maker.make([...this.opened.app.ownTxs().txs, ...txs], {
      header: { time: { seconds: GENESIS_SECONDS + this.#seconds, nanos: 7 } },
    });
    const lastCommit = { round: 0, votes: this.#sets.votes(this.height, new Set(absent)) };
    const result = this.opened.app.finalizeBlock({ ...decided, lastCommit, misbehavior });
    this.maker.accept(decided, result.txResults, this.opened.app.commit());
    this.#sets.update(this.height, result.validatorUpdates);
    return result;
  }

  /** A transaction of one account, for the state after the last block. */
  sign(by: Account, ...messages: readonly Packed[]): Uint8Array {
    const { account: any } = ask(this.opened.queries, AuthQuery.method.account, { address: by.address });
    const { accountNumber, sequence } = decode(BaseAccountSchema, any?.value ?? new Uint8Array(0));
    const { types } = secretChain;
    return signTx({ chainId: CHAIN, messages, signers: [{ by, accountNumber, sequence }], gas: 2_000_000n, types });
  }

  /** Reads the last committed state; writes to the branch are dropped. */
  read<T>(look: (ctx: ReadCtx, branch: Branch) => T): T {
    const snapshot = this.opened.store.snapshot();
    try {
      const branch = new Branch(snapshot);
      const time = GENESIS_TIME + BigInt(this.#seconds) * 1_000_000_000n;
      const block = { chainId: CHAIN, height: this.height, time };
      return look(createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch }), branch);
    } finally {
      snapshot.close();
    }
  }

  broken(): readonly string[] {
    return this.opened.queries.brokenInvariants();
  }

  exported(): Map<string, string> {
    return exportedGenesis(this.opened.queries);
  }
}

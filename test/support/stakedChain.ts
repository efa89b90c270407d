// SPDX-License-Identifier: Apache-2.0
/** A chain with one validator, whose keepers and governance the test uses. */
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { type ChainOptions, secretChain } from "@sotto/app";
import { type Account, brokenInvariants, type Packed, pack } from "@sotto/contract-test/parts";
import { Branch, createCtx, GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { MsgFundCommunityPoolSchema, MsgSetAutoRestakeSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import type { DistributionKeeper } from "@sotto/x-distribution";
import type { StakingKeeper } from "@sotto/x-staking";
import { actingGovernance, GOV } from "./acting.ts";
import { validatorKey } from "./blockMaker.ts";
import { genesisValidator, stakingParams } from "./genesisStaking.ts";
import { a, accounts, FUNDS, TestChain } from "./testChain.ts";

export const operator = formatAddress(a.raw, prefix.validator);
export const gov = formatAddress(GOV);
export const STAKE = 10_000_000n;
export const uscrt = (amount: bigint | string) => [{ denom: "uscrt", amount: String(amount) }];

const validator = genesisValidator({ moniker: "first", operator, pubKey: validatorKey().publicKey, tokens: STAKE });

/** Accounts, a validator that genesis bonds with its own delegation, and parts of the file. */
function stateOf(parts: Readonly<Record<string, unknown>> = {}): ReadonlyMap<string, string> {
  const owners = accounts.map(({ address }) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address }));
  const balances = [
    ...accounts.map(({ address }) => ({ address, coins: uscrt(FUNDS) })),
    { address: formatAddress(moduleAddress("not_bonded_tokens_pool")), coins: uscrt(STAKE) },
  ];
  const staking = {
    params: stakingParams({ unbonding_time: "100s", max_validators: 5 }),
    validators: [validator],
    delegations: [{ delegator_address: a.address, validator_address: operator, shares: validator.delegator_shares }],
  };
  const all = { auth: { accounts: owners }, bank: { balances }, staking, ...parts };
  return new Map(Object.entries(all).map(([name, part]) => [name, JSON.stringify(part)]));
}

interface Keepers {
  readonly distribution: DistributionKeeper;
  readonly staking: StakingKeeper;
}

/** Closed by the test, the last one first. */
export const open: (() => void)[] = [];

export function start(parts?: Readonly<Record<string, unknown>>) {
  const { definition, passed } = actingGovernance(secretChain);
  let keepers: Keepers | undefined;
  let options: ChainOptions | undefined;
  const chain = new TestChain({
    definition: {
      ...definition,
      keepers(...given) {
        const all = definition.keepers(...given);
        // The chain has both modules; its type names only the base modules of the network's chain.
        keepers ??= all as unknown as Keepers;
        [options] = given;
        return all;
      },
    },
    appState: stateOf(parts),
  });
  open.push(() => chain.close());
  const { distribution, staking } = keepers as Keepers;
  /** A context over the committed state, for a block of that height; nothing is committed. */
  function contextAt(height: number, gas = new GasMeter(NO_LIMIT)) {
    const snapshot = chain.store.snapshot();
    open.push(() => snapshot.close());
    const block = { chainId: chain.chainId, height, time: 1n };
    return createCtx({ mode: "deliver", block, gas, branch: new Branch(snapshot) });
  }
  /** Broken invariants of all modules. */
  const broken = (ctx: ReadCtx) => brokenInvariants({ definition, options: options as ChainOptions }, ctx);
  return { chain, passed, distribution, staking, contextAt, broken };
}

/** Parameters of mint without new coins. */
export const noInflation = {
  mint_denom: "uscrt",
  inflation_rate_change: "0",
  inflation_max: "0",
  inflation_min: "0",
  goal_bonded: "0.67",
  blocks_per_year: "5000",
};

export const fund = (by: Account, amount: string): Packed =>
  pack(MsgFundCommunityPoolSchema, { depositor: by.address, amount: uscrt(amount) });
export const restake = (by: Account, enabled: boolean, validatorAddress = operator): Packed =>
  pack(MsgSetAutoRestakeSchema, { delegatorAddress: by.address, validatorAddress, enabled });

const at = "failed to execute message; message index: 0: ";
/** The result of a refused message. */
export const failure = (codespace: string, code: number, log: string) => ({ codespace, code, log: at + log });

// SPDX-License-Identifier: Apache-2.0
/** Contracts that stake, and that ask about staking, rewards and inflation. */

import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { secretChain } from "@sotto/app";
import { fromBase64, fromUtf8, toBase64 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { pack } from "@sotto/contract-test/parts";
import { Query as DistributionQuery } from "@sotto/proto/cosmos.distribution.v1beta1";
import { Query as GovQuery, MsgSubmitProposalSchema, VoteOption } from "@sotto/proto/cosmos.gov.v1";
import { Query as StakingQuery } from "@sotto/proto/cosmos.staking.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { operator, STAKE, stakedGenesis, staker } from "../support/staked.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain({ definition: secretChain, appState: stakedGenesis() });
afterAll(() => chain.close());
const funds = [{ denom: "uscrt", amount: "5000000" }];
const v1 = deploy(chain, wasm.v1, { ops: [] }, { funds });
const v010 = deploy(chain, wasm.v010, { ops: [] }, { funds });

const uscrt = (amount: number | string | bigint) => ({ denom: "uscrt", amount: String(amount) });
const send = (message: object, to = v1) => to.execute({ message: { message } }, { gas: 9_000_000n }).result;

/** The answer to a query of the contract, decoded. */
function asked(request: object, by = v1): unknown {
  const [text] = by.execute({ query: { request: JSON.stringify(request) } }, { gas: 9_000_000n }).outputs;
  const outer = JSON.parse(text ?? "null");
  const data = outer?.Ok?.Ok;
  if (typeof data !== "string") return outer;
  return JSON.parse(new TextDecoder().decode(fromBase64(data) ?? fromUtf8("null")));
}

describe("a contract", () => {
  it("delegates, undelegates and moves what it has, in both dialects", () => {
    for (const contract of [v1, v010]) {
      send({ staking: { delegate: { validator: operator, amount: uscrt(1_000_000) } } }, contract);
      const mine = { delegator: contract.address, validator: operator };
      expect(asked({ staking: { all_delegations: { delegator: contract.address } } })).toEqual({
        delegations: [{ ...mine, amount: uscrt(1_000_000) }],
      });
      const { events } = send({ staking: { undelegate: { validator: operator, amount: uscrt(400_000) } } }, contract);
      expect(events.some(({ type }) => type === "unbond")).toBe(true);
      expect(asked({ staking: { unbonding_delegations: { delegator: contract.address } } })).toEqual({
        delegations: [{ ...mine, amount: uscrt(400_000) }],
      });
      // The rewards come with the undelegation.
      expect(chain.balance(contract.address)).toBeGreaterThan(4_000_000n);
    }
  });

  it("takes its rewards: to itself, or to the address that it names", () => {
    const rewardsOf = (delegator: string) =>
      chain.ask(DistributionQuery.method.delegationTotalRewards, { delegatorAddress: delegator }).total.length;
    chain.block();
    expect(rewardsOf(v1.address)).toBe(1);
    const before = chain.balance(v1.address);
    send({ distribution: { withdraw_delegator_reward: { validator: operator } } });
    expect(chain.balance(v1.address)).toBeGreaterThan(before);
    const [mine, theirs] = [chain.balance(v010.address), chain.balance(b.address)];
    send({ staking: { withdraw: { validator: operator, recipient: b.address } } }, v010);
    expect(chain.balance(v010.address)).toBe(mine);
    expect(chain.balance(b.address)).toBeGreaterThan(theirs);
    send({ distribution: { set_withdraw_address: { address: b.address } } });
    const { withdrawAddress } = chain.ask(DistributionQuery.method.delegatorWithdrawAddress, {
      delegatorAddress: v1.address,
    });
    expect(withdrawAddress).toBe(b.address);
  });

  it("sees the module's refusal as the failure of its message", () => {
    const stranger = formatAddress(b.raw, "secretvaloper");
    const { result } = v1.try({
      message: { message: { staking: { delegate: { validator: stranger, amount: uscrt(1) } } } },
    });
    expect(result).toMatchObject({ codespace: "staking", code: 3 });
    expect(result.log).toContain("dispatch: submessages: validator does not exist");
  });
});

describe("a contract's query", () => {
  const rates = {
    commission: "0.100000000000000000",
    max_commission: "0.200000000000000000",
    max_change_rate: "0.010000000000000000",
  };

  it.each([["v1"], ["v0.10"]] as const)("of a %s contract about validators", (dialect) => {
    const by = dialect === "v1" ? v1 : v010;
    expect(asked({ staking: { bonded_denom: {} } }, by)).toEqual({ denom: "uscrt" });
    const validators = [{ address: operator, ...rates }];
    expect(asked({ staking: { validators: {} } }, by)).toEqual({ validators });
    expect(asked({ staking: { all_validators: {} } }, by)).toEqual({ validators });
    expect(asked({ staking: { validator: { address: operator } } }, by)).toEqual({ validator: validators[0] });
    const other = formatAddress(b.raw, "secretvaloper");
    expect(asked({ staking: { validator: { address: other } } }, by)).toEqual({ validator: null });
  });

  it("about one delegation, with its rewards", () => {
    const found = asked({ staking: { delegation: { delegator: staker.address, validator: operator } } }) as {
      delegation: { accumulated_rewards: { amount: string }[] };
    };
    const { accumulated_rewards: rewards, ...rest } = found.delegation;
    const amount = uscrt(STAKE);
    expect(rest).toEqual({ delegator: staker.address, validator: operator, amount, can_redelegate: amount });
    expect(Number(rewards[0]?.amount)).toBeGreaterThan(0);
    expect(asked({ staking: { delegation: { delegator: b.address, validator: operator } } })).toEqual({});
  });

  it("about rewards: nothing for an account without delegations", () => {
    expect(asked({ dist: { rewards: { delegator: b.address } } })).toEqual({});
    const found = asked({ dist: { rewards: { delegator: staker.address } } }) as {
      rewards: { validator_address: string; reward: { amount: string }[] }[];
      total: { amount: string }[];
    };
    expect(found.rewards.map((each) => each.validator_address)).toEqual([operator]);
    expect(found.total).toEqual(found.rewards[0]?.reward);
    expect(found.total[0]?.amount).toMatch(/^[0-9]+$/);
  });

  it("about proposals that can be voted on, and a vote", () => {
    const proposals = () => asked({ gov: { proposals: {} } }) as { proposals: Record<string, number>[] };
    expect(proposals()).toEqual({ proposals: [] });
    const initialDeposit = [uscrt(100_000_000_000)];
    const message = pack(MsgSubmitProposalSchema, {
      proposer: a.address,
      initialDeposit,
      title: "t",
      summary: "s",
      metadata: "m",
    });
    expect(chain.run(a, message, { gas: 1_000_000n })).toMatchObject({ code: 0 });
    const [found] = proposals().proposals;
    expect(found).toMatchObject({ id: 1 });
    expect(Number(found?.["voting_end_time"])).toBeGreaterThan(Number(found?.["voting_start_time"]));
    send({ gov: { vote: { proposal_id: 1, vote: "no" } } });
    // Compat: an option with a capital is yes.
    send({ gov: { vote: { proposal: 1, vote_option: "No" } } }, v010);
    const option = (voter: string) =>
      chain.ask(GovQuery.method.vote, { proposalId: 1n, voter }).vote?.options.map((each) => each.option);
    expect([option(v1.address), option(v010.address)]).toEqual([[VoteOption.NO], [VoteOption.YES]]);
  });

  it("of a gRPC path that contracts may ask", () => {
    const { input, output } = StakingQuery.method.validator;
    const data = toBase64(encode(input, create(input, { validatorAddr: operator })));
    const [text] = v1.execute(
      { query: { request: JSON.stringify({ stargate: { path: "/cosmos.staking.v1beta1.Query/Validator", data } }) } },
      { gas: 9_000_000n },
    ).outputs;
    const { validator } = decode(output, fromBase64(JSON.parse(text ?? "null").Ok.Ok) ?? new Uint8Array(0));
    expect(validator?.operatorAddress).toBe(operator);
  });

  it("about inflation and the bonded part", () => {
    const { inflation_rate: rate } = asked({ mint: { inflation: {} } }) as { inflation_rate: string };
    expect(rate).toMatch(/^0\.130{16}$/);
    const { bonded_ratio: ratio } = asked({ mint: { bonded_ratio: {} } }) as { bonded_ratio: string };
    expect(ratio).toMatch(/^0\.0000[0-9]{14}$/);
  });

  it("with a fault is an error of the contract's query", () => {
    const refused = (text: string) => ({ Ok: { Err: `Generic error: ${text}` } });
    expect(asked({ staking: { validator: { address: a.address } } })).toEqual(
      refused("invalid Bech32 prefix; expected secretvaloper, got secret"),
    );
    expect(asked({ staking: { all_delegations: { delegator: "x" } } })).toEqual(refused("x: invalid address"));
    const unsupported = (kind: string) => ({ Err: { unsupported_request: { kind } } });
    expect(asked({ staking: { nothing: {} } })).toEqual(unsupported("unknown Staking variant"));
    expect(asked({ mint: { nothing: {} } })).toEqual(unsupported("unknown MintQuery variant"));
    expect(asked({ dist: { nothing: {} } })).toEqual(unsupported("unknown DistQuery variant"));
  });
});

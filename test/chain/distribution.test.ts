// SPDX-License-Identifier: Apache-2.0
/** Distribution on a chain with a validator: the fork's additions, costs, genesis files. */
import { secretChain } from "@sotto/app";
import { concat, fromUtf8 } from "@sotto/bytes";
import { type Packed, pack } from "@sotto/contract-test/parts";
import { GasMeter, NO_LIMIT } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { mustCoins } from "@sotto/math/coins";
import {
  MsgSetWithdrawAddressSchema,
  MsgUpdateParamsSchema,
  type Params,
  Query,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import {
  failure,
  fund,
  gov,
  noInflation,
  open,
  operator,
  restake,
  STAKE,
  start,
  uscrt,
} from "../support/stakedChain.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";

function text(value: string): string {
  const parsed = dec.parse(value);
  if (parsed.fault !== undefined) throw new Error(parsed.fault);
  return dec.encode(parsed.value);
}

afterAll(() => {
  for (const close of open.reverse()) close();
});

const params = (chain: TestChain): Params => {
  const found = chain.ask(Query.method.params, {}).params;
  if (found === undefined) throw new Error("no parameters");
  return found;
};
const pool = (chain: TestChain) => chain.ask(Query.method.communityPool, {}).pool;
/** A field of text, as protobuf: a short one. */
const textField = (number: number, value: string): Uint8Array =>
  value === "" ? new Uint8Array(0) : concat(Uint8Array.of(number * 8 + 2, value.length), fromUtf8(value));

/**
 * A message with these fields of parameters alone. Sotto's encoder would write zeros for missing
 * ones, as Go's.
 */
function update(change: Partial<Params>): Packed {
  const given = { communityTax: text("0.02"), ...change };
  const fields = concat(
    textField(1, given.communityTax),
    textField(3, given.bonusProposerReward ?? ""),
    Uint8Array.of(0x20, 1),
    textField(5, given.secretFoundationTax ?? ""),
    textField(6, given.secretFoundationAddress ?? ""),
    textField(7, given.minimumRestakeThreshold ?? ""),
    textField(8, given.restakePeriod ?? ""),
  );
  const value = concat(textField(1, gov), Uint8Array.of(0x12, ...lengthOf(fields)), fields);
  return { typeUrl: `/${MsgUpdateParamsSchema.typeName}`, value: new Uint8Array(value) };
}
const lengthOf = ({ length }: Uint8Array): number[] => (length < 128 ? [length] : [(length & 127) | 128, length >> 7]);

describe("parameters of the fork", () => {
  it("keep their values in a message and a genesis of a program that does not know them", () => {
    const { chain, passed } = start({
      distribution: { params: { community_tax: "0.1", withdraw_addr_enabled: true } },
    });
    const defaults = { secretFoundationTax: "0", minimumRestakeThreshold: text("10000000"), restakePeriod: "1000" };
    expect(params(chain)).toMatchObject({ communityTax: text("0.1"), ...defaults });
    const own = {
      secretFoundationTax: text("0.5"),
      secretFoundationAddress: b.address,
      minimumRestakeThreshold: text("7"),
      restakePeriod: "2000",
    };
    passed.push(update(own));
    chain.block();
    expect(params(chain)).toMatchObject(own);
    passed.push(update({ communityTax: text("0.2") }));
    chain.block();
    expect(params(chain)).toMatchObject({ communityTax: text("0.2"), ...own });
    // As governance stores it.
    const zeros = { secretFoundationTax: "0", minimumRestakeThreshold: "0", restakePeriod: "0" };
    passed.push(update({ communityTax: text("0.3"), ...zeros }));
    chain.block();
    expect(params(chain)).toMatchObject({ communityTax: text("0.3"), ...own });
  });

  it.each<[Partial<Params>, string]>([
    [{ restakePeriod: "1000" }, "secret foundation tax must be not nil"],
    [{ secretFoundationTax: "1" }, "minimum restake threshold must be not nil"],
    [{ secretFoundationTax: "1", minimumRestakeThreshold: "0" }, "minimum period must be not nil"],
    [
      { secretFoundationTax: text("1.1"), minimumRestakeThreshold: "0", restakePeriod: "1000" },
      "secret foundation tax should non-negative and less than one: 1.100000000000000000",
    ],
    [
      { secretFoundationTax: "0", minimumRestakeThreshold: "-1", restakePeriod: "1000" },
      "minimum restake threshold must be positive: -0.000000000000000001",
    ],
    [
      { secretFoundationTax: "1", minimumRestakeThreshold: "0", restakePeriod: "0" },
      "minimum period must be greater than 1000 blocks",
    ],
    [
      { secretFoundationTax: text("0.99"), minimumRestakeThreshold: "0", restakePeriod: "1000" },
      "sum of community tax and secret foundation tax cannot be greater than one: 1.010000000000000000",
    ],
    [
      { secretFoundationTax: "0", secretFoundationAddress: "x", minimumRestakeThreshold: "0", restakePeriod: "1000" },
      "invalid parameter for foundation address: decoding bech32 failed: invalid bech32 string length 1",
    ],
    [
      { secretFoundationTax: "1", secretFoundationAddress: gov, minimumRestakeThreshold: "0", restakePeriod: "1000" },
      `invalid parameter for foundation address: ${gov} is not allowed to receive funds`,
    ],
    [{ communityTax: "" }, "community tax must be not nil"],
    [{ communityTax: "-1" }, "community tax must be positive: -0.000000000000000001"],
    [{ communityTax: text("2") }, "community tax too large: 2.000000000000000000"],
    [
      { bonusProposerReward: "1" },
      "cannot update base or bonus proposer reward because these are deprecated fields: invalid request",
    ],
  ])("%o are refused: %s", (change, fault) => {
    const { chain, passed } = start();
    passed.push(update(change));
    expect(() => chain.block()).toThrow(fault);
  });
});

describe("fees of a block", () => {
  it("go to the foundation first, then to the validators; the community pool gets the rest", () => {
    const tax = {
      community_tax: "0.1",
      withdraw_addr_enabled: true,
      secret_foundation_tax: "0.25",
      secret_foundation_address: b.address,
      minimum_restake_threshold: "1",
      restake_period: "1000",
    };
    const { chain } = start({
      distribution: { params: tax },
      mint: { minter: { inflation: "0" }, params: noInflation },
    });
    const before = chain.balance(b.address);
    const fee = uscrt(1_001n);
    chain.deliver(chain.tx(a, [fund(a, "1")], { fee }));
    chain.block();
    // 1,001: 250.25 for the foundation, 650.65 for the validators, the rest 100.1 and the fraction.
    expect(chain.balance(b.address) - before).toBe(250n);
    expect(pool(chain)).toEqual([expect.objectContaining({ denom: "uscrt", amount: text("101.35") })]);
    const { commission } = chain.ask(Query.method.validatorCommission, { validatorAddress: operator });
    expect(commission?.commission).toEqual([expect.objectContaining({ amount: text("65.065") })]);
    const { rewards } = chain.ask(Query.method.delegationRewards, {
      delegatorAddress: a.address,
      validatorAddress: operator,
    });
    expect(rewards).toEqual([expect.objectContaining({ amount: text("585.585") })]);
    const answer = chain.ask(Query.method.foundationTax, {});
    expect(answer).toMatchObject({ tax: "0.250000000000000000", foundationAddress: b.address });
  });

  it("without a foundation have no address in the answer about its tax", () => {
    const { chain } = start();
    expect(() => chain.ask(Query.method.foundationTax, {})).toThrow("empty address string is not allowed");
    expect(chain.ask(Query.method.restakeThreshold, {}).threshold).toBe(text("10000000"));
  });
});

describe("restakes", () => {
  const entries = (chain: TestChain) => chain.ask(Query.method.restakingEntries, { delegator: a.address }).validators;

  it("are switched on for a delegation of the threshold, and off", () => {
    const { chain } = start();
    expect(chain.run(b, restake(b, true))).toMatchObject(
      failure("staking", 19, "no delegation for (address, validator) tuple"),
    );
    expect(chain.run(a, restake(a, false))).toMatchObject(failure("sdk", 38, "authorization not found: not found"));
    const result = chain.run(a, restake(a, true));
    expect(result).toMatchObject({ code: 0 });
    expect(result.events.at(-1)).toEqual({
      type: "message",
      attributes: [
        ["module", "distribution"],
        ["sender", a.address],
        ["msg_index", "0"],
      ],
    });
    expect(entries(chain)).toEqual([operator]);
    expect(chain.run(a, restake(a, false))).toMatchObject({ code: 0 });
    expect(entries(chain)).toEqual([]);
  });

  it("are refused below the threshold", () => {
    const { chain, passed } = start();
    const over = text(String(STAKE + 1n));
    passed.push(update({ secretFoundationTax: "0", minimumRestakeThreshold: over, restakePeriod: "1000" }));
    chain.block();
    expect(chain.run(a, restake(a, true))).toMatchObject(
      failure("distribution", 201, "Not enough stake for auto-restaking"),
    );
  });

  it("delegate the rewards of each entry in a block of the period, and remove entries without rewards", () => {
    const { chain, distribution, staking, contextAt } = start();
    chain.run(a, restake(a, true));
    chain.block();
    const early = contextAt(1999);
    distribution.restakes.run(early);
    expect(early.takeEvents()).toEqual([]);
    const ctx = contextAt(2000);
    const before = staking.delegation(ctx, a.raw, a.raw)?.shares ?? dec.zero;
    distribution.restakes.run(ctx);
    const types = ctx.takeEvents().map(({ type }) => type);
    expect(types).toContain("withdraw_rewards");
    const after = staking.delegation(ctx, a.raw, a.raw)?.shares ?? dec.zero;
    expect(after > before).toBe(true);
    // The delegation began in this block: there is nothing to restake now.
    distribution.restakes.run(ctx);
    expect(staking.delegation(ctx, a.raw, a.raw)?.shares).toBe(after);
    expect(() => distribution.restakes.disable(ctx, a.raw, a.raw)).toThrow("authorization not found");
  });
});

/** A meter that counts its charges. */
class Counter extends GasMeter {
  charges = 0;

  override consume(amount: number, descriptor: string): void {
    this.charges += 1;
    super.consume(amount, descriptor);
  }
}

it("a withdrawal makes the same accesses beside one other delegation and beside 500", () => {
  const { chain, distribution, staking, contextAt } = start();
  chain.block();
  const charges = [1, 500].map((others) => {
    const ctx = contextAt(50);
    for (let i = 0; i < others; i++) {
      const delegator = Uint8Array.from({ length: 20 }, (_, k) => (k < 2 ? i >> (8 * k) : 9));
      const known = staking.validator(ctx, a.raw);
      if (known === undefined) throw new Error("no validator");
      const coins = mustCoins([{ denom: "uscrt", amount: 1_000n }]);
      chainBank(ctx, delegator, coins);
      staking.delegate(ctx, {
        delegator,
        amount: 1_000n,
        source: "unbonded",
        validator: known,
        subtractAccount: true,
      });
    }
    const meter = new Counter(NO_LIMIT);
    distribution.withdrawRewards(ctx.withGas(meter), a.raw, a.raw);
    return meter.charges;
  });
  expect(charges[1]).toBe(charges[0]);
  expect(charges[0]).toBeLessThan(120);

  function chainBank(
    ctx: ReturnType<ReturnType<typeof start>["contextAt"]>,
    to: Uint8Array,
    coins: ReturnType<typeof mustCoins>,
  ): void {
    distribution.needs.collect(ctx, c.raw, coins);
    distribution.needs.pay(ctx, to, coins);
  }
});

describe("a genesis file", () => {
  const coin = [{ denom: "uscrt", amount: "5.000000000000000000" }];
  it.each<[string, Readonly<Record<string, unknown>>, RegExp]>([
    ["with a pool that the account does not hold", { fee_pool: { community_pool: coin } }, / <-> 5uscrt/],
    ["with a negative pool", { fee_pool: { community_pool: [{ denom: "uscrt", amount: "-1" }] } }, /fee_pool: coin/],
    ["with a bad operator", { outstanding_rewards: [{ validator_address: a.address }] }, /expected secretvaloper/],
    [
      "with a row without its value",
      { validator_current_rewards: [{ validator_address: operator }] },
      /rewards is missing/,
    ],
    [
      "with a slash of more than everything",
      { validator_slash_events: [{ validator_address: operator, validator_slash_event: { fraction: "1.5" } }] },
      /fraction too large: 1\.5/,
    ],
    [
      "with a negative stake",
      {
        delegator_starting_infos: [
          { validator_address: operator, delegator_address: a.address, starting_info: { stake: "-1" } },
        ],
      },
      /stake cannot be negative/,
    ],
    [
      "with a restake period below 1,000",
      {
        params: { community_tax: "0", secret_foundation_tax: "0", minimum_restake_threshold: "0", restake_period: "3" },
      },
      /params: minimum period/,
    ],
  ])("%s is refused with the module's name", (_about, part, fault) => {
    expect(() => start({ distribution: part })).toThrow(new RegExp(`distribution.*${fault.source}`, "s"));
  });

  it("with a vesting account that contradicts itself is refused", () => {
    const account = {
      "@type": "/cosmos.vesting.v1beta1.DelayedVestingAccount",
      base_vesting_account: { base_account: { address: b.address }, original_vesting: uscrt("5"), end_time: "-1" },
    };
    expect(() => start({ auth: { accounts: [account] } })).toThrow(/auth.*end time cannot be negative/s);
  });

  it.each(["vesting.v1beta1.BaseVestingAccount", "auth.v1beta1.ModuleAccount"])(
    "with a %s alone is refused",
    (type) => {
      const account = {
        "@type": `/cosmos.${type}`,
        ...(type.startsWith("vesting") && { original_vesting: uscrt("5") }),
      };
      expect(() => start({ auth: { accounts: [account] } })).toThrow(
        /genesis of auth, accounts\[0\].* has no base account/s,
      );
    },
  );

  it("is exported as it was imported, and imported again", () => {
    const { chain } = start();
    chain.run(a, fund(a, "77"));
    chain.run(a, pack(MsgSetWithdrawAddressSchema, { delegatorAddress: a.address, withdrawAddress: b.address }));
    chain.run(a, restake(a, true));
    const file = exportedGenesis(chain.queries);
    const imported = new TestChain({ definition: secretChain, appState: file });
    open.push(() => imported.close());
    const partOf = (all: ReadonlyMap<string, string>, name: string) => JSON.parse(all.get(name) ?? "{}");
    const again = exportedGenesis(imported.queries);
    // The first block shares nothing out. It mints, but mint's parameters stay.
    expect(partOf(again, "distribution")).toEqual(partOf(file, "distribution"));
    expect(partOf(again, "mint").params).toEqual(partOf(file, "mint").params);
  });
});

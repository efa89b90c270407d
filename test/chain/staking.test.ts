// SPDX-License-Identifier: Apache-2.0
/**
 * Validators, delegations and faults on a chain of all modules. Equality with the SDK: conformance.
 */
import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { brokenInvariants, pack } from "@sotto/contract-test/parts";
import type { Branch, Misbehavior } from "@sotto/kernel";
import type { Operation } from "@sotto/kernel/simulation";
import { MsgUnjailSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import {
  DelegationSchema,
  MsgDelegateSchema,
  MsgEditValidatorSchema,
  MsgUndelegateSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { evidence } from "@sotto/x-evidence";
import { slashing } from "@sotto/x-slashing";
import { staking } from "@sotto/x-staking";
import { describe, expect, it } from "vitest";
import { SeededRandom } from "../support/random.ts";
import { seedOf } from "../support/seed.ts";
import { consensusAddressOf, people, stakedState, stakingPart, VotingChain } from "../support/votingChain.ts";

const seed = seedOf("test/chain/staking");

const chainOf = (count = 3, first: object = {}): VotingChain => {
  const part = stakingPart(count);
  Object.assign(part.validators[0] ?? {}, first);
  const tokens = part.validators.reduce((sum, validator) => sum + BigInt(validator.tokens), 0n);
  return new VotingChain(stakedState(part, tokens));
};

const fault = (chain: VotingChain, name: string, more: Partial<Misbehavior> = {}): Misbehavior => ({
  type: "duplicateVote",
  address: consensusAddressOf(name),
  power: 90n,
  height: chain.height,
  time: 1_700_000_000_000_000_000n,
  totalVotingPower: 300n,
  ...more,
});

const eventsOf = (events: readonly { readonly type: string }[], type: string) =>
  events.filter((event) => event.type === type);

async function operationsOf(): Promise<readonly Operation[]> {
  const loaded = await Promise.all([staking, slashing, evidence].map((module) => module.operations?.()));
  return loaded.flatMap((each) => each?.operations ?? []);
}

describe("validators", () => {
  it("keep the ids of their unbondings, more than a message has fields", () => {
    const chain = chainOf(2, { unbonding_ids: Array.from({ length: 70_000 }, (_, i) => String(i + 1)) });
    const { events } = chain.block([]);
    expect(events.length).toBeGreaterThan(0);
    expect(chain.broken()).toEqual([]);
  });

  it.each(["1.5", "-0.5"])("of a file with the commission rate %s are refused", (rate) => {
    const rates = { rate, max_rate: "0.2", max_change_rate: "0.01" };
    const commission = { commission_rates: rates, update_time: "1970-01-01T00:00:00Z" };
    expect(() => chainOf(1, { commission })).toThrow(/^genesis of staking, validators\[0\].*commission rates/);
  });

  it("leave consensus when they miss too many blocks, and come back", () => {
    const chain = chainOf();
    const [a, b] = people as readonly [(typeof people)[number], (typeof people)[number]];
    const absent = [toHex(consensusAddressOf("b"))];
    const results = Array.from({ length: 14 }, () => chain.block([], { absent }));
    const updates = results.flatMap(({ validatorUpdates }) => validatorUpdates);
    expect(updates.map(({ power }) => power)).toEqual([0n]);
    expect(results.flatMap(({ events }) => eventsOf(events, "slash"))).toHaveLength(1);
    expect(chain.broken()).toEqual([]);
    const amount = { denom: "uscrt", amount: "7000000" };
    const validatorAddress = stakingPart(2).validators[1]?.operator_address ?? "";
    const unjail = pack(MsgUnjailSchema, { validatorAddr: validatorAddress });
    const delegate = pack(MsgDelegateSchema, {
      delegatorAddress: a.address,
      validatorAddress,
      amount,
    });
    const { txResults, validatorUpdates } = chain.block([chain.sign(b, unjail), chain.sign(a, delegate)], {
      seconds: 60,
    });
    expect(txResults.map(({ code, log }) => [code, log])).toEqual([
      [0, ""],
      [0, ""],
    ]);
    expect(validatorUpdates).toHaveLength(1);
    expect(chain.broken()).toEqual([]);
  });

  it("are punished once for a double sign; faults that are old, repeated or of strangers change nothing", () => {
    const chain = chainOf();
    chain.block([]);
    const old = { height: -200_000, time: 0n };
    const strange = { address: new Uint8Array(20).fill(5) };
    const ignored = chain.block([], { misbehavior: [fault(chain, "b", old), fault(chain, "b", strange)] });
    expect(eventsOf(ignored.events, "slash")).toEqual([]);
    const punished = chain.block([], {
      misbehavior: [fault(chain, "b"), fault(chain, "b", { type: "lightClientAttack" })],
    });
    expect(eventsOf(punished.events, "slash")).toHaveLength(2);
    expect(punished.validatorUpdates).toHaveLength(1);
    expect(JSON.parse(chain.exported().get("evidence") ?? "{}").evidence).toHaveLength(1);
    expect(chain.broken()).toEqual([]);
  });

  it("pay unbondings back when their time has come", () => {
    const chain = chainOf();
    chain.block([]);
    const [a] = people as readonly [(typeof people)[number]];
    const undelegate = pack(MsgUndelegateSchema, {
      delegatorAddress: a.address,
      validatorAddress: stakingPart(1).validators[0]?.operator_address ?? "",
      amount: { denom: "uscrt", amount: "5" },
    });
    expect(chain.block([chain.sign(a, undelegate)]).txResults[0]).toMatchObject({ code: 0 });
    expect(eventsOf(chain.block([], { seconds: 119 }).events, "complete_unbonding")).toEqual([]);
    expect(eventsOf(chain.block([], { seconds: 1 }).events, "complete_unbonding")).toHaveLength(1);
    expect(chain.broken()).toEqual([]);
  });
});

describe("a transaction is refused", () => {
  const [a] = people as readonly [(typeof people)[number]];
  /** Bytes without the checks of Sotto's own writer. */
  const raw = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => ({
    typeUrl: `/${schema.typeName}`,
    value: toBinary(schema, create(schema, init)),
  });

  it("for a signer of another kind of address, with the error of the SDK's codec, after the circuit breaker", () => {
    const chain = chainOf();
    chain.block([]);
    const edit = { validatorAddress: a.address, description: { moniker: "x" } };
    const empty = { validatorAddress: "", description: { moniker: "x" } };
    const { txResults } = chain.block([
      chain.sign(a, raw(MsgEditValidatorSchema, edit)),
      chain.sign(a, raw(MsgEditValidatorSchema, empty)),
    ]);
    expect(txResults.map(({ code, codespace, gasUsed, log }) => [codespace, code, gasUsed, log])).toEqual([
      [
        "sdk",
        35,
        100n,
        "hrp does not match bech32 prefix: expected 'secretvaloper' got 'secret': internal logic error",
      ],
      ["undefined", 1, 100n, "empty address string is not allowed"],
    ]);
  });

  it("for an amount that is not a number, without gas", () => {
    const chain = chainOf();
    chain.block([]);
    const amounts = ["abc", "1.5", String(1n << 256n)];
    const { txResults } = chain.block(
      amounts.map((amount) =>
        chain.sign(
          a,
          raw(MsgDelegateSchema, {
            delegatorAddress: a.address,
            validatorAddress: stakingPart(1).validators[0]?.operator_address ?? "",
            amount: { denom: "uscrt", amount },
          }),
        ),
      ),
    );
    for (const { code, codespace, gasUsed } of txResults) expect([codespace, code, gasUsed]).toEqual(["sdk", 2, 0n]);
  });
});

describe("random messages, absences and faults", () => {
  it.each([seed, seed + 1])(
    "break no invariant, and the exported state makes the same state (seed %i)",
    async (each) => {
      const operations = await operationsOf();
      const random = new SeededRandom(each);
      const chain = chainOf();
      chain.block([]);
      let ok = 0;
      for (let i = 0; i < 60; i++) {
        const txs = chain.read((ctx) =>
          people.flatMap((turn) => {
            if (random.below(3) === 0) return [];
            const world = { random, accounts: people, turn, ctx, denoms: ["uscrt"], fixture: () => undefined };
            const made = random.pick(operations).make(world);
            return made === undefined ? [] : [chain.sign(turn, made.message)];
          }),
        );
        const absent = random.below(4) > 0 ? [toHex(consensusAddressOf(random.pick(["b", "c"])))] : [];
        const misbehavior = random.below(25) === 0 ? [fault(chain, random.pick(["b", "c"]))] : [];
        const { txResults } = chain.block(txs, { seconds: random.below(10) === 0 ? 90 : 5, absent, misbehavior });
        ok += txResults.filter(({ code }) => code === 0).length;
        expect([chain.height, chain.broken()]).toEqual([chain.height, []]);
      }
      expect(ok).toBeGreaterThan(20);
      const exported = chain.exported();
      const again = new VotingChain(exported);
      again.block([]);
      const second = again.exported();
      for (const name of ["staking", "slashing", "evidence"]) {
        expect(JSON.parse(second.get(name) ?? ""), name).toEqual(JSON.parse(exported.get(name) ?? ""));
      }
      // Slashes of distribution have heights of the first chain, and the second begins at 1.
      expect(again.broken().filter((each) => !each.startsWith("distribution/can-withdraw"))).toEqual([]);
    },
    60_000,
  );
});

describe("a genesis file is refused that has", () => {
  type Part = ReturnType<typeof stakingPart>;
  const tokens = 199_999_999n;
  const cases: readonly (readonly [string, (part: Part) => object, RegExp, bigint])[] = [
    [
      "a wrong sum",
      (part) => part,
      /genesis of staking.*not bonded pool balance is different.*1uscrt <-> 199999999uscrt/,
      1n,
    ],
    [
      "a doubled validator",
      ({ validators, ...rest }) => ({ ...rest, validators: [validators[0], validators[0]] }),
      /genesis of staking.*duplicate validator/,
      tokens,
    ],
    [
      "a bonded validator in jail",
      ({ validators, ...rest }) => ({
        ...rest,
        validators: [{ ...validators[0], jailed: true, status: "BOND_STATUS_BONDED" }],
      }),
      /genesis of staking.*bonded and jailed/,
      tokens,
    ],
    [
      "no shares",
      ({ validators, ...rest }) => ({ ...rest, validators: [{ ...validators[0], delegator_shares: "0" }] }),
      /zero delegator shares/,
      tokens,
    ],
    [
      "a negative period",
      ({ params, ...rest }) => ({ ...rest, params: { ...params, unbonding_time: "-1s" } }),
      /unbonding time must be positive: -1000000000/,
      tokens,
    ],
    [
      "no seats",
      ({ params, ...rest }) => ({ ...rest, params: { ...params, max_validators: 0 } }),
      /max validators must be positive/,
      tokens,
    ],
    [
      "a status without a meaning",
      ({ validators, ...rest }) => ({ ...rest, validators: [{ ...validators[0], status: 0 }] }),
      /invalid validator status/,
      tokens,
    ],
    [
      "an address of another kind",
      ({ delegations, ...rest }) => ({
        ...rest,
        delegations: [{ ...delegations[0], validator_address: people[0]?.address }],
      }),
      /genesis of staking, .*invalid Bech32 prefix/,
      tokens,
    ],
  ];
  it.each(cases)("%s", (_name, change, text, pool) => {
    expect(() => new VotingChain(stakedState(change(stakingPart(2)), pool))).toThrow(text);
  });

  it("a bonded validator without a signing info", () => {
    const part = stakingPart(1);
    const [validator] = part.validators;
    const file = { ...part, exported: true, validators: [{ ...validator, status: "BOND_STATUS_BONDED" }] };
    const state = stakedState(file, 0n);
    const bank = JSON.parse(state.get("bank") ?? "");
    bank.balances.pop();
    bank.balances.push({
      address: "secret1fl48vsnmsdzcv85q5d2q4z5ajdha8yu3h7axyt",
      coins: [{ denom: "uscrt", amount: validator?.tokens }],
    });
    const others = { slashing: JSON.parse(state.get("slashing") ?? ""), bank };
    expect(() => new VotingChain(stakedState(file, 0n, others))).toThrow(/genesis of slashing.*has no signing info/);
  });
});

describe("an invariant sees", () => {
  const change =
    (store: string, prefix: number, next: (value: Uint8Array) => Uint8Array | undefined) => (branch: Branch) => {
      const rows = branch.store(store);
      for (const [key, value] of rows.iterate(Uint8Array.of(prefix), Uint8Array.of(prefix + 1))) {
        const changed = next(value);
        if (changed === undefined) rows.delete(key);
        else rows.set(key, changed);
        return;
      }
      throw new Error("no row");
    };
  const gone = () => undefined;
  const withoutShares = (value: Uint8Array) =>
    encode(DelegationSchema, { ...decode(DelegationSchema, value), shares: "0" });
  const cases = [
    ["staking/module-accounts", change("staking", 0x21, gone)],
    ["staking/nonnegative-power", change("staking", 0x23, gone)],
    ["staking/positive-delegation", change("staking", 0x31, withoutShares)],
    ["staking/delegator-shares", change("staking", 0x31, gone)],
    ["staking/validator-indexes", change("staking", 0x71, gone)],
    ["slashing/missed-blocks", change("slashing", 0x02, (value) => value.map((byte, i) => (i === 15 ? 0 : byte)))],
    ["slashing/validators-known", change("slashing", 0x03, gone)],
    [
      "evidence/hashes",
      change("evidence", 0x00, (value) => value.map((byte, i) => (i === value.length - 1 ? byte ^ 1 : byte))),
    ],
  ] as const;
  it.each(cases)("%s", (name, plant) => {
    const chain = chainOf();
    chain.block([], {});
    chain.block([], { absent: [toHex(consensusAddressOf("c"))], misbehavior: [fault(chain, "b")] });
    expect(chain.broken()).toEqual([]);
    const broken = chain.read((ctx, branch) => {
      plant(branch);
      return brokenInvariants(chain.opened, ctx);
    });
    expect(broken.map((each) => each.split(":")[0])).toContain(name);
  });
});

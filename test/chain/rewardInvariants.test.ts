// SPDX-License-Identifier: Apache-2.0
/** Random messages of the modules that share out coins, and rows that break their invariants. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { secretChain } from "@sotto/app";
import { concat } from "@sotto/bytes";
import { encode, packAny } from "@sotto/codec";
import { pack } from "@sotto/contract-test/parts";
import type { WriteCtx } from "@sotto/kernel";
import { FeePoolSchema, ValidatorAccumulatedCommissionSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { MinterSchema, ParamsSchema as MintParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { DelayedVestingAccountSchema, MsgCreateVestingAccountSchema } from "@sotto/proto/cosmos.vesting.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import { workloadOf } from "../sim/simulation.ts";
import { SeededRandom } from "../support/random.ts";
import { seedOf } from "../support/seed.ts";
import { open, start, uscrt } from "../support/stakedChain.ts";
import { a, accounts } from "../support/testChain.ts";

afterAll(() => {
  for (const close of open.reverse()) close();
});

const MODULES: ReadonlySet<string> = new Set(["bank", "staking", "distribution", "mint", "vesting"]);
const operations = (await workloadOf(secretChain.modules)).operations.filter(({ module }) => MODULES.has(module));
const seed = seedOf("test/chain/rewardInvariants");

it(`random messages break no invariant (seed ${seed})`, () => {
  const { chain, contextAt, broken } = start();
  const random = new SeededRandom(seed);
  const weights = operations.flatMap((operation) => Array.from({ length: operation.weight }, () => operation));
  let done = 0;
  for (let n = 0; n < 20; n++) {
    const ctx = contextAt(chain.store.version);
    const txs = accounts.flatMap((turn) => {
      const made = random.pick(weights).make({
        ...{ random, accounts, turn, ctx, denoms: ["uscrt"] },
        fixture: () => undefined,
      });
      return made === undefined ? [] : [chain.tx(turn, [made.message], { gas: 2_000_000n })];
    });
    done += chain.block(...txs).txResults.filter(({ code }) => code === 0).length;
    expect(broken(contextAt(chain.store.version)), `block ${n}`).toEqual([]);
  }
  expect(done).toBeGreaterThan(15);
});

describe("a planted fault is found", () => {
  const late = formatOf(7);
  const { chain, contextAt, broken } = start();
  const made = pack(MsgCreateVestingAccountSchema, {
    fromAddress: a.address,
    toAddress: late.text,
    amount: uscrt("5"),
    endTime: 9n,
    delayed: true,
  });
  chain.run(a, made);
  const row = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => encode(schema, create(schema, init));
  const key = (prefix: number, ...rest: readonly Uint8Array[]) =>
    new Uint8Array(concat(Uint8Array.of(prefix), ...rest));
  const prefixed = concat(Uint8Array.of(20), a.raw);
  const account: MessageInitShape<typeof AnySchema> = packAny(
    DelayedVestingAccountSchema,
    create(DelayedVestingAccountSchema, {
      baseVestingAccount: {
        baseAccount: { address: late.text, accountNumber: 99n },
        originalVesting: uscrt("5"),
        delegatedVesting: uscrt("6"),
      },
    }),
  );

  it.each<[string, string, Uint8Array, Uint8Array | undefined, RegExp]>([
    [
      "distribution/module-account",
      "distribution",
      key(0),
      row(FeePoolSchema, { communityPool: uscrt(10n ** 40n) }),
      /add up to/,
    ],
    [
      "distribution/commission-outstanding",
      "distribution",
      key(7, prefixed),
      row(ValidatorAccumulatedCommissionSchema, { commission: uscrt(10n ** 40n) }),
      /has the commission 10000000000000000000000uscrt of/,
    ],
    [
      "distribution/reference-count",
      "distribution",
      key(5, prefixed, new Uint8Array(8).fill(9)),
      Uint8Array.of(0x10, 1),
      /references; validators, delegations and slashes are 1 \+ 1 \+ 0/,
    ],
    [
      "distribution/can-withdraw",
      "distribution",
      key(4, prefixed, prefixed),
      undefined,
      /no delegation distribution info/,
    ],
    ["mint/params", "mint", key(1), row(MintParamsSchema, { mintDenom: "uscrt" }), /goal bonded must be positive/],
    ["mint/minter", "mint", key(0), row(MinterSchema, { inflation: "-1", annualProvisions: "0" }), /inflation is -0/],
    ["vesting/delegated-vesting", "acc", key(1, late.raw), row(AnySchema, account), /delegates 6uscrt of 5uscrt/],
  ])("by %s", (invariant, store, at, value, says) => {
    const ctx: WriteCtx = contextAt(chain.store.version);
    expect(broken(ctx)).toEqual([]);
    if (value === undefined) ctx.store(store).delete(at);
    else ctx.store(store).set(at, value);
    const said = broken(ctx).filter((problem) => problem.startsWith(`${invariant}: `));
    expect(said.join("\n")).toMatch(says);
  });
});

function formatOf(byte: number) {
  const raw = new Uint8Array(20).fill(byte);
  return { raw, text: formatAddress(raw) };
}

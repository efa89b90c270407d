// SPDX-License-Identifier: Apache-2.0
/**
 * Hooks of modules get the consensus data of a block, and consensus gets parameters that a module
 * changes.
 */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { type ChainDefinition, secretChain } from "@sotto/app";
import { decode } from "@sotto/codec";
import { type Account, pack } from "@sotto/contract-test/parts";
import {
  type AnyModule,
  type CometInfo,
  defineModule,
  type HookCtx,
  type Misbehavior,
  type Router,
  stateOf,
  u64Key,
  u64Value,
  type WriteCtx,
} from "@sotto/kernel";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { Query as ConsensusQuery, type MsgUpdateParams, MsgUpdateParamsSchema } from "@sotto/proto/cosmos.consensus.v1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { afterAll, describe, expect, test } from "vitest";
import { a, b, c, TestChain } from "../support/testChain.ts";

const UPDATE = "/cosmos.consensus.v1.MsgUpdateParams";
const missed = stateOf("watch").table(0x01, u64Key, u64Value);

/**
 * A module of the test: counts the power that did not vote, like slashing, and acts like governance
 * at some heights.
 */
function watchModule(seen: Map<string, CometInfo>, orders: Map<string, (ctx: WriteCtx, router: Router) => void>) {
  const note = (hook: string) => (keeper: { readonly router: () => Router }, ctx: HookCtx) => {
    seen.set(`${hook} ${ctx.block.height}`, ctx.block.comet);
    orders.get(`${hook} ${ctx.block.height}`)?.(ctx, keeper.router());
    return undefined;
  };
  return defineModule({
    name: "watch",
    version: 1,
    stores: ["watch"],
    keeper: (needs: { readonly router: () => Router }) => needs,
    preBlock: note("pre"),
    beginBlock(keeper, ctx) {
      const { votes } = ctx.block.comet.lastCommit;
      const power = votes.reduce((sum, { flag, power }) => (flag === "commit" ? sum : sum + power), 0n);
      missed.set(ctx, BigInt(ctx.block.height), power);
      note("begin")(keeper, ctx);
    },
    endBlock: note("end"),
  });
}

function start(orders: Record<string, (ctx: WriteCtx, router: Router) => void> = {}) {
  const seen = new Map<string, CometInfo>();
  const watch = watchModule(seen, new Map(Object.entries(orders)));
  const turns = secretChain.orders;
  const definition: ChainDefinition = {
    ...secretChain,
    modules: { ...secretChain.modules, watch: watch as AnyModule },
    orders: {
      ...turns,
      preBlock: [...turns.preBlock, "watch"],
      beginBlock: [...turns.beginBlock, "watch"],
      endBlock: [...turns.endBlock, "watch"],
    },
    keepers: (options, all, router, ...parts) => ({
      ...secretChain.keepers(options, all, router, ...parts),
      watch: watch.keeper({ router }),
    }),
  };
  const chain = new TestChain({ definition });
  open.push(chain);
  return { chain, seen };
}
const open: TestChain[] = [];
afterAll(() => {
  for (const chain of open) chain.close();
});

const gov = formatAddress(moduleAddress("gov"));
type Changes = Exclude<MessageInitShape<typeof MsgUpdateParamsSchema>, MsgUpdateParams>;
const wanted = (changes: Changes = {}): MsgUpdateParams =>
  create(MsgUpdateParamsSchema, {
    authority: gov,
    block: { maxBytes: 200_000n, maxGas: 5_000_000n },
    evidence: { maxAgeNumBlocks: 302_400n, maxAgeDuration: { seconds: 1_814_400n, nanos: 5 }, maxBytes: 0n },
    validator: { pubKeyTypes: ["ed25519", "secp256k1"] },
    abci: {},
    ...changes,
  });
/** Runs a message of a passed proposal, like governance. */
const govern = (message: MsgUpdateParams) => (ctx: WriteCtx, router: Router) => {
  router.must(UPDATE, ctx.block.height).handle(ctx, message);
};
const maxGas = (bytes: Uint8Array | undefined) =>
  bytes === undefined ? undefined : decode(ConsensusParamsSchema, bytes).block?.maxGas;

describe("the hooks of a block", () => {
  test("all see the same proposer, hash, votes of the decided last commit and misbehaviour", () => {
    const { chain, seen } = start();
    const decided = chain.maker.make([]);
    const misbehavior: Misbehavior = {
      type: "duplicateVote",
      address: new Uint8Array(20).fill(9),
      power: 7n,
      height: 1,
      time: 5n,
      totalVotingPower: 10n,
    };
    const [vote] = decided.lastCommit.votes;
    const votes = [
      { ...vote, flag: "absent" as const, power: 4n },
      { ...vote, flag: "nil" as const, power: 6n },
    ] as never;
    const lastCommit = { round: 3, votes };
    chain.app.finalizeBlock({ ...decided, misbehavior: [misbehavior], lastCommit });
    chain.app.commit();
    const { hash, proposer, nextValidatorsHash, height } = decided;
    const comet = { hash, proposer, nextValidatorsHash, lastCommit, misbehavior: [misbehavior] };
    for (const hook of ["pre", "begin", "end"]) expect(seen.get(`${hook} ${height}`)).toEqual(comet);
    expect(
      chain.store
        .snapshot()
        .store("watch")
        .get(Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0, height))
        ?.at(-1),
    ).toBe(10);
    expect(proposer).toEqual(chain.maker.validators.validators[0]?.address);
  });

  test("of the first block see no votes; those of the second block see the votes for the first", () => {
    const { chain, seen } = start();
    chain.block();
    expect(seen.get("begin 1")?.lastCommit.votes).toEqual([]);
    expect(seen.get("begin 2")?.lastCommit.votes.map(({ flag, power }) => [flag, power])).toEqual([["commit", 10n]]);
  });
});

describe("consensus parameters", () => {
  test("are in the result of each block, changed or not", () => {
    const { chain } = start({ "end 3": govern(wanted()) });
    expect(maxGas(chain.block().consensusParamUpdates)).toBe(-1n);
    const { events, consensusParamUpdates } = chain.block();
    expect(maxGas(consensusParamUpdates)).toBe(5_000_000n);
    expect(maxGas(chain.block().consensusParamUpdates)).toBe(5_000_000n);
    // Go's text: gogoproto's CompactTextString of tendermint.types.ConsensusParams.
    const parameters =
      "block:<max_bytes:200000 max_gas:5000000 > evidence:<max_age_num_blocks:302400 " +
      'max_age_duration:<seconds:1814400 nanos:5 > > validator:<pub_key_types:"ed25519" pub_key_types:"secp256k1" > ' +
      "version:<> abci:<> ";
    expect(events).toContainEqual({
      type: "update_consensus_params",
      attributes: [
        ["authority", gov],
        ["parameters", parameters],
        ["mode", "EndBlock"],
      ],
    });
    const { params } = chain.ask(ConsensusQuery.method.params, {});
    expect(params?.block).toMatchObject({ maxBytes: 200_000n, maxGas: 5_000_000n });
    expect(chain.ask(ConsensusQuery.method.params, {}, 2).params?.block?.maxGas).toBe(-1n);
  });

  test.each([
    ["pre 2", [0, 11]],
    ["begin 2", [0, 0]],
  ])("that change in %s limit the gas of that block as in baseapp", (when, codes) => {
    const { chain } = start({ [when]: govern(wanted({ block: { maxBytes: 200_000n, maxGas: 20_000n } })) });
    const amount = [{ denom: "uscrt", amount: "1" }];
    const send = (by: Account) =>
      chain.tx(by, [pack(MsgSendSchema, { fromAddress: by.address, toAddress: c.address, amount })], { gas: 20_000n });
    const { txResults, consensusParamUpdates } = chain.block(send(a), send(b));
    expect(txResults.map(({ code }) => code)).toEqual(codes);
    expect(maxGas(consensusParamUpdates)).toBe(20_000n);
  });

  test.each<[string, Changes, string]>([
    ["a part that is missing", { evidence: undefined as never }, "all parameters must be present"],
    ["blocks of no bytes", { block: { maxBytes: 0n, maxGas: 1n } }, "block.MaxBytes cannot be 0"],
    ["blocks that are too big", { block: { maxBytes: 104_857_601n } }, "block.MaxBytes is too big"],
    ["gas below -1", { block: { maxBytes: 1n, maxGas: -2n } }, "block.MaxGas must be greater or equal to -1"],
    ["evidence of no age", { evidence: { maxAgeNumBlocks: 0n } }, "evidence.MaxAgeNumBlocks must be greater than 0"],
    ["evidence of no duration", { evidence: { maxAgeNumBlocks: 1n } }, "evidence.MaxAgeDuration must be grater than 0"],
    ["no type of keys", { validator: { pubKeyTypes: [] } }, "len(Validator.PubKeyTypes) must be greater than 0"],
    ["an unknown type of keys", { validator: { pubKeyTypes: ["rsa"] } }, "PubKeyTypes[0], rsa, is an unknown pubkey"],
    [
      "vote extensions of the past",
      { abci: { voteExtensionsEnableHeight: 2n } },
      "cannot be updated to a past or current",
    ],
    ["another authority", { authority: a.address }, "invalid authority; expected"],
  ])("stay unchanged when a message has %s", (_, changes, text) => {
    let thrown: unknown;
    const { chain } = start({
      "begin 2"(ctx, router) {
        try {
          govern(wanted(changes))(ctx, router);
        } catch (error) {
          thrown = error;
        }
      },
    });
    expect(maxGas(chain.block().consensusParamUpdates)).toBe(-1n);
    expect(String(thrown)).toContain(text);
  });

  test("keep the height of vote extensions when a message does not set it; vote extensions never end", () => {
    const faults: string[] = [];
    const trying = (message: MsgUpdateParams) => (ctx: WriteCtx, router: Router) => {
      try {
        govern(message)(ctx, router);
      } catch (error) {
        faults.push(String(error));
      }
    };
    const { abci: _, ...silent } = wanted();
    const { chain } = start({
      "end 2": govern(wanted({ abci: { voteExtensionsEnableHeight: 4n } })),
      "end 3": govern(create(MsgUpdateParamsSchema, silent)),
      "end 4": trying(wanted({ abci: { voteExtensionsEnableHeight: 0n } })),
      "end 5": trying(wanted({ abci: { voteExtensionsEnableHeight: 9n } })),
    });
    const heights = Array.from({ length: 4 }, () => {
      const { consensusParamUpdates } = chain.block();
      return decode(ConsensusParamsSchema, consensusParamUpdates as Uint8Array).abci?.voteExtensionsEnableHeight;
    });
    expect(heights).toEqual([4n, 4n, 4n, 4n]);
    expect(faults).toEqual([
      expect.stringContaining("cannot be disabled once enabled"),
      expect.stringContaining("cannot be modified once enabled"),
    ]);
  });
});

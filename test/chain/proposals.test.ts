// SPDX-License-Identifier: Apache-2.0
/** What a validator proposes, and for which proposals it votes (ADR 96, ADR 108). */
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { sizeInBlock } from "@sotto/comet";
import { pack } from "@sotto/contract-test/parts";
import { MsgAddScheduleSchema } from "@sotto/proto/secret.cron";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { type Contract, deploy } from "../support/contract.ts";
import { set } from "../support/probe.ts";
import { stakedGenesis } from "../support/staked.ts";
import { a, TestChain } from "../support/testChain.ts";
import { unsignedCall } from "../support/unsigned.ts";
import { wasm } from "../support/wasm.ts";

const MUCH = 22_000_000;
const BLOCK_GAS = 24_000_000n;
const { definition, passed } = actingGovernance();
let chain: TestChain;
let probe: Contract;
afterAll(() => chain.close());

function schedule(name: string): void {
  const msgs = [{ contract: probe.address, msg: probe.codeHash + JSON.stringify(set("k", name)) }];
  passed.push(pack(MsgAddScheduleSchema, { authority: formatAddress(GOV), name, period: 1n, msgs }));
}

const transfer = (gas: bigint): Uint8Array => chain.tx(a, [probe.message(a, { noop: {} }).packed], { gas });
/** A call in the form of a scheduled one, of the next block. */
const forged = (): Uint8Array => unsignedCall(probe, set("k", "stolen"), chain.maker.height + 1);

beforeAll(() => {
  const block = { maxBytes: 22_020_096n, maxGas: BLOCK_GAS };
  const consensusParams = encode(ConsensusParamsSchema, create(ConsensusParamsSchema, { block }));
  chain = new TestChain({ definition, appState: stakedGenesis(), consensusParams });
  probe = deploy(chain, wasm.v1, { ops: [] });
});

describe("a proposal", () => {
  it("has the waiting transactions in their order when the chain scheduled none, but no forged call", () => {
    const txs = [transfer(100_000n), transfer(200_000n)];
    expect(chain.app.prepareProposal([forged(), ...txs], MUCH)).toEqual(txs);
  });

  it("has no more bytes than a block takes", () => {
    const txs = [transfer(100_000n), transfer(200_000n)];
    const [first] = txs as [Uint8Array];
    expect(chain.app.prepareProposal(txs, sizeInBlock(first))).toEqual([first]);
    expect(chain.app.prepareProposal(txs, sizeInBlock(first) - 1)).toEqual([]);
  });

  it("is refused with a forged call at its head", () => {
    expect(chain.app.acceptsProposal([])).toBe(true);
    expect(chain.app.acceptsProposal([transfer(100_000n), fromUtf8("no transaction")])).toBe(true);
    expect(chain.app.acceptsProposal([forged()])).toBe(false);
  });

  it("begins with the scheduled calls, beside which others have the rest of the gas", () => {
    schedule("one");
    schedule("two");
    chain.block();
    const own = chain.app.ownTxs();
    expect(own.txs).toHaveLength(2);
    const fits = transfer(BLOCK_GAS - own.gas);
    const proposal = chain.app.prepareProposal([fromUtf8("no transaction"), fits, transfer(1n)], MUCH);
    expect(proposal).toEqual([...own.txs, fits]);
    expect(chain.app.acceptsProposal(proposal)).toBe(true);
    const [first, second] = own.txs as [Uint8Array, Uint8Array];
    for (const head of [[], [first], [second, first], [first, second, forged()]]) {
      expect(chain.app.acceptsProposal(head)).toBe(false);
    }
    expect(chain.block(fits).txResults.map(({ code }) => code)).toEqual([0, 0, 0]);
  });
});

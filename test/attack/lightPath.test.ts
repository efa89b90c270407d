// SPDX-License-Identifier: Apache-2.0
/** The way of a host from the genesis to a header of a state sync, which the enclave verifies. */
import { type LightBlocks, lightPath } from "@sotto/cometbft";
import { startRequest } from "@sotto/contract-test/parts";
import { createEnclave } from "@sotto/enclave";
import { EnvironmentFault } from "@sotto/errors";
import { createSim } from "@sotto/platform";
import { BoundaryError, enclaveClient, serveEnclave } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { equal, LightChain } from "../support/lightChain.ts";

const CHAIN = "light-1";
const PERIOD = 14 * 24 * 3600 - 1;

/** Three of six validators change every ten blocks, so a hundred blocks are too far to skip. */
const powersAt = (height: number) => equal(...[0, 1, 2, 3, 4, 5].map((i) => `v${Math.floor(height / 10) * 3 + i}`));
const chain = new LightChain({ chainId: CHAIN, powersAt });

/** A place that has all blocks of a chain but some, and notes which it was asked for. */
function placeOf(of: LightChain, lacks: readonly number[] = []) {
  const asked = new Set<number>();
  const blocks: LightBlocks = {
    async must(height) {
      asked.add(height);
      if (lacks.includes(height)) throw new EnvironmentFault(`no block ${height}`);
      return of.light(height);
    },
    close() {},
  };
  return { asked, blocks };
}

function enclaveAtGenesis() {
  const open = (_driver: string, chainId: string) => createSim({ chainId, sealingKey: new Uint8Array(32).fill(1) });
  const enclave = enclaveClient(inlineChannel(serveEnclave(createEnclave(open))));
  enclave.start(startRequest({ chainId: CHAIN, validators: chain.set(1) }));
  return enclave;
}

describe("the steps that a host finds", () => {
  it.each([
    [1, 1],
    [2, 2],
    [9, 2],
    [40, 12],
    [120, 30],
  ])("lead the enclave to height %i, at most %i of them", async (to, most) => {
    const { blocks } = placeOf(chain);
    const steps = await lightPath(blocks, { from: 1, to, trustingPeriod: PERIOD });
    expect(steps.length).toBeLessThanOrEqual(most);
    const enclave = enclaveAtGenesis();
    expect(enclave.trust({ steps }).height).toBe(to);
    enclave.submitBlock(chain.block(to + 1));
    enclave.commitBlock();
  });

  it("are as close as a trusting period asks", async () => {
    // Blocks are six seconds apart.
    const steps = await lightPath(placeOf(chain).blocks, { from: 1, to: 9, trustingPeriod: 13 });
    expect(enclaveAtGenesis().trust({ steps }).height).toBe(9);
    expect(steps.length).toBeGreaterThan(4);
    const none = lightPath(placeOf(chain).blocks, { from: 1, to: 9, trustingPeriod: 6 });
    await expect(none).rejects.toThrow("or came a trusting period (6 s) after it");
  });

  it("need the blocks of the way only", async () => {
    const { asked, blocks } = placeOf(chain);
    await lightPath(blocks, { from: 1, to: 9, trustingPeriod: PERIOD });
    expect([...asked].sort((a, b) => a - b)).toEqual([1, 2, 9]);
    const lacking = placeOf(chain, [1]).blocks;
    await expect(lightPath(lacking, { from: 1, to: 9, trustingPeriod: PERIOD })).rejects.toThrow("no block 1");
  });

  it("go around blocks that all servers pruned", async () => {
    const whole = placeOf(chain);
    await lightPath(whole.blocks, { from: 1, to: 40, trustingPeriod: PERIOD });
    // The first middle of the search, and heights near to it.
    const lacks = [19, 20, 21].filter((height) => whole.asked.has(height));
    expect(lacks.length).toBeGreaterThan(0);
    const steps = await lightPath(placeOf(chain, lacks).blocks, { from: 1, to: 40, trustingPeriod: PERIOD });
    expect(enclaveAtGenesis().trust({ steps }).height).toBe(40);
  });

  it("begin with a signed block of the validators of the genesis", async () => {
    const path = { from: 1, to: 9, trustingPeriod: PERIOD, genesisSet: chain.light(1).header.validatorsHash };
    const steps = await lightPath(placeOf(chain).blocks, path);
    expect(enclaveAtGenesis().trust({ steps }).height).toBe(9);
    const forged = new LightChain({ chainId: CHAIN, powersAt: () => equal("x", "y") });
    await expect(lightPath(placeOf(forged).blocks, path)).rejects.toThrow("other validators than the genesis file");
    const first = chain.light(1);
    const signatures = first.commit.signatures.map((each) => ({ ...each, signature: new Uint8Array(64) }));
    const unsigned: LightBlocks = {
      must: async (height) =>
        height === 1 ? { ...first, commit: { ...first.commit, signatures } } : chain.light(height),
      close() {},
    };
    await expect(lightPath(unsigned, path)).rejects.toThrow("block 1 of the servers in --comet-others is not signed");
  });

  it("of a fork without the network's validators are refused by the host, and by the enclave", async () => {
    const forged = new LightChain({ chainId: CHAIN, powersAt: () => equal("x", "y") });
    const mixed: LightBlocks = {
      must: async (height) => (height === 1 ? chain : forged).light(height),
      close() {},
    };
    await expect(lightPath(mixed, { from: 1, to: 9, trustingPeriod: PERIOD })).rejects.toThrow("does not follow");
    const alone = await lightPath(placeOf(forged).blocks, { from: 1, to: 9, trustingPeriod: PERIOD });
    expect(() => enclaveAtGenesis().trust({ steps: alone })).toThrow(
      expect.objectContaining({ code: BoundaryError.invalidBlock.code }),
    );
  });
});

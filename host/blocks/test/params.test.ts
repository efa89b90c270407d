// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { decode, encode } from "@sotto/codec";
import { InvariantBroken } from "@sotto/errors";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { describe, expect, test } from "vitest";
import { changedParams, readParams } from "../src/index.ts";

const genesis = encode(
  ConsensusParamsSchema,
  create(ConsensusParamsSchema, {
    block: { maxBytes: 1000n, maxGas: 5n },
    evidence: { maxAgeNumBlocks: 7n, maxBytes: 9n },
    validator: { pubKeyTypes: ["ed25519"] },
    version: { app: 3n },
  }),
);
const updates = (parts: Parameters<typeof create<typeof ConsensusParamsSchema>>[1]) =>
  encode(ConsensusParamsSchema, create(ConsensusParamsSchema, parts));

describe("consensus parameters after a block", () => {
  test("are the same bytes where the block changes nothing", () => {
    expect(changedParams(genesis, undefined)).toBe(genesis);
    expect(changedParams(genesis, new Uint8Array(0))).toEqual(genesis);
    expect(changedParams(genesis, genesis)).toEqual(genesis);
  });

  test("have the new parts whole and the old ones as they were", () => {
    const changed = changedParams(genesis, updates({ block: { maxBytes: 2000n }, version: { app: 4n } }));
    expect(readParams(changed)).toEqual({ maxBytes: 2000n, maxGas: 0n, appVersion: 4 });
    const { evidence, validator } = decode(ConsensusParamsSchema, changed);
    expect([evidence?.maxAgeNumBlocks, validator?.pubKeyTypes]).toEqual([7n, ["ed25519"]]);
  });

  test("that no block can obey are a fault of the application", () => {
    for (const block of [
      { maxBytes: 0n },
      { maxBytes: -2n },
      { maxBytes: 104_857_601n },
      { maxBytes: 1n, maxGas: -2n },
    ]) {
      expect(() => changedParams(genesis, updates({ block }))).toThrow(InvariantBroken);
    }
    expect(readParams(changedParams(genesis, updates({ block: { maxBytes: -1n, maxGas: -1n } }))).maxGas).toBe(-1n);
  });
});

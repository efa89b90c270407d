// SPDX-License-Identifier: Apache-2.0
/** The enclave's steps against the verdicts of CometBFT's light client on the same light blocks. */
import { toHex } from "@sotto/bytes";
import { decodeLightBlock, headerHash } from "@sotto/comet";
import { BoundaryError } from "@sotto/protocol";
import { type Checkpoint, verifyTrust } from "@sotto/verify";
import { describe, expect, it } from "vitest";
import { untrusted } from "../support/untrusted.ts";
import { bytes, load } from "./vectorFiles.ts";

interface Step {
  readonly name: string;
  readonly trusted_light_block_proto: string;
  readonly trusted_next_validators_proto: string;
  readonly new_light_block_proto: string;
  readonly trusting_period_seconds: number;
  readonly accepted: boolean;
}
const { light_client: steps } = load<{ light_client: readonly Step[] }>("comet");

/** Verdicts that come from CometBFT's clock, which the enclave does not have (ADR 110). */
const BY_CLOCK = new Map([["header from the future", true]]);

/**
 * A checkpoint at the trusted header of the vector. The headers of the vectors do not name each
 * other, which CometBFT's light client does not ask; so the checkpoint gets the last block's hash
 * of the new one.
 */
function checkpointOf(step: Step): Checkpoint {
  const { header } = decodeLightBlock(bytes(step.trusted_light_block_proto));
  const { chainId, height, time, nextValidatorsHash, appHash } = header;
  const blockHash = decodeLightBlock(bytes(step.new_light_block_proto)).header.lastBlockId.hash;
  const trustingPeriod = step.trusting_period_seconds;
  return { chainId, height, time, nextValidatorsHash, appHash, blockHash, initialHeight: 1, trustingPeriod };
}

describe("the enclave and CometBFT agree on a step", () => {
  it.each(steps.map((step) => [step.name, step] as const))("%s", (name, step) => {
    const checkpoint = checkpointOf(step);
    const lightBlock = bytes(step.new_light_block_proto);
    const run = () =>
      verifyTrust(
        checkpoint,
        untrusted({ steps: [{ lightBlock, trusted: bytes(step.trusted_next_validators_proto) }] }),
      );
    const { header } = decodeLightBlock(lightBlock);
    if (BY_CLOCK.get(name) ?? step.accepted) {
      expect(toHex(run().blockHash)).toBe(toHex(headerHash(header) as Uint8Array));
    } else expect(run).toThrow(expect.objectContaining({ codespace: BoundaryError.invalidBlock.codespace }));
  });
});

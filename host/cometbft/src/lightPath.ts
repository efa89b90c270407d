// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import {
  CometError,
  DEFAULT_TRUST_LEVEL,
  encodeLightBlock,
  encodeValidatorSet,
  type LightBlock,
  verifyCommit,
  verifyLightStep,
} from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";

/** A place of light blocks. `must` throws EnvironmentFault for a height without one. */
export interface LightBlocks {
  must(height: number): Promise<LightBlock>;
  close(): void;
}

/**
 * A step of the enclave's light client: encoded light block, and the set that the step before
 * names.
 */
export interface TrustStep {
  readonly lightBlock: Uint8Array;
  readonly trusted: Uint8Array;
}

export interface LightPath {
  /** First height of the chain, whose set the genesis names. */
  readonly from: number;
  readonly to: number;
  /** Seconds that a step may cross. */
  readonly trustingPeriod: number;
  /** Hash of the set that the genesis names; undefined: its transactions make the set. */
  readonly genesisSet?: Uint8Array | undefined;
}

const NOTHING = new Uint8Array(0);

const notFollowing = (height: number, before: number): string =>
  `block ${height} of the servers in --comet-others does not follow from block ${before}: name servers of this chain that you trust`;

/** Whether a light client goes from one block to the other at once. Throws for a false block. */
async function isStep(
  blocks: LightBlocks,
  trusted: LightBlock,
  block: LightBlock,
  trustingPeriod: number,
): Promise<LightBlock | undefined> {
  const after = await blocks.must(trusted.header.height + 1);
  if (!equals(after.header.validatorsHash, trusted.header.nextValidatorsHash)) {
    throw new EnvironmentFault(notFollowing(after.header.height, trusted.header.height));
  }
  try {
    verifyLightStep({
      trusted,
      trustedNext: after.validators,
      untrusted: block,
      untrustedValidators: block.validators,
      trustingPeriodSeconds: trustingPeriod,
      // The enclave has no clock: the header's own time is its present.
      now: block.header.time,
      maxClockDriftSeconds: 1,
      trustLevel: DEFAULT_TRUST_LEVEL,
    });
    return after;
  } catch (thrown) {
    if (ChainError.is(thrown, CometError.untrusted)) return undefined;
    if (!(thrown instanceof ChainError)) throw thrown;
    throw new EnvironmentFault(
      `block ${block.header.height} of the servers in --comet-others is not valid: ${thrown.message}. Name servers of this chain that you trust`,
      { cause: thrown },
    );
  }
}

/** Throws EnvironmentFault for a first block that is not of the genesis, or not signed. */
function assertFirst({ header, commit, validators }: LightBlock, genesisSet: Uint8Array | undefined): void {
  const fault = (why: string): EnvironmentFault =>
    new EnvironmentFault(`block ${header.height} of the servers in --comet-others ${why}`);
  if (genesisSet !== undefined && !equals(header.validatorsHash, genesisSet)) {
    throw fault("has other validators than the genesis file");
  }
  try {
    verifyCommit(header.chainId, validators, commit.blockId, header.height, commit);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw fault(`is not signed by its validators: ${thrown.message}`);
  }
}

/**
 * The block of a height between two others. Servers that pruned it may have later ones: those are
 * tried, up to the block that comes after the search.
 */
async function between(blocks: LightBlocks, height: number, end: number): Promise<LightBlock> {
  try {
    return await blocks.must(height);
  } catch (thrown) {
    const later = height + Math.ceil((end - height) / 2);
    if (!(thrown instanceof EnvironmentFault) || later >= end) throw thrown;
    return between(blocks, later, end);
  }
}

/**
 * Steps of a light client from a genesis to a height, as few as a search by halves finds: the first
 * block, then skips. The enclave verifies each again. Throws EnvironmentFault when the servers lack
 * a block, or none leads there.
 */
export async function lightPath(blocks: LightBlocks, path: LightPath): Promise<TrustStep[]> {
  const { from, to, trustingPeriod, genesisSet } = path;
  let trusted = await blocks.must(from);
  assertFirst(trusted, genesisSet);
  const steps: TrustStep[] = [{ lightBlock: encodeLightBlock(trusted), trusted: NOTHING }];
  const wanted = [to];
  for (let height = wanted.at(-1); height !== undefined; height = wanted.at(-1)) {
    const at = trusted.header.height;
    if (height <= at) {
      wanted.pop();
      continue;
    }
    const block = await between(blocks, height, wanted.at(-2) ?? height);
    wanted[wanted.length - 1] = block.header.height;
    const after = await isStep(blocks, trusted, block, trustingPeriod);
    if (after !== undefined) {
      steps.push({ lightBlock: encodeLightBlock(block), trusted: encodeValidatorSet(after.validators) });
      trusted = block;
    } else if (block.header.height === at + 1) {
      throw new EnvironmentFault(
        `${notFollowing(height, at)}, or came a trusting period (${trustingPeriod} s) after it: then let the node execute all blocks from the genesis`,
      );
    } else wanted.push(at + Math.floor((block.header.height - at) / 2));
  }
  return steps;
}

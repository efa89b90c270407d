// SPDX-License-Identifier: Apache-2.0
import { addTime, compareTime, type Time } from "../time.ts";
import { goTimeText } from "./text.ts";

// Source of checks and texts: CometBFT v0.38.19, evidence/verify.go.

/** The common fields of all evidence: its height, and the time of the block there. */
export interface Occasion {
  readonly height: number;
  readonly timestamp: Time;
}

/** How old evidence may be (tendermint.types.EvidenceParams): it expires when both are past. */
export interface EvidenceAge {
  readonly blocks: bigint;
  readonly seconds: bigint;
  readonly nanos: number;
}

/** The latest block of a chain. */
interface LatestBlock {
  readonly height: number;
  readonly time: Time;
}

/**
 * Why evidence is too old to be punished: past the age both in blocks and in time
 * (IsEvidenceExpired).
 */
function ageFault(height: number, at: Time, latest: LatestBlock, age: EvidenceAge): string | undefined {
  const seconds = Number(age.seconds);
  const oldest = addTime(latest.time, -seconds, -age.nanos);
  if (BigInt(latest.height - height) <= age.blocks || compareTime(at, oldest) >= 0) return undefined;
  const least = BigInt(latest.height) - age.blocks;
  // Compat: the last time that is printed is after the latest block, not before it.
  const until = goTimeText(addTime(latest.time, seconds, age.nanos));
  return `evidence from height ${height} (created at: ${goTimeText(at)}) is too old; min height is ${least} and evidence can not be older than ${until}`;
}

/**
 * Why evidence does not belong to a chain, or is too old for it (the first half of
 * evidence.Pool.verify). `time` is that of the chain's block of the height.
 */
export function occasionFault(
  { height, timestamp }: Occasion,
  time: Time,
  latest: LatestBlock,
  age: EvidenceAge,
): string | undefined {
  if (compareTime(timestamp, time) === 0) return ageFault(height, time, latest, age);
  const times = `${goTimeText(timestamp)} != ${goTimeText(time)}`;
  return `evidence has a different time to the block it is associated with (${times})`;
}

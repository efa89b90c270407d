// SPDX-License-Identifier: Apache-2.0
import type { ConsensusParams } from "@sotto/proto/tendermint.types";

/**
 * The consensus parameters by their names in a genesis file, as text. What a message leaves out has
 * the value that its absence means.
 */
export function paramFields(params: ConsensusParams | undefined): Readonly<Record<string, string>> {
  const { block, evidence, validator, version, abci } = params ?? {};
  const { seconds = 0n, nanos = 0 } = evidence?.maxAgeDuration ?? {};
  return {
    "block.max_bytes": String(block?.maxBytes ?? 0n),
    "block.max_gas": String(block?.maxGas ?? 0n),
    "evidence.max_age_num_blocks": String(evidence?.maxAgeNumBlocks ?? 0n),
    "evidence.max_age_duration": `${seconds}.${String(nanos).padStart(9, "0")} s`,
    "evidence.max_bytes": String(evidence?.maxBytes ?? 0n),
    "validator.pub_key_types": (validator?.pubKeyTypes ?? []).join(", "),
    "version.app": String(version?.app ?? 0n),
    "abci.vote_extensions_enable_height": String(abci?.voteExtensionsEnableHeight ?? 0n),
  };
}

/** What differs between the beginning of a chain in two genesis files; undefined: nothing. */
export function paramDifference(
  ours: Readonly<Record<string, string>>,
  theirs: Readonly<Record<string, string>>,
): string | undefined {
  const name = Object.keys(ours).find((each) => ours[each] !== theirs[each]);
  return name === undefined
    ? undefined
    : `consensus_params.${name} (the node has ${ours[name]}, CometBFT has ${theirs[name]})`;
}

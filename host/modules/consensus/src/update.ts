// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { protoText } from "@sotto/codec/text";
import { plainError } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import type { MsgUpdateParams } from "@sotto/proto/cosmos.consensus.v1";
import { type ConsensusParams, ConsensusParamsSchema } from "@sotto/proto/tendermint.types";

// Source of every rule: x/consensus keeper/keeper.go UpdateParams; CometBFT 0.38 types/params.go
// Update, ValidateBasic, ValidateUpdate.

/** CometBFT's limit of a block, 100 MiB. */
const MAX_BLOCK_BYTES = 104_857_600n;
const KEY_TYPES: ReadonlySet<string> = new Set(["ed25519", "secp256k1"]);

/** The stored parameters, all fields present. */
export type WholeParams = ConsensusParams & {
  readonly [K in "block" | "evidence" | "validator" | "abci"]: NonNullable<ConsensusParams[K]>;
};

function basicFault({ block, evidence, validator, abci }: WholeParams): string | undefined {
  const { maxBytes, maxGas } = block;
  const age = evidence.maxAgeDuration ?? { seconds: 0n, nanos: 0 };
  if (maxBytes === 0n) return "block.MaxBytes cannot be 0";
  if (maxBytes < -1n) return `block.MaxBytes must be -1 or greater than 0. Got ${maxBytes}`;
  if (maxBytes > MAX_BLOCK_BYTES) return `block.MaxBytes is too big. ${maxBytes} > ${MAX_BLOCK_BYTES}`;
  if (maxGas < -1n) return `block.MaxGas must be greater or equal to -1. Got ${maxGas}`;
  if (evidence.maxAgeNumBlocks <= 0n) {
    return `evidence.MaxAgeNumBlocks must be greater than 0. Got ${evidence.maxAgeNumBlocks}`;
  }
  if (age.seconds < 0n || (age.seconds === 0n && age.nanos <= 0)) {
    return "evidence.MaxAgeDuration must be grater than 0 if provided";
  }
  if (evidence.maxBytes > (maxBytes === -1n ? MAX_BLOCK_BYTES : maxBytes)) {
    return `evidence.MaxBytesEvidence is greater than upper bound, ${evidence.maxBytes} > ${maxBytes}`;
  }
  if (evidence.maxBytes < 0n) return `evidence.MaxBytes must be non negative. Got: ${evidence.maxBytes}`;
  if (abci.voteExtensionsEnableHeight < 0n) {
    return `ABCI.VoteExtensionsEnableHeight cannot be negative. Got: ${abci.voteExtensionsEnableHeight}`;
  }
  if (validator.pubKeyTypes.length === 0) return "len(Validator.PubKeyTypes) must be greater than 0";
  const unknown = validator.pubKeyTypes.findIndex((type) => !KEY_TYPES.has(type));
  if (unknown < 0) return undefined;
  return `params.Validator.PubKeyTypes[${unknown}], ${validator.pubKeyTypes[unknown]}, is an unknown pubkey type`;
}

/**
 * The reason why vote extensions cannot begin at `next`, when the parameter was `old` before, in a
 * block of `height`; undefined when they can.
 */
function extensionFault(old: bigint, next: bigint, height: bigint): string | undefined {
  if (next < 0n) return "VoteExtensionsEnableHeight must be positive";
  if (old === next || (old <= 0n && next === 0n)) return undefined;
  if (next === 0n) {
    if (old > height) return undefined;
    return `vote extensions cannot be disabled once enabledold enable height: ${old}, current height ${height}`;
  }
  if (next <= height) {
    return `vote extensions cannot be updated to a past or current height, enable height: ${next}, current height ${height}`;
  }
  if (old <= 0n || old > height) return undefined;
  return `vote extensions cannot be modified once enabledenable height: ${old}, current height ${height}`;
}

/**
 * The parameters after a message. Throws a plain error for parameters that CometBFT refuses. Fields
 * of ABCI that the message does not contain stay; the version of the application becomes 0.
 */
export function updatedParams(
  old: Frozen<ConsensusParams>,
  message: Frozen<MsgUpdateParams>,
  height: number,
): WholeParams {
  const { block, evidence, validator, abci } = message;
  if (block === undefined || evidence === undefined || validator === undefined) {
    throw plainError("all parameters must be present");
  }
  const { maxAgeDuration } = evidence;
  const before = old.abci?.voteExtensionsEnableHeight ?? 0n;
  const next = create(ConsensusParamsSchema, {
    block: { maxBytes: block.maxBytes, maxGas: block.maxGas },
    evidence: {
      maxAgeNumBlocks: evidence.maxAgeNumBlocks,
      maxBytes: evidence.maxBytes,
      maxAgeDuration: { seconds: maxAgeDuration?.seconds ?? 0n, nanos: maxAgeDuration?.nanos ?? 0 },
    },
    validator: { pubKeyTypes: [...validator.pubKeyTypes] },
    version: {},
    abci: { voteExtensionsEnableHeight: abci?.voteExtensionsEnableHeight ?? before },
    // The cast: `create` sets every part that its argument has.
  }) as WholeParams;
  const fault =
    basicFault(next) ??
    (abci === undefined ? undefined : extensionFault(before, abci.voteExtensionsEnableHeight, BigInt(height)));
  if (fault !== undefined) throw plainError(fault);
  return next;
}

/** Go's text of the parameters of a message, which an event carries (keeper.go UpdateParams). */
export const paramsText = ({ block, evidence, validator, abci }: Frozen<MsgUpdateParams>): string =>
  protoText(
    ConsensusParamsSchema,
    // The text does not change the message.
    create(ConsensusParamsSchema, { block, evidence, validator, version: {}, abci } as MessageInitShape<
      typeof ConsensusParamsSchema
    >),
  );

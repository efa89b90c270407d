// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { protoText } from "@sotto/codec/text";
import { SdkError } from "@sotto/errors";
import type { WriteCtx } from "@sotto/kernel";
import { dec } from "@sotto/math";
import { VoteOption, VoteSchema, type WeightedVoteOption, WeightedVoteOptionSchema } from "@sotto/proto/cosmos.gov.v1";
import { GovError } from "./errors.ts";
import { voted } from "./events.ts";
import { assertMetadataLength } from "./metadata.ts";
import type { GovParts } from "./needs.ts";
import { state } from "./state.ts";

const OPTIONS: ReadonlySet<number> = new Set([
  VoteOption.YES,
  VoteOption.ABSTAIN,
  VoteOption.NO,
  VoteOption.NO_WITH_VETO,
]);

export const isOption = (option: number): boolean => OPTIONS.has(option);

/** One option with the whole weight. */
export const wholeVote = (option: VoteOption): WeightedVoteOption[] => [
  create(WeightedVoteOptionSchema, { option, weight: dec.format(dec.one) }),
];

/**
 * Throws gov/7 unless each option occurs once and the weights add up to 1; sdk/18 with the text
 * `none` for no option.
 */
export function assertOptions(options: readonly WeightedVoteOption[], none: string): void {
  if (options.length === 0) throw SdkError.invalidRequest(none);
  let total = dec.zero;
  const used = new Set<number>();
  for (const each of options) {
    const parsed = dec.parse(each.weight);
    const value = parsed.fault === undefined ? parsed.value : dec.zero;
    if (value <= 0n || value > dec.one || !isOption(each.option)) {
      throw GovError.invalidVote(protoText(WeightedVoteOptionSchema, each));
    }
    total = dec.add(total, value);
    if (used.has(each.option)) throw GovError.invalidVote("duplicated vote option");
    used.add(each.option);
  }
  if (total > dec.one) throw GovError.invalidVote("total weight overflow 1.00");
  if (total < dec.one) throw GovError.invalidVote("total weight lower than 1.00");
}

/**
 * Stores a vote, which replaces an earlier one (x/gov keeper AddVote). The options are valid.
 * Throws gov/3 unless the proposal is in its voting period.
 */
export function addVote(
  { hooks }: GovParts,
  ctx: WriteCtx,
  id: bigint,
  voter: Uint8Array,
  vote: Pick<MessageInitShape<typeof VoteSchema>, "metadata"> & { readonly options: WeightedVoteOption[] },
): void {
  const { options, metadata = "" } = vote;
  if (!state.voting.has(ctx, id)) throw GovError.inactiveProposal(String(id));
  assertMetadataLength(metadata);
  const row = create(VoteSchema, { proposalId: id, voter: formatAddress(voter), options, metadata });
  state.votes.set(ctx, [id, voter], row);
  for (const hook of hooks.all) hook.afterProposalVote?.(ctx, id, voter);
  ctx.emit(voted(id, voter, options));
}

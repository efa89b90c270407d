// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { toLatin1 } from "@sotto/bytes";
import { recoveredPanic } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { type Dec, dec } from "@sotto/math";
import { type TallyResult, TallyResultSchema, VoteOption } from "@sotto/proto/cosmos.gov.v1";
import type { GovNeeds } from "./needs.ts";
import { mustDec } from "./params.ts";
import type { Proposals } from "./proposals.ts";
import { type ParamsRow, type ProposalRow, state, type VoteRow } from "./state.ts";

export interface Outcome {
  readonly passes: boolean;
  readonly burns: boolean;
  readonly result: TallyResult;
}

/** Power of the options, and the sum of all. */
class Powers {
  readonly #byOption = new Map<number, Dec>();
  total: Dec = dec.zero;

  of(option: number): Dec {
    return this.#byOption.get(option) ?? dec.zero;
  }

  /** Shares of a validator, with their part of its tokens, by the options of a vote. */
  add(shares: Dec, { tokens, allShares }: Validator, options: VoteRow["options"]): void {
    const power = dec.quo(dec.mulInt(shares, tokens), allShares);
    for (const { option, weight } of options) {
      const parsed = dec.parse(weight);
      // A genesis file may hold such a vote; the SDK's Dec is nil then.
      if (parsed.fault !== undefined) throw recoveredPanic(`a vote has the weight ${weight.slice(0, 40)}`);
      this.#byOption.set(option, dec.add(this.of(option), dec.mul(power, parsed.value)));
    }
    this.total = dec.add(this.total, power);
  }

  result(): TallyResult {
    const count = (option: number): string => String(dec.truncateInt(this.of(option)));
    return create(TallyResultSchema, {
      yesCount: count(VoteOption.YES),
      abstainCount: count(VoteOption.ABSTAIN),
      noCount: count(VoteOption.NO),
      noWithVetoCount: count(VoteOption.NO_WITH_VETO),
    });
  }
}

interface Validator {
  readonly tokens: bigint;
  readonly allShares: Dec;
  /** Shares of delegators that vote themselves. */
  deducted: Dec;
  vote: VoteRow["options"];
}

/** The verdict over the counted powers (x/gov keeper/tally.go). */
function verdict(powers: Powers, bonded: bigint, params: ParamsRow, expedited: boolean) {
  const none = { passes: false, burns: false };
  if (bonded === 0n) return none;
  const share = dec.quo(powers.total, dec.fromInt(bonded));
  if (share < mustDec(params.quorum)) return { passes: false, burns: params.burnVoteQuorum };
  const decided = dec.sub(powers.total, powers.of(VoteOption.ABSTAIN));
  if (decided === 0n) return none;
  const veto = dec.quo(powers.of(VoteOption.NO_WITH_VETO), powers.total);
  if (veto > mustDec(params.vetoThreshold)) return { passes: false, burns: params.burnVoteVeto };
  const threshold = mustDec(expedited ? params.expeditedThreshold : params.threshold);
  return { passes: dec.quo(powers.of(VoteOption.YES), decided) > threshold, burns: false };
}

/**
 * Counts the votes on a proposal. A delegator that votes takes its shares from the vote of its
 * validator. `onVote` gets the key of each vote after it is counted.
 */
export function tally(
  { bondedByPower, delegationsOf, totalBonded }: GovNeeds,
  proposals: Proposals,
  ctx: ReadCtx,
  { id, expedited }: ProposalRow,
  onVote: (key: readonly [bigint, Uint8Array]) => void = () => {},
): Outcome {
  const validators = new Map<string, Validator>();
  for (const { operator, tokens, shares } of bondedByPower(ctx)) {
    validators.set(toLatin1(operator), { tokens, allShares: shares, deducted: dec.zero, vote: [] });
  }
  const powers = new Powers();
  for (const [key, { options }] of state.votes.entries(ctx, { prefix: [id] })) {
    const [, voter] = key;
    const own = validators.get(toLatin1(voter));
    if (own !== undefined) own.vote = options;
    for (const { operator, shares } of delegationsOf(ctx, voter)) {
      const validator = validators.get(toLatin1(operator));
      if (validator === undefined) continue;
      validator.deducted = dec.add(validator.deducted, shares);
      powers.add(shares, validator, options);
    }
    onVote(key);
  }
  for (const validator of validators.values()) {
    if (validator.vote.length > 0) {
      powers.add(dec.sub(validator.allShares, validator.deducted), validator, validator.vote);
    }
  }
  const params = proposals.params(ctx);
  const result = powers.result();
  return { ...verdict(powers, totalBonded(ctx), params, expedited), result };
}

// SPDX-License-Identifier: Apache-2.0
import { compare, equals } from "@sotto/bytes";
import { merkleRoot } from "@sotto/merkle";
import { CometError } from "./errors.ts";
import type { PublicKey } from "./publicKey.ts";
import { encodeSimpleValidator } from "./wire.ts";

export interface Validator {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly votingPower: bigint;
  readonly proposerPriority: bigint;
}

/**
 * Validators by voting power, highest first, then by address; this order is that of the votes of a
 * commit. A value never changes: every operation makes a new set.
 */
export interface ValidatorSet {
  readonly validators: readonly Validator[];
  readonly proposer: Validator | undefined;
  readonly totalPower: bigint;
}

/** A change by the application at the end of a block; power 0 removes. */
export interface ValidatorChange {
  readonly address: Uint8Array;
  readonly publicKey: PublicKey;
  readonly votingPower: bigint;
}

/** Limit: CometBFT types/validator_set.go MaxTotalVotingPower, an eighth of the largest int64. */
export const MAX_TOTAL_POWER = ((1n << 63n) - 1n) / 8n;

const PRIORITY_WINDOW = 2n;
const MIN = -(1n << 63n);
const MAX = (1n << 63n) - 1n;
const clip = (value: bigint): bigint => (value > MAX ? MAX : value < MIN ? MIN : value);

type Draft = { -readonly [K in keyof Validator]: Validator[K] };

/** The order of a set: by power, the greatest first, then by address (ValidatorsByVotingPower). */
export const byPower = (a: Validator, b: Validator): number =>
  a.votingPower === b.votingPower ? compare(a.address, b.address) : a.votingPower > b.votingPower ? -1 : 1;
const byAddress = (a: { readonly address: Uint8Array }, b: { readonly address: Uint8Array }): number =>
  compare(a.address, b.address);

function sumOfPower(list: readonly Validator[]): bigint {
  let sum = 0n;
  for (const { votingPower } of list) sum += votingPower;
  if (sum > MAX_TOTAL_POWER) throw CometError.invalidValidators(`total voting power is over ${MAX_TOTAL_POWER}`);
  return sum;
}

/** The next proposer: the highest priority, with equal priorities the lowest address. */
function mostPrior<T extends Validator>(list: readonly T[]): T {
  let best = list[0] as T;
  for (const each of list) {
    const higher = each.proposerPriority > best.proposerPriority;
    const tied = each.proposerPriority === best.proposerPriority;
    if (higher || (tied && compare(each.address, best.address) < 0)) best = each;
  }
  return best;
}

/** Brings the spread of priorities within `widest` (ValidatorSet.RescalePriorities). */
function rescale(list: readonly Draft[], widest: bigint): void {
  let max = MIN;
  let min = MAX;
  for (const { proposerPriority: priority } of list) {
    if (priority < min) min = priority;
    if (priority > max) max = priority;
  }
  const wrapped = BigInt.asIntN(64, max - min);
  const spread = wrapped < 0n ? -wrapped : wrapped;
  if (widest <= 0n || spread <= widest) return;
  const ratio = (spread + widest - 1n) / widest;
  for (const each of list) each.proposerPriority /= ratio;
}

/** Moves all priorities so that their average is about zero; the average is rounded down. */
function center(list: readonly Draft[]): void {
  let sum = 0n;
  for (const { proposerPriority } of list) sum += proposerPriority;
  const count = BigInt(list.length);
  const average = sum / count - (sum < 0n && sum % count !== 0n ? 1n : 0n);
  for (const each of list) each.proposerPriority = clip(each.proposerPriority - average);
}

/** The set after `times` more rounds (IncrementProposerPriority). */
export function nextRound(set: ValidatorSet, times = 1): ValidatorSet {
  if (set.validators.length === 0 || times < 1) throw CometError.invalidValidators("no validators to rotate");
  const list: Draft[] = set.validators.map((each) => ({ ...each }));
  rescale(list, PRIORITY_WINDOW * set.totalPower);
  center(list);
  let proposer = list[0] as Draft;
  for (let i = 0; i < times; i++) {
    for (const each of list) each.proposerPriority = clip(each.proposerPriority + each.votingPower);
    proposer = mostPrior(list);
    proposer.proposerPriority = clip(proposer.proposerPriority - set.totalPower);
  }
  return { validators: list, proposer, totalPower: set.totalPower };
}

/**
 * The set of a genesis: ordered, with priorities after the first round. Power 0 and doubles are
 * refused.
 */
export function createValidatorSet(list: readonly ValidatorChange[]): ValidatorSet {
  const empty: ValidatorSet = { validators: [], proposer: undefined, totalPower: 0n };
  if (list.length === 0) return empty;
  if (list.some(({ votingPower }) => votingPower === 0n)) {
    throw CometError.invalidValidators("a validator with voting power 0");
  }
  return nextRound(changeValidators(empty, list));
}

function splitChanges(changes: readonly ValidatorChange[]): { updates: Draft[]; removals: ValidatorChange[] } {
  const sorted = changes.slice().sort(byAddress);
  const updates: Draft[] = [];
  const removals: ValidatorChange[] = [];
  sorted.forEach((change, i) => {
    const before = sorted[i - 1];
    if (before !== undefined && equals(before.address, change.address)) {
      throw CometError.invalidValidators("a validator is changed twice");
    }
    if (change.votingPower < 0n || change.votingPower > MAX_TOTAL_POWER) {
      throw CometError.invalidValidators(`voting power ${change.votingPower} is out of range`);
    }
    if (change.votingPower === 0n) removals.push(change);
    else updates.push({ ...change, proposerPriority: 0n });
  });
  return { updates, removals };
}

/**
 * Total power with all updates and without the removals; refuses a total that would be too high on
 * the way.
 */
function powerAfterUpdates(set: ValidatorSet, updates: readonly Draft[], removed: bigint): bigint {
  const deltas = updates.map((each) => each.votingPower - (findValidator(set, each.address)?.votingPower ?? 0n));
  deltas.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  let power = set.totalPower - removed;
  for (const delta of deltas) {
    power += delta;
    if (power > MAX_TOTAL_POWER) throw CometError.invalidValidators("total voting power would be too high");
  }
  return power + removed;
}

/**
 * The set with an application's changes: a validator cannot reset its priority by leaving and
 * returning, new ones begin at -1.125 of the total power (UpdateWithChangeSet). The proposer stays
 * until the next round.
 */
export function changeValidators(set: ValidatorSet, changes: readonly ValidatorChange[]): ValidatorSet {
  if (changes.length === 0) return set;
  const { updates, removals } = splitChanges(changes);
  const changed = (list: readonly ValidatorChange[], address: Uint8Array) =>
    list.find((each) => equals(each.address, address));
  const fresh = updates.some(({ address }) => findValidator(set, address) === undefined);
  if (!fresh && removals.length === set.validators.length) {
    throw CometError.invalidValidators("the changes would leave no validator");
  }
  let removed = 0n;
  for (const { address } of removals) {
    const old = findValidator(set, address);
    if (old === undefined) throw CometError.invalidValidators("a validator to remove is not in the set");
    removed += old.votingPower;
  }
  const power = powerAfterUpdates(set, updates, removed);
  for (const each of updates) {
    const old = findValidator(set, each.address);
    each.proposerPriority = old === undefined ? -(power + (power >> 3n)) : old.proposerPriority;
  }
  const kept: Draft[] = [];
  for (const each of set.validators) {
    if (changed(updates, each.address) === undefined && changed(removals, each.address) === undefined) {
      kept.push({ ...each });
    }
  }
  const list = [...kept, ...updates].sort(byPower);
  const totalPower = sumOfPower(list);
  rescale(list, PRIORITY_WINDOW * totalPower);
  center(list);
  const { proposer } = set;
  const stays = proposer === undefined ? undefined : kept.find(({ address }) => equals(address, proposer.address));
  return { validators: list, proposer: stays ?? proposer, totalPower };
}

/** The validator with this address. Cost: linear in the set. */
export function findValidator(set: ValidatorSet, address: Uint8Array): Validator | undefined {
  return set.validators.find((each) => equals(each.address, address));
}

/** The proposer of the current round; undefined for an empty set. */
export function proposerOf(set: ValidatorSet): Validator | undefined {
  return set.validators.length === 0 ? undefined : (set.proposer ?? mostPrior(set.validators));
}

/**
 * A set from an external list (RPC's validators): priorities stay, the lowest
 * priority proposed last (ValidatorSetFromExistingValidators).
 */
export function validatorSetOf(list: readonly Validator[]): ValidatorSet {
  let proposer = list[0];
  for (const each of list) {
    if (proposer === undefined) break;
    const lower = each.proposerPriority < proposer.proposerPriority;
    const tied = each.proposerPriority === proposer.proposerPriority;
    if (lower || (tied && compare(each.address, proposer.address) > 0)) proposer = each;
  }
  return { validators: list.slice().sort(byPower), proposer, totalPower: sumOfPower(list) };
}

/** Merkle root over public keys and powers in the order of the set. */
export function validatorSetHash(set: ValidatorSet): Uint8Array {
  return merkleRoot(set.validators.map(encodeSimpleValidator));
}

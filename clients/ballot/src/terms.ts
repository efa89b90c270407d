// SPDX-License-Identifier: Apache-2.0
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { amountText } from "@sotto/contract-client";
import type { Poll, PollTerms } from "./messages.ts";

const optional = (name: string, value: unknown): object => (value === undefined ? {} : { [name]: value });

const amount = (name: string, value: bigint | undefined): object =>
  value === undefined ? {} : { [name]: amountText(value) };

function onPass(message: PollTerms["onPass"]): object {
  if (message === undefined) return {};
  const { contract, codeHash: code_hash, msg } = message;
  return { on_pass: { contract, code_hash, msg: base64.encode(utf8ToBytes(JSON.stringify(msg))) } };
}

/** The body of `create_poll`. */
export function termsMessage(terms: PollTerms): object {
  const { title, options, weights, quorum } = terms;
  return {
    title,
    options: [...options],
    ballot: terms.ballot ?? "single",
    ...optional("abstain", terms.abstain),
    weights,
    ...amount("max_weight", terms.maxWeight),
    ...amount("min_weight", terms.minWeight),
    max_voters: terms.maxVoters ?? 256,
    register_until: terms.registerUntil,
    ends_at: terms.endsAt,
    ...("bps" in quorum ? { quorum_bps: quorum.bps } : { quorum: amountText(quorum.weight) }),
    ...optional("threshold_bps", terms.thresholdBps),
    ...optional("min_counted", terms.minCounted),
    ...optional("publish", terms.publish),
    ...optional("witnesses", terms.witnesses),
    ...onPass(terms.onPass),
  };
}

/** A wrong choice for a poll. Nothing was sent. */
export class ChoiceInvalid extends Error {
  override readonly name = "ChoiceInvalid";
}

/**
 * Options by name as the number of a ballot: the sum of 2^i. Throws ChoiceInvalid for an unknown
 * option, for more than one on a single ballot, and for none: the contract would count them as no
 * vote, and nobody could see it.
 */
export function choiceOf({ terms }: Pick<Poll, "terms">, chosen: string | readonly string[]): bigint {
  const names = typeof chosen === "string" ? [chosen] : [...new Set(chosen)];
  if (names.length === 0) throw new ChoiceInvalid("choose at least one option; without a vote, send no cast");
  if (terms.ballot === "single" && names.length > 1)
    throw new ChoiceInvalid(`this poll takes one option, not ${names.length}: ${names.join(", ")}`);
  return names.reduce((sum, name) => {
    const option = terms.options.indexOf(name);
    if (option < 0)
      throw new ChoiceInvalid(`this poll has no option "${name}", its options are: ${terms.options.join(", ")}`);
    return sum | (1n << BigInt(option));
  }, 0n);
}

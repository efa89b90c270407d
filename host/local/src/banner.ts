// SPDX-License-Identifier: Apache-2.0
import type { LocalAccount } from "./accounts.ts";

export interface BannerOptions {
  readonly chainId: string;
  /** Undefined: everything is in memory. */
  readonly home: string | undefined;
  /** `one block a second` or `a block for every transaction`. */
  readonly pace: string;
  /** Names and URLs of the listeners that are open, in the order to show. */
  readonly urls: readonly (readonly [name: string, url: string])[];
  readonly accounts: readonly LocalAccount[];
  /** Number of validators in the genesis. */
  readonly validators: number;
  /** The enclave takes rows of contracts without proofs. */
  readonly believesRows: boolean;
  readonly answersPast: boolean;
  /** Omits the mnemonics. */
  readonly quiet: boolean;
  /** A command for another terminal. */
  readonly tryLine: string;
}

/**
 * The text that a user sees when the node is ready. Plain text, so that it can be copied
 * (spec/local-network.md 9).
 */
export function banner({
  chainId,
  home,
  pace,
  urls,
  accounts,
  validators,
  believesRows,
  answersPast,
  quiet,
  tryLine,
}: BannerOptions): string {
  const width = Math.max(...urls.map(([name]) => name.length), ...accounts.map(({ name }) => name.length));
  const row = (name: string, value: string) => `  ${name.padEnd(width)}  ${value}`;
  return [
    "",
    `Sotto ${chainId} is ready: ${pace}.`,
    `The chain ${home === undefined ? "is in memory and ends with this process." : `is stored in ${home}.`}`,
    "",
    ...urls.map(([name, url]) => row(name, url)),
    "",
    "Accounts, each with 1,000,000,000,000 SCRT. Their keys are public: use them on this network only.",
    ...accounts.flatMap(({ name, address, mnemonic }) => [row(name, address), ...(quiet ? [] : [row("", mnemonic)])]),
    ...validatorLines(validators),
    ...(believesRows ? ["", BELIEVED] : []),
    ...(answersPast ? ["", PAST] : []),
    "",
    "Try, in another terminal:",
    `  ${tryLine}`,
    "",
    "Ctrl-C stops the node.",
    "",
  ].join("\n");
}

/** A mode that weakens the enclave is shown. */
export const BELIEVED = "The enclave believes the rows that this node gives it: nothing proves them (--believe-rows).";

/** Nothing for one validator: its operator is an account of the list. */
const validatorLines = (count: number): readonly string[] =>
  count === 1
    ? []
    : [
        "",
        `${count} validators. Their operators are the addresses 0 to ${count - 1} (m/44'/529'/0'/0/N) of the mnemonic of account validator.`,
      ];

/** The line of a node whose contracts answer over older states. */
export const PAST =
  "Queries of contracts also read older heights: a client that names none cannot prove that it got the latest (--answer-past).";

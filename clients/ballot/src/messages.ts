// SPDX-License-Identifier: Apache-2.0
/** The JSON of the contract (contracts/ballot/src/msg.rs): ids have 20 digits, amounts 39. */

export type Weights = "list" | "token_lock";
export type Publish = "totals" | "shares" | "outcome";

/** Terms of a poll. Times in seconds since 1970. */
export interface PollTerms {
  /** 1 to 256 bytes. */
  readonly title: string;
  /** 2 to 16, each 1 to 64 bytes. */
  readonly options: readonly string[];
  /** One option on a ballot, or any number. "single" by default. */
  readonly ballot?: "single" | "approval";
  /** The number of the option that meets the quorum and weighs in no threshold. */
  readonly abstain?: number;
  readonly weights: Weights;
  readonly maxWeight?: bigint;
  /** Who has less cannot register; 1 by default. */
  readonly minWeight?: bigint;
  /** 256 by default. */
  readonly maxVoters?: 256 | 1024;
  readonly registerUntil: number;
  readonly endsAt: number;
  /** Hundredths of a percent of the list's weight, or a weight. */
  readonly quorum: { readonly bps: number } | { readonly weight: bigint };
  /** With it the first option passes above it; without it the largest option wins. */
  readonly thresholdBps?: number;
  /** With fewer voters the result says nothing else; 5 by default. */
  readonly minCounted?: number;
  readonly publish?: Publish;
  /** Without them a hostile host learns the last votes from a tally of a prefix of the log. */
  readonly witnesses?: WitnessTerms;
  /** One message that anyone may have sent after the poll passed; at most 1 kB. */
  readonly onPass?: { readonly contract: string; readonly codeHash: string; readonly msg: object };
}

/**
 * Accounts that confirm the head of the frozen log before it is tallied: 1 to 8, each with a node
 * of its own.
 */
export interface WitnessTerms {
  readonly addresses: readonly string[];
  /** Confirmations that the tally needs. */
  readonly threshold: number;
  /**
   * Seconds after the freeze, from which on nobody needs to confirm: 600 to 365 days; 3 days by
   * default. A host that keeps older rows has to wait as long.
   */
  readonly grace?: number;
}

/** A listed voter. */
export interface ListedVoter {
  readonly address: string;
  readonly weight: bigint;
}

export type Outcome = "passed" | "rejected" | "no_quorum" | "too_few" | "tie" | { readonly option: number };

export interface PollResult {
  readonly outcome: Outcome;
  /** Weights for each option. */
  readonly totals?: readonly string[];
  /** The weight of all that voted. */
  readonly counted?: string;
  /** Whole percent of it. */
  readonly shares?: readonly number[];
  readonly rest?: number;
}

export interface Poll {
  readonly poll_id: string;
  readonly status: "setup" | "open" | "frozen" | "done";
  readonly terms: {
    readonly title: string;
    readonly options: readonly string[];
    readonly ballot: "single" | "approval";
    readonly abstain?: number;
    readonly weights: Weights;
    readonly max_weight: string;
    readonly min_weight: string;
    readonly max_voters: number;
    readonly register_until: number;
    readonly ends_at: number;
    readonly quorum_bps?: number;
    readonly quorum?: string;
    readonly threshold_bps?: number;
    readonly min_counted: number;
    readonly witnesses?: WitnessTerms & { readonly grace: number };
    readonly on_pass?: { readonly contract: string; readonly code_hash: string; readonly msg: string };
    readonly organiser: string;
  };
  readonly listed?: { readonly voters: number; readonly weight: string };
  readonly publish?: Publish;
  /** The head of the empty log, 64 hex digits: a hash of all that decides what its entries give. */
  readonly start: string;
  /** Entries of the log. */
  readonly n: string;
  /** The head of the log. */
  readonly head: string;
  readonly witnesses?: {
    /** Addresses. */
    readonly confirmed: readonly string[];
    /** Times in seconds since 1970; the head in base64. */
    readonly frozen?: {
      readonly n: string;
      readonly head: string;
      readonly at: number;
      readonly grace_ends_at: number;
    };
  };
  readonly result?: PollResult;
  readonly outcome_sent: boolean;
}

/** An act's place in the log, from 1, and what opens its leaf. */
export interface Recorded {
  readonly n: bigint;
  /** base64, 32 bytes. */
  readonly salt: string;
}

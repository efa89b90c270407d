// SPDX-License-Identifier: Apache-2.0
import { BoundaryError, type CallAnswer, type QueryRequest } from "@sotto/protocol";
import { believed, isSameBytes, names, type UntrustedFields } from "@sotto/verify";

/** A smart query of a contract as it leaves the enclave. */
export interface SmartQuery {
  /** Undefined when the contract named no address. */
  readonly contract: Uint8Array | undefined;
  /** nonce | client public key | ciphertext */
  readonly query: Uint8Array;
}

interface PendingQuery extends SmartQuery {
  answer: CallAnswer | undefined;
}

/**
 * The calls that wait for the host, outermost first. Only queries nest, and their depth is counted
 * here, not by the host. All answers under one client message have the same key, so a ciphertext
 * alone does not prove its query (spec/calls.md 8.3): a contract gets only the answer that this
 * enclave gave to the same query while it was pending.
 */
export class PendingCalls {
  #pending = 0;
  #isInCall = false;
  readonly #asked: PendingQuery[] = [];

  get isIdle(): boolean {
    return this.#pending === 0;
  }

  /** Whether a call or a reply of a block is pending, also while a query of it runs. */
  get isInCall(): boolean {
    return this.#isInCall;
  }

  /** Runs a call or a reply: never while another is pending. */
  run(act: () => CallAnswer): CallAnswer {
    if (this.#pending > 0) throw BoundaryError.callPending();
    this.#isInCall = true;
    try {
      return this.#nest(act);
    } finally {
      this.#isInCall = false;
    }
  }

  /** Runs a query at its true depth, or at the host's depth if that is larger. */
  query({ contract, query, depth }: UntrustedFields<QueryRequest>, act: (depth: number) => CallAnswer): CallAnswer {
    const asked = this.#asked.at(-1);
    const answer = this.#nest(() => act(Math.max(believed(depth, "queryDepth"), this.#pending)));
    const isThis = asked?.contract !== undefined && names(contract, asked.contract) && isSameBytes(query, asked.query);
    if (isThis) asked.answer = answer;
    return answer;
  }

  /**
   * Requests the answer to a smart query from the host. The second value is this enclave's own
   * answer meanwhile, if any.
   */
  ask<T>(smart: SmartQuery, act: () => T): readonly [T, CallAnswer | undefined] {
    const asked: PendingQuery = { ...smart, answer: undefined };
    this.#asked.push(asked);
    try {
      return [act(), asked.answer];
    } finally {
      this.#asked.pop();
    }
  }

  #nest(act: () => CallAnswer): CallAnswer {
    this.#pending++;
    try {
      return act();
    } finally {
      this.#pending--;
    }
  }
}

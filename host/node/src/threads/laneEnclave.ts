// SPDX-License-Identifier: Apache-2.0
import { Extra } from "@sotto/app";
import { NodeError } from "@sotto/backend/errors";
import type { EnclaveClient, StartRequest } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import type { NodeData } from "./shared.ts";
import { trustNext } from "./trustNext.ts";

/** What an operator does so that the node answers private queries, too. */
export const GET_KEYS =
  "ask another node; the operator of this one runs sotto enclave create, sends its certificate in a transaction, and runs sotto enclave receive";

/** The enclave of a query lane, which starts when the chain's state has its sealed state. */
export interface LaneEnclave {
  readonly client: EnclaveClient;
  /** Whether it runs. */
  begin(): boolean;
}

/** The sealed state is the row of the last commit; absent in a node without keys. */
export function laneEnclave(
  { chainId, driver, believesRows, answersPast }: NodeData,
  inner: EnclaveClient,
  store: StateStore,
): LaneEnclave {
  let isRunning = false;
  function begin(): boolean {
    if (isRunning) return true;
    const found = store.extra(Extra.sealed);
    if (found === undefined) return false;
    // The lane unseals the state of lane 0: keys never pass through the host.
    const { height } = inner.start({
      chainId,
      sealed: found,
      ...driver,
      validators: new Uint8Array(0),
      initialHeight: 0,
      newGenesis: false,
      trustingPeriod: 0,
      registration: undefined,
      ...{ believesRows, answersPast },
    } satisfies StartRequest);
    trustNext(inner, store, height);
    isRunning = true;
    return true;
  }
  const whileRunning =
    <A extends readonly unknown[], R>(run: (...args: A) => R) =>
    (...args: A): R => {
      if (!begin()) throw NodeError.noKeys(GET_KEYS);
      return run(...args);
    };
  return {
    begin,
    client: {
      ...inner,
      call: whileRunning(inner.call),
      reply: whileRunning(inner.reply),
      query: whileRunning(inner.query),
      showState: whileRunning(inner.showState),
    },
  };
}

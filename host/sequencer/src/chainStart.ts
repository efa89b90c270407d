// SPDX-License-Identifier: Apache-2.0
import { type BlockLog, decodeBlockResult, resultsKey } from "@sotto/blocks";
import { assert, EnvironmentFault } from "@sotto/errors";
import type { Application } from "@sotto/kernel";
import { anchorKey, decodeAnchor, restoredState } from "./anchor.ts";
import { type ChainState, stateAfter } from "./chainState.ts";

/** For an application hash that differs from a block's: what the operator can do. */
export const FIND_DIFFERENCE =
  "this node's state differs from that of the validators: stop the node, and `sotto debug diff --home THIS --with OTHER` names the first store and key that differ from another node's folder";

/** The state after the block that the application committed last. Throws EnvironmentFault. */
export function loadState(app: Application, log: BlockLog): ChainState {
  const { height } = app;
  const meta = log.meta(height);
  const nextValidators = log.validators(height + 1);
  const consensusParams = log.consensusParams(height);
  const results = app.extra(resultsKey(height));
  const anchor = meta === undefined ? app.extra(anchorKey(height)) : undefined;
  if (anchor !== undefined && results !== undefined) {
    return restoredState(decodeAnchor(anchor), decodeBlockResult(results), app.appHash);
  }
  if (meta === undefined || nextValidators === undefined || consensusParams === undefined || results === undefined) {
    throw new EnvironmentFault(`the state is at height ${height}, of which block or results are missing`);
  }
  const { blockId, commit, validators } = meta;
  const result = decodeBlockResult(results);
  const { appHash } = app;
  return stateAfter({ height, blockId, commit, validators, nextValidators, consensusParams, result, appHash });
}

/**
 * Commits the finalized block of this height with its encoded results, which are a row beside the
 * state.
 */
export function commitBlock(app: Application, height: number, results: Uint8Array): void {
  app.commit(new Map([[resultsKey(height), results]]));
  assert(app.height === height, `the application is at height ${app.height} after block ${height}`);
}

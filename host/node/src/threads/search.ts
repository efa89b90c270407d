// SPDX-License-Identifier: Apache-2.0
import { answerHistory, type HistoryReader } from "@sotto/api/history";
import type { Form, Search } from "@sotto/backend";
import { NodeError } from "@sotto/backend/errors";
import type { Pieces } from "@sotto/backend/pieces";
import { toTime } from "@sotto/blocks";
import { nextRound, type ValidatorSet } from "@sotto/comet";
import { parkBeforeAddons } from "@sotto/crypto";
import { assert, ChainError } from "@sotto/errors";
import { IndexError, openIndex, type Steps } from "@sotto/index";
import { chainTypes } from "@sotto/tx";
import { Finder } from "../history.ts";
import { Turns } from "../turns.ts";
import { startMeter } from "./meter.ts";
import { giving, serveThread, tell, threadData } from "./port.ts";
import { lowerPriority, Niceness } from "./priority.ts";
import { openHistory, type StoredData } from "./stored.ts";

/**
 * Limits of Sotto. A search holds at most 32 bytes for each counted row, so all of them 420 MB. Go
 * clients wait ten seconds for an answer (CometBFT config timeout_broadcast_tx_commit, the HTTP
 * client of its light client).
 */
const LIMITS = { most: 256, heavyWork: 20_000, mostHeavy: 8, sliceMs: 4, deadlineMs: 10_000 };

const data = await threadData<StoredData>();
parkBeforeAddons(data.cutOff);
startMeter(data.isMeasured, "search");
const history = openHistory(data);
const { store, log } = history;
const index = openIndex({ path: data.indexPath, readOnly: true });
const finder = new Finder(history, index);
const turns = new Turns(LIMITS, (text) => IndexError.busy(text));

/**
 * A set in a round of its height: each round has another proposer (consensus/state.go
 * enterNewRound).
 */
function inRound(set: ValidatorSet, rounds: number): ValidatorSet {
  let turn = set;
  for (let round = 0; round < rounds; round++) turn = nextRound(turn);
  return turn;
}

/** The state of consensus: the log is one block ahead of the state while that block is executed. */
function consensus() {
  // Order: a state that is read first could be two blocks behind the log.
  const logged = log.height;
  store.refresh();
  const done = store.version;
  const block = logged > done ? history.block(logged) : undefined;
  const commit = log.commit(logged)?.commit;
  const height = block === undefined ? done + 1 : logged;
  const validators = log.validators(height);
  const genesis = log.genesis;
  assert(validators !== undefined && genesis !== undefined, `the block log lacks the validators of height ${height}`);
  return {
    height,
    validators: block === undefined ? validators : inRound(validators, commit?.round ?? 0),
    lastValidators: log.validators(height - 1),
    lastCommit: log.commit(height - 1)?.commit,
    decided: block === undefined || commit === undefined ? undefined : { block, commit },
    genesisTime: toTime(genesis.time),
  };
}

/** A search whose refusal has the status of the node's own refusals. */
function* refusing<T>(steps: Steps<T>): Steps<T> {
  try {
    return yield* steps;
  } catch (thrown) {
    if (ChainError.is(thrown, IndexError.tooMuch)) throw NodeError.tooMuch(thrown.detail ?? thrown.summary);
    throw thrown;
  }
}

const reader: HistoryReader = {
  registry: chainTypes,
  get first() {
    return log.first;
  },
  block: (height) => history.blockSteps(height),
  tx: (hash) => finder.tx(hash),
  searchTxs: (search) => refusing(finder.searchTxs(search)),
};

/** Last height of the index that the endpoints were told of from here. */
let told = 0;

/**
 * A search sees a block as soon as it is indexed, which may be before the endpoints hear of it from
 * the index: a client that found a transaction must not be told an earlier height afterwards.
 */
async function searched<T>(steps: Steps<T>): Promise<T> {
  const found = await turns.run(steps);
  const { height } = index;
  if (height > told) {
    told = height;
    tell("height", height);
  }
  return found;
}

/** Runs a search; its answer is transferred, not copied. */
async function pieces<T extends Pieces | undefined>(steps: Steps<T>): Promise<T> {
  const found = await searched(steps);
  return found === undefined ? found : giving(found, found);
}

/** Serves clients' requests for blocks, results and searches. Only these clients wait for it. */
export const searchHandlers = {
  block: (height: number) => turns.run(history.blockSteps(height)),
  blockJson: (height: number) => pieces(history.blockJson(height)),
  meta: (height: number) => history.meta(height),
  metaByHash(hash: Uint8Array) {
    const height = log.heightOf(hash);
    return height === undefined ? undefined : history.meta(height);
  },
  resultsJson: (height: number) => pieces(history.resultsJson(height)),
  commit: (height: number) => log.commit(height),
  validators: (height: number) => log.validators(height),
  consensusParams: (height: number) => turns.run(history.consensusParams(height)),
  consensus,
  async history(path: string, request: Uint8Array, form: Form, latest: number) {
    const answer = await searched(answerHistory(reader, path, request, form, latest));
    return "pieces" in answer ? giving(answer, answer.pieces) : answer;
  },
  txJson: (hash: Uint8Array, prove: boolean) => pieces(finder.txJson(hash, prove)),
  searchTxsJson: (search: Search) => pieces(finder.searchTxsJson(search)),
  searchBlocksJson: (search: Search) => pieces(finder.searchBlocksJson(search)),
  close() {
    turns.stop();
    index.close();
    history.close();
  },
} as const;

export type SearchHandlers = typeof searchHandlers;

// Not before: while a thread loads, clients wait for it.
lowerPriority(Niceness.search);
serveThread(searchHandlers);

// SPDX-License-Identifier: Apache-2.0
export { finish, MOST_ROWS, type Steps } from "./budget.ts";
export { IndexError } from "./errors.ts";
export { type IndexOptions, openIndex } from "./eventIndex.ts";
export { MAX_TEXT } from "./postings.ts";
export { type FollowOptions, follow, type OpenedIndex, openIndexOf } from "./rebuild.ts";
export type {
  BlockEvent,
  BlockSource,
  EventIndex,
  IndexableBlock,
  Paging,
  SearchResult,
  TxPosition,
} from "./types.ts";

export { IndexError } from "./errors.ts";
export { type IndexOptions, openIndex } from "./eventIndex.ts";
export { isCiphertext, MAX_TEXT } from "./indexable.ts";
export { type FollowOptions, follow, type OpenedIndex, openIndexOf } from "./rebuild.ts";
export type {
  BlockEvent,
  BlockSource,
  EventIndex,
  Found,
  IndexableBlock,
  Paging,
  TxPosition,
} from "./types.ts";

export { type BlockLog, type BlockLogOptions, type LogEntry, openBlockLog } from "./blockLog.ts";
export { assertSameGenesis, type ChainGenesis } from "./genesis.ts";
export { KeptWriter } from "./keptWriter.ts";
export { type Added, Mempool, type MempoolOptions } from "./mempool.ts";
export { type ChainParams, changedParams, MAX_BLOCK_BYTES, readParams } from "./params.ts";
export type { BlockMeta } from "./records.ts";
export {
  decodeBlockEvents,
  decodeBlockRest,
  decodeBlockResult,
  decodeTxResultAt,
  eachTxResult,
  encodeBlockResult,
  encodeTxResult,
  lastResultsHash,
  resultsKey,
} from "./results.ts";
export { fromTime, toTime } from "./time.ts";

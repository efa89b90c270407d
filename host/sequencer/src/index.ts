export { type BlockLog, type BlockLogOptions, type LogEntry, openBlockLog } from "./blockLog.ts";
export { type ChainGenesis, type ChainParams, readParams } from "./genesis.ts";
export type { ValidatorKey } from "./makeBlock.ts";
export { type Added, Mempool, type MempoolOptions } from "./mempool.ts";
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
export {
  createSequencer,
  type Phase,
  type ProducedBlock,
  type Sequencer,
  type SequencerOptions,
} from "./sequencer.ts";
export { fromTime, toTime } from "./time.ts";

// SPDX-License-Identifier: Apache-2.0
export { type BlockLog, type BlockLogOptions, type LogEntry, openBlockLog } from "./blockLog.ts";
export { assertSameGenesis, type ChainGenesis } from "./genesis.ts";
export { type AddResult, Mempool, type MempoolOptions } from "./mempool.ts";
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
export { ReusedWriter } from "./reusedWriter.ts";
export { fromTime, toTime } from "./time.ts";
export { genesisSet, validatorChange } from "./validators.ts";

// SPDX-License-Identifier: Apache-2.0
/** What runs the blocks of a vector in Sotto's application, and asks it. */
import type { ChainQueries } from "@sotto/app";
import type { QueryRequest, QueryResult, TxResult, ValidatorUpdate } from "@sotto/kernel";
import { SdkChain } from "./chain.ts";
import type { Listeners, Ran } from "./opened.ts";
import type { ReplayedChain } from "./program.ts";
import type { Row, Rows, ScriptBlock, SdkVector } from "./vector.ts";

/** Calls come one after the other: `start`, `run` for each block of the script, `end`, `close`. */
export interface Drive {
  /** Begins the chain. Returns its validators. */
  start(): Promise<readonly ValidatorUpdate[]>;
  /** Executes and commits the next block; the state stays as it is until the next call. */
  run(block: ScriptBlock): Promise<Ran>;
  /** After the last block. */
  end(): Promise<void>;
  /** Rows after the genesis, after the first block. */
  readonly genesisRows: Rows;
  /** All rows of a store. */
  rows(name: string): readonly Row[];
  readonly routes: ChainQueries["routes"];
  /** Queries of a block are asked after the block, or after `end`. */
  readonly asks: "after each block" | "after the end";
  /** `height`: of the block whose state a query of the latest height asks for. */
  query(height: number, request: QueryRequest): Promise<QueryResult>;
  /** On the state of the last block, before the next call of `run`. */
  simulate(tx: Uint8Array): TxResult;
  /** The way of the blocks, for the summary; empty: in process. */
  readonly way: string;
  close(): Promise<void>;
}

export type MakeDrive = (vector: SdkVector, replayed: ReplayedChain, listeners: Listeners) => Drive;

/** Blocks that are decided in this process. */
export function inProcess(vector: SdkVector, replayed: ReplayedChain, listeners: Listeners): Drive {
  const chain = new SdkChain(vector, replayed, listeners);
  return {
    asks: "after each block",
    way: "",
    routes: chain.queries.routes,
    start: async () => chain.start().validators,
    run: async (block) => chain.run(block),
    end: async () => {},
    get genesisRows() {
      return chain.genesisRows;
    },
    rows: (name) => chain.rows(name),
    query: async (_height, request) => chain.queries.query(request),
    simulate: (tx) => chain.queries.simulate(tx),
    close: async () => chain.close(),
  };
}

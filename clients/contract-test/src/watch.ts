// SPDX-License-Identifier: Apache-2.0
import { compare } from "@sotto/bytes";
import type { TxResult } from "@sotto/kernel";
import type { Channel } from "@sotto/protocol";
import type { ProducedBlock } from "@sotto/sequencer";
import type { Changes } from "@sotto/store";
import { type RecordedFrame, recordingChannel } from "@sotto/transport";
import { DevChainError } from "./errors.ts";

/** A changed row of the committed state; without a value it was deleted. */
export interface RowChange {
  readonly store: string;
  /** Of contracts: encrypted. */
  readonly key: Uint8Array;
  readonly value: Uint8Array | undefined;
}

/** A transaction of a block, as everyone can read it. */
export interface SeenTransaction {
  readonly height: number;
  /** Position in its block. */
  readonly index: number;
  readonly bytes: Uint8Array;
  readonly result: TxResult;
}

/** A block after its commit. */
export interface SeenBlock {
  readonly height: number;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** In the order of store and key. */
  readonly rows: readonly RowChange[];
}

/**
 * Receives what happens on a chain, in order: frames, then a block's transactions, then the block.
 */
export interface ChainObserver {
  /** A frame of the trust boundary, also those of queries. */
  frame(frame: RecordedFrame): void;
  transaction(transaction: SeenTransaction): void;
  block(block: SeenBlock): void;
}

function* rowsOf(changes: Changes): Iterable<RowChange> {
  for (const [store, list] of changes) for (const [key, value] of list) yield { store, key, value };
}

/** The observers of a chain. Without one nothing is copied. */
export class Watch {
  readonly #observers = new Set<ChainObserver>();
  #rows: readonly RowChange[] = [];
  /**
   * What an observer threw at a frame: thrown after the block, which an error inside would stop.
   */
  #failure: { readonly thrown: unknown } | undefined;

  add(observer: ChainObserver): () => void {
    for (const name of ["frame", "transaction", "block"] as const) {
      if (typeof observer?.[name] === "function") continue;
      throw new DevChainError(`an observer has the functions frame, transaction and block: ${name} is missing`);
    }
    // A separate object, so that an observer can be added twice.
    const own = {
      frame: (frame: RecordedFrame) => observer.frame(frame),
      transaction: (transaction: SeenTransaction) => observer.transaction(transaction),
      block: (block: SeenBlock) => observer.block(block),
    };
    this.#observers.add(own);
    return () => void this.#observers.delete(own);
  }

  channel(inner: Channel): Channel {
    const recording = recordingChannel(inner, (frame) => {
      try {
        for (const observer of this.#observers) observer.frame(frame);
      } catch (thrown) {
        this.#failure ??= { thrown };
      }
    });
    return {
      call: (request, serve) => (this.#observers.size === 0 ? inner : recording).call(request, serve),
    };
  }

  /** Called before a commit. */
  heard(changes: Changes): void {
    if (this.#observers.size === 0) return;
    this.#rows = [...rowsOf(changes)].sort((a, b) =>
      a.store === b.store ? compare(a.key, b.key) : a.store < b.store ? -1 : 1,
    );
  }

  /** Called after a block. */
  produced({ block, result }: ProducedBlock, time: bigint): void {
    const { height } = block.header;
    for (const observer of [...this.#observers]) {
      result.txResults.forEach((each, index) => {
        observer.transaction({ height, index, bytes: block.txs[index] as Uint8Array, result: each });
      });
      observer.block({ height, time, rows: this.#rows });
    }
    this.#rows = [];
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure.thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import {
  Z_BUF_ERROR,
  Z_FINISH,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  ZStream,
  zlibDeflate,
  zlibDeflateInit,
  zlibInflate,
  zlibInflateInit,
} from "pako";
import { StoreError } from "../errors.ts";

/** Bytes of each chunk but the last. Source: cosmossdk.io/store snapshots/stream.go. */
export const CHUNK_BYTES = 10_000_000;
/**
 * Level of zlib. All nodes of a chain must have the same, since the hash of a snapshot covers the
 * compressed bytes. Encrypted values do not get shorter with a higher level.
 */
const LEVEL = 1;

/** Compresses a stream and cuts it into chunks. Memory: one chunk. */
export class ChunkWriter {
  readonly #stream = new ZStream();
  readonly #chunk = new Uint8Array(CHUNK_BYTES);
  readonly #emit: (chunk: Uint8Array) => void;

  /** `emit` gets each chunk in a buffer that the next one overwrites. */
  constructor(emit: (chunk: Uint8Array) => void) {
    this.#emit = emit;
    assert(zlibDeflateInit(this.#stream, LEVEL) === Z_OK, "zlib has no such level");
    this.#stream.output = this.#chunk;
    this.#stream.next_out = 0;
    this.#stream.avail_out = CHUNK_BYTES;
  }

  write(bytes: Uint8Array): void {
    const stream = this.#stream;
    stream.input = bytes;
    stream.next_in = 0;
    stream.avail_in = bytes.length;
    while (stream.avail_in > 0) {
      assert(zlibDeflate(stream, Z_NO_FLUSH) === Z_OK, "zlib cannot compress");
      if (stream.avail_out === 0) this.#next();
    }
  }

  finish(): void {
    const stream = this.#stream;
    stream.avail_in = 0;
    for (;;) {
      const status = zlibDeflate(stream, Z_FINISH);
      if (status === Z_STREAM_END) break;
      assert(status === Z_OK || status === Z_BUF_ERROR, "zlib cannot end a stream");
      this.#next();
    }
    if (stream.next_out > 0) this.#next();
  }

  #next(): void {
    this.#emit(this.#chunk.subarray(0, this.#stream.next_out));
    this.#stream.next_out = 0;
    this.#stream.avail_out = CHUNK_BYTES;
  }
}

const PIECE_BYTES = 256 * 1024;

/**
 * Bytes that a stream may have when they are inflated: this many, and as many for each compressed
 * byte. A state of encrypted rows has at most 3 for each.
 */
export interface InflateLimit {
  readonly bytes: number;
  readonly perByte: number;
}

/** Inflates the chunks of a stream, in their order. Memory: one piece of 256 KiB. */
export class ChunkReader {
  readonly #stream = new ZStream();
  readonly #piece = new Uint8Array(PIECE_BYTES);
  readonly #limit: InflateLimit;
  readonly #push: (bytes: Uint8Array) => void;
  #read = 0;
  #inflated = 0;
  #ended = false;

  constructor(limit: InflateLimit, push: (bytes: Uint8Array) => void) {
    this.#limit = limit;
    this.#push = push;
    assert(zlibInflateInit(this.#stream) === Z_OK, "zlib cannot inflate");
  }

  /** Whether the compressed stream has come to its end. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes that were inflated. */
  get inflated(): number {
    return this.#inflated;
  }

  /** Throws StoreError.snapshotRefused, and what `push` throws. */
  write(chunk: Uint8Array): void {
    const stream = this.#stream;
    stream.input = chunk;
    stream.next_in = 0;
    stream.avail_in = chunk.length;
    this.#read += chunk.length;
    while (!this.#ended) {
      stream.output = this.#piece;
      stream.next_out = 0;
      stream.avail_out = PIECE_BYTES;
      const status = zlibInflate(stream, Z_NO_FLUSH);
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
        throw StoreError.snapshotRefused("the stream is not zlib's");
      }
      this.#ended = status === Z_STREAM_END;
      this.#give(stream.next_out);
      if (stream.avail_out > 0 && stream.avail_in === 0) break;
    }
    if (stream.avail_in > 0) throw StoreError.snapshotRefused(`${stream.avail_in} bytes follow the end of the stream`);
  }

  #give(length: number): void {
    if (length === 0) return;
    this.#inflated += length;
    const most = this.#limit.bytes + this.#limit.perByte * this.#read;
    if (this.#inflated > most) {
      throw StoreError.snapshotRefused(`${this.#read} bytes of the stream inflate to more than ${most}`);
    }
    this.#push(this.#piece.subarray(0, length));
  }
}

// SPDX-License-Identifier: Apache-2.0
import type { LogOwner, RecordLog } from "../driver/recordLog.ts";

const CHUNK_BYTES = 256 * 1024;

/** Bytes of a log in memory. */
export class LogBytes {
  readonly #chunks: Uint8Array[] = [];

  /** Calls `use` with the piece of each chunk that has a part of the range. */
  #pieces(position: number, length: number, use: (chunk: Uint8Array, done: number) => void): void {
    for (let done = 0; done < length; ) {
      const at = position + done;
      const index = Math.floor(at / CHUNK_BYTES);
      const inside = at - index * CHUNK_BYTES;
      this.#chunks[index] ??= new Uint8Array(CHUNK_BYTES);
      const size = Math.min(length - done, CHUNK_BYTES - inside);
      use((this.#chunks[index] as Uint8Array).subarray(inside, inside + size), done);
      done += size;
    }
  }

  write(position: number, bytes: Uint8Array): void {
    this.#pieces(position, bytes.length, (piece, done) => piece.set(bytes.subarray(done, done + piece.length)));
  }

  read(target: Uint8Array, position: number, length: number): void {
    this.#pieces(position, length, (piece, done) => target.set(piece, done));
  }
}

/** A log in memory. Bytes after the recorded end are written again after a way back. */
export class MemoryLog implements RecordLog {
  readonly start = 0;
  readonly #bytes: LogBytes;
  readonly #owner: LogOwner;
  #end = 0;

  constructor(bytes: LogBytes, owner: LogOwner) {
    this.#bytes = bytes;
    this.#owner = owner;
    this.rewind();
  }

  get end(): number {
    return this.#end;
  }

  segmentOf() {
    return { start: 0, end: undefined };
  }

  append(bytes: Uint8Array): number {
    const position = this.#end;
    this.#bytes.write(position, bytes);
    this.#end += bytes.length;
    return position;
  }

  seal(): void {
    this.#owner.record(this.#end);
  }

  rewind(): void {
    this.#end = this.#owner.end();
  }

  read(target: Uint8Array, position: number, length: number): number {
    const size = Math.max(0, Math.min(length, this.#end - position));
    this.#bytes.read(target, position, size);
    return size;
  }

  drop(): void {}

  close(): void {}
}

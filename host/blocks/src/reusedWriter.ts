// SPDX-License-Identifier: Apache-2.0
import { ProtoWriter } from "@sotto/codec";

const FIRST = 65_536;
/** Largest buffer that is reused. */
const KEEP = 16 * 1024 * 1024;

/**
 * A buffer that every block uses once: a new one of some MiB for each block would stay until a
 * garbage collection, and leave holes in the memory of the thread.
 */
export class ReusedWriter {
  #writer = new ProtoWriter(FIRST);

  /** An empty writer. It overwrites the views of the previous one. */
  next(): ProtoWriter {
    if (this.#writer.capacity > KEEP) this.#writer = new ProtoWriter(FIRST);
    return this.#writer.reset();
  }
}

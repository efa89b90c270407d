import { ProtoWriter } from "@sotto/codec";

const FIRST = 65_536;
/** Largest buffer that is kept. */
const KEEP = 16 * 1024 * 1024;

/**
 * A buffer for what every block needs once: a new one of some MiB for each would lie about until the collector comes, and leave
 * holes in the memory of the thread.
 */
export class ReusedWriter {
  #writer = new ProtoWriter(FIRST);

  /** An empty writer. What was seen of the one before is overwritten. */
  next(): ProtoWriter {
    if (this.#writer.capacity > KEEP) this.#writer = new ProtoWriter(FIRST);
    return this.#writer.reset();
  }
}

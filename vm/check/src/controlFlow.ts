// SPDX-License-Identifier: Apache-2.0
/**
 * Counts that determine a compiler's memory and time, beside the length of the code, for one
 * function.
 */
export interface FlowCost {
  /** Blocks, loops, ifs, elses, and targets of br, br_if, br_table and return. */
  readonly branches: number;
  readonly loops: number;
  /**
   * Over all labels: the edges into it times the branches between the first of these and the
   * label's end.
   */
  readonly joins: number;
  /**
   * Over all labels but the function's own: the edges into it, of a loop also those out of it,
   * times the locals that may differ there.
   */
  readonly merges: number;
}

/**
 * Joins of a loop: at its head, at each exit, and at each copy that the optimiser peels or unrolls.
 */
const LOOP_WEIGHT = 4;

/**
 * Counts a function's control flow while it is validated: constant work for each instruction and
 * target, a step for each local at the end of a label, no recursion. A local may differ at a label
 * if it gets a value between the first edge into the label and the label's end: all edges bring its
 * earlier value. It gets one by an assignment, and at the end of a label at which it may differ.
 */
export class ControlFlow {
  readonly #limit: number;
  readonly #isLoop: Uint8Array;
  readonly #edges: Uint32Array;
  /** Branches of the function before the label's first edge. */
  readonly #branchesBefore: Uint32Array;
  /** Number of assignments to locals before the label's first edge. */
  readonly #valuesBefore: Uint32Array;
  /** Branches that leave each open label for an outer one, as differences between neighbours. */
  readonly #leaving: Int32Array;
  #locals = 0;
  #branches = 0;
  #loops = 0;
  #joins = 0;
  #merges = 0;
  /**
   * Number of assignments to locals so far, and for each local the number of its last one, from 1.
   */
  #values = 0;
  readonly #lastValue: Uint32Array;

  constructor(limit: number, locals: number) {
    this.#limit = limit;
    this.#lastValue = new Uint32Array(locals);
    const labels = limit + 1;
    this.#isLoop = new Uint8Array(labels);
    this.#edges = new Uint32Array(labels);
    this.#branchesBefore = new Uint32Array(labels);
    this.#valuesBefore = new Uint32Array(labels);
    this.#leaving = new Int32Array(labels);
  }

  start(locals: number): void {
    this.#locals = locals;
    this.#branches = 0;
    this.#loops = 0;
    this.#joins = 0;
    this.#merges = 0;
    this.#values = 0;
    this.#lastValue.fill(0, 0, locals);
  }

  assign(local: number): void {
    this.#lastValue[local] = ++this.#values;
  }

  /** @returns false when the function has more branches than the limit */
  add(branches: number): boolean {
    this.#branches += branches;
    return this.#branches <= this.#limit;
  }

  /**
   * Opens the label at this depth with the edges that are not branches: from its end, into its
   * head, past an if.
   */
  open(depth: number, isLoop: boolean, edges: number): void {
    if (isLoop) this.#loops++;
    this.#isLoop[depth] = isLoop ? 1 : 0;
    this.#edges[depth] = edges;
    this.#branchesBefore[depth] = this.#branches;
    this.#valuesBefore[depth] = this.#values;
    this.#leaving[depth] = 0;
  }

  branch(from: number, to: number): void {
    const edges = (this.#edges[to] as number) + 1;
    this.#edges[to] = edges;
    // The only edge of a block so far is the edge of its end, which comes last.
    if (edges === 2) {
      this.#branchesBefore[to] = this.#branches;
      this.#valuesBefore[to] = this.#values;
    }
    this.#leaving[from] = (this.#leaving[from] as number) + 1;
    this.#leaving[to] = (this.#leaving[to] as number) - 1;
  }

  close(depth: number): void {
    const isLoop = this.#isLoop[depth] === 1;
    const leaving = this.#leaving[depth] as number;
    if (depth > 0) this.#leaving[depth - 1] = (this.#leaving[depth - 1] as number) + leaving;
    const edges = this.#edges[depth] as number;
    if (edges < 2) return;
    const between = this.#branches - (this.#branchesBefore[depth] as number);
    this.#joins += (isLoop ? LOOP_WEIGHT : 1) * edges * between;
    // An exit of the function carries its result and no locals.
    if (depth > 0) this.#merges += (isLoop ? edges + leaving : edges) * this.#differing(depth);
  }

  /** Locals that may differ at the end of a label; each gets a value there. */
  #differing(depth: number): number {
    const before = this.#valuesBefore[depth] as number;
    if (this.#values === before) return 0;
    const last = this.#lastValue;
    const value = ++this.#values;
    let count = 0;
    for (let i = 0; i < this.#locals; i++) {
      if ((last[i] as number) <= before) continue;
      last[i] = value;
      count++;
    }
    return count;
  }

  cost(): FlowCost {
    return { branches: this.#branches, loops: this.#loops, joins: this.#joins, merges: this.#merges };
  }
}

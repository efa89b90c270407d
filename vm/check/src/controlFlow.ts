/** Counts that a compiler's memory and time grow with, beside the length of the code, for one function. */
export interface FlowCost {
  /** Blocks, loops, ifs, elses, and targets of br, br_if, br_table and return. */
  readonly branches: number;
  readonly loops: number;
  /** Over all labels: the edges into it times the branches between the first of these and the label's end. */
  readonly joins: number;
  /** Over all labels: the edges into it, of a loop also those out of it, times the locals that may differ there. */
  readonly merges: number;
}

/** Joins of a loop: it is joined at its head, at each way out, and again where the optimiser peels or unrolls it. */
const LOOP_WEIGHT = 4;

/**
 * Counts a function's control flow while it is validated: constant work for each instruction and target, no recursion.
 * A local may differ at a label if something between the label's start and end assigns it.
 */
export class ControlFlow {
  readonly #limit: number;
  readonly #isLoop: Uint8Array;
  readonly #edges: Uint32Array;
  /** Branches of the function before the label's first edge. */
  readonly #branchesBefore: Uint32Array;
  readonly #assignmentsBefore: Uint32Array;
  /** Branches that leave each open label for an outer one, as differences between neighbours. */
  readonly #leaving: Int32Array;
  #locals = 0;
  #branches = 0;
  #loops = 0;
  #joins = 0;
  #merges = 0;
  /** Assignments of locals so far; the validator counts them. */
  assignments = 0;

  constructor(limit: number) {
    this.#limit = limit;
    const labels = limit + 1;
    this.#isLoop = new Uint8Array(labels);
    this.#edges = new Uint32Array(labels);
    this.#branchesBefore = new Uint32Array(labels);
    this.#assignmentsBefore = new Uint32Array(labels);
    this.#leaving = new Int32Array(labels);
  }

  start(locals: number): void {
    this.#locals = locals;
    this.#branches = 0;
    this.#loops = 0;
    this.#joins = 0;
    this.#merges = 0;
    this.assignments = 0;
  }

  /** @returns false when the function has more branches than the limit */
  add(branches: number): boolean {
    this.#branches += branches;
    return this.#branches <= this.#limit;
  }

  /** Opens the label at this depth with the edges that are no branches: from its end, into its head, past an if. */
  open(depth: number, isLoop: boolean, edges: number): void {
    if (isLoop) this.#loops++;
    this.#isLoop[depth] = isLoop ? 1 : 0;
    this.#edges[depth] = edges;
    this.#branchesBefore[depth] = this.#branches;
    this.#assignmentsBefore[depth] = this.assignments;
    this.#leaving[depth] = 0;
  }

  branch(from: number, to: number): void {
    const edges = (this.#edges[to] as number) + 1;
    this.#edges[to] = edges;
    // Of a block the only edge so far is that of its end, which comes last.
    if (edges === 2) this.#branchesBefore[to] = this.#branches;
    this.#leaving[from] = (this.#leaving[from] as number) + 1;
    this.#leaving[to] = (this.#leaving[to] as number) - 1;
  }

  close(depth: number): void {
    const isLoop = this.#isLoop[depth] === 1;
    const leaving = this.#leaving[depth] as number;
    if (depth > 0) this.#leaving[depth - 1] = (this.#leaving[depth - 1] as number) + leaving;
    const weight = isLoop ? LOOP_WEIGHT : 1;
    const edges = this.#edges[depth] as number;
    const ways = isLoop ? edges + leaving : edges;
    const differing = Math.min(this.#locals, this.assignments - (this.#assignmentsBefore[depth] as number));
    if (edges > 1) this.#joins += weight * edges * (this.#branches - (this.#branchesBefore[depth] as number));
    this.#merges += weight * ways * differing;
  }

  cost(): FlowCost {
    return { branches: this.#branches, loops: this.#loops, joins: this.#joins, merges: this.#merges };
  }
}

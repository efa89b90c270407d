// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import type { KvWrite } from "@sotto/store";
import type { BlockInfo, BlockProof, ChainEvent, ExecMode, TxInfo, WriteCtx } from "./ctx.ts";
import type { GasMeter } from "./gas.ts";
import { GasKv } from "./gasKv.ts";
import type { Branch } from "./stores.ts";

export interface CtxParts<B extends BlockInfo = BlockInfo> {
  readonly mode: ExecMode;
  readonly block: B;
  readonly gas: GasMeter;
  readonly branch: Branch;
  readonly tx?: TxInfo | undefined;
  readonly proof?: BlockProof | undefined;
}

/** A context over a branch of the state, with a list that collects its events. */
export interface RuntimeCtx<B extends BlockInfo = BlockInfo> extends WriteCtx {
  readonly block: B;
  readonly events: readonly ChainEvent[];
  /** Returns the events emitted so far and removes them from the list. */
  takeEvents(): readonly ChainEvent[];
}

/**
 * The context that modules see, over the kernel's parts. Cost: one small object per store on first
 * use. A class, because a transaction makes ten contexts: they take 2 us, and 6 us with closures
 * and spread objects.
 */
class BranchCtx<B extends BlockInfo> implements RuntimeCtx<B> {
  readonly mode: ExecMode;
  readonly block: B;
  readonly gas: GasMeter;
  readonly tx: TxInfo | undefined;
  readonly proof: BlockProof | undefined;
  readonly events: ChainEvent[];
  readonly #branch: Branch;
  readonly #stores = new Map<string, KvWrite>();

  constructor({ mode, block, gas, branch, tx, proof }: CtxParts<B>, events: ChainEvent[]) {
    this.mode = mode;
    this.block = block;
    this.gas = gas;
    this.tx = tx;
    this.proof = proof;
    this.events = events;
    this.#branch = branch;
  }

  static branchOf(ctx: WriteCtx): Branch {
    assert(#branch in ctx, "a context that the kernel did not make");
    return ctx.#branch;
  }

  takeEvents(): readonly ChainEvent[] {
    return this.events.splice(0);
  }

  store(name: string): KvWrite {
    let store = this.#stores.get(name);
    if (store === undefined) {
      store = new GasKv(this.#branch.store(name), this.gas);
      this.#stores.set(name, store);
    }
    return store;
  }

  emit(event: ChainEvent): void {
    this.events.push(event);
  }

  withGas(gas: GasMeter): RuntimeCtx<B> {
    return this.#over(this.#branch, gas, this.events);
  }

  withEvents() {
    const events: ChainEvent[] = [];
    return { ctx: this.#over(this.#branch, this.gas, events), events };
  }

  branch(gas = this.gas) {
    const child = this.#branch.branch();
    const events: ChainEvent[] = [];
    return { ctx: this.#over(child, gas, events), events, write: () => child.write() };
  }

  scratch(): RuntimeCtx<B> {
    return this.branch().ctx;
  }

  #over(branch: Branch, gas: GasMeter, events: ChainEvent[]): RuntimeCtx<B> {
    const { mode, block, tx, proof } = this;
    return new BranchCtx({ mode, block, gas, branch, tx, proof }, events);
  }
}

export const createCtx = <B extends BlockInfo>(parts: CtxParts<B>, events: ChainEvent[] = []): RuntimeCtx<B> =>
  new BranchCtx(parts, events);

/** The same state and meter at another height. Its events are dropped. */
export const atHeight = (ctx: WriteCtx, height: number): WriteCtx =>
  createCtx({ mode: ctx.mode, block: { ...ctx.block, height }, gas: ctx.gas, branch: branchOf(ctx), tx: ctx.tx });

/** The state that a context writes, for the transactions of a genesis file. */
export const branchOf = (ctx: WriteCtx): Branch => BranchCtx.branchOf(ctx);

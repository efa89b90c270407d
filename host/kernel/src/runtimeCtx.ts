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
  /** Forgets the events emitted so far and returns them. */
  takeEvents(): readonly ChainEvent[];
}

/** Gives the kernel's parts the shape that modules see. Cost: one small object per store on first use. */
export function createCtx<B extends BlockInfo>(parts: CtxParts<B>, events: ChainEvent[] = []): RuntimeCtx<B> {
  const { mode, block, gas, branch, tx, proof } = parts;
  const stores = new Map<string, KvWrite>();
  return {
    mode,
    block,
    gas,
    tx,
    proof,
    events,
    takeEvents: () => events.splice(0),
    store(name) {
      let store = stores.get(name);
      if (store === undefined) {
        store = new GasKv(branch.store(name), gas);
        stores.set(name, store);
      }
      return store;
    },
    emit(event) {
      events.push(event);
    },
    withGas: (meter) => createCtx({ ...parts, gas: meter }, events),
    branch(meter = gas) {
      const child = branch.branch();
      const childEvents: ChainEvent[] = [];
      return {
        ctx: createCtx({ ...parts, gas: meter, branch: child }, childEvents),
        events: childEvents,
        write: () => child.write(),
      };
    },
  };
}

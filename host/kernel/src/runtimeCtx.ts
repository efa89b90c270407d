import type { KvWrite } from "@sotto/store";
import type { BlockInfo, BlockProof, ChainEvent, ExecMode, TxInfo, WriteCtx } from "./ctx.ts";
import type { GasMeter } from "./gas.ts";
import { GasKv } from "./gasKv.ts";
import type { Branch } from "./stores.ts";

export interface CtxParts {
  readonly mode: ExecMode;
  readonly block: BlockInfo;
  readonly gas: GasMeter;
  readonly branch: Branch;
  readonly tx?: TxInfo | undefined;
  readonly proof?: BlockProof | undefined;
}

/** A context over a branch of the state, with a list that collects its events. */
export interface RuntimeCtx extends WriteCtx {
  readonly events: readonly ChainEvent[];
  /** Forgets the events emitted so far and returns them. */
  takeEvents(): readonly ChainEvent[];
}

/** Gives the kernel's parts the shape that modules see. Cost: one small object per store on first use. */
export function createCtx(parts: CtxParts, events: ChainEvent[] = []): RuntimeCtx {
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
    withEvents() {
      const own: ChainEvent[] = [];
      return { ctx: createCtx(parts, own), events: own };
    },
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

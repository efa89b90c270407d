import type { Instance } from "@sotto/engine";
import type { CallContext } from "../backend.ts";

/** The running call. `Contract.call` is the only borrower of instances, and it sets the slot before any wasm runs. */
export const contextOf = (instance: Instance): CallContext => instance.context as CallContext;

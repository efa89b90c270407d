export { type CompiledModule, type Engine, type HostFunction, type Instance, Trap, type TrapKind, type WasmValue } from "./types.ts";

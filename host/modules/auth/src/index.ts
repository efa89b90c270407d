export { feeEvent, sequenceEvent, signatureEvent } from "./events.ts";
export { type AuthKeeper, type AuthNeeds, type ModuleAccountRule } from "./keeper.ts";
export { auth } from "./module.ts";

export { genesis as circuitGenesis } from "./genesis.ts";
export { type CircuitKeeper, circuitKeeper } from "./keeper.ts";

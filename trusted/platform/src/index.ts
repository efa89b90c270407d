export { openPlatform } from "./open.ts";
export { type Driver, drivers, type Platform } from "./platform.ts";
export { createSim, type SimOptions, verifySimReport } from "./sim/sim.ts";

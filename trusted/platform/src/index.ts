export { type OpenPlatform, openPlatform } from "./open.ts";
export type { OpenDriver, Platform } from "./platform.ts";
export { createSim, type SimOptions, verifySimReport } from "./sim/sim.ts";

// SPDX-License-Identifier: Apache-2.0
export { openPlatform, type PlatformFactory } from "./open.ts";
export type { DriverFactory, Platform } from "./platform.ts";
export { createSim, type SimOptions } from "./sim/sim.ts";

// SPDX-License-Identifier: Apache-2.0
import { BoundaryError } from "@sotto/protocol";
import type { DriverFactory, Platform } from "./platform.ts";
import { openSim } from "./sim/sim.ts";

/**
 * The platform drivers of this enclave. A new one is a folder and a line here: no other file names
 * it.
 */
const drivers: ReadonlyMap<string, DriverFactory> = new Map([["sim", openSim]]);

/** Starts a driver by its name. Throws BoundaryError; no driver ever replaces another. */
export type PlatformFactory = (driver: string, chainId: string, options: Uint8Array) => Platform;

export const openPlatform: PlatformFactory = (name, chainId, options) => {
  const open = drivers.get(name);
  if (open === undefined) throw BoundaryError.unknownDriver();
  return open(chainId, options);
};

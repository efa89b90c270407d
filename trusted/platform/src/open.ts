import { EnvironmentFault } from "@sotto/errors";
import { type Driver, drivers, type Platform } from "./platform.ts";
import { createSim, type SimOptions } from "./sim/sim.ts";

/** Starts a driver by its name. Missing hardware, an unknown name and a driver that does not exist are faults. */
export function openPlatform(name: string, options: SimOptions): Platform {
  const driver: Driver | undefined = drivers.find((known) => known === name);
  if (driver === undefined)
    throw new EnvironmentFault(`there is no TEE driver "${name}"; known: ${drivers.join(", ")}`);
  if (driver !== "sim") throw new EnvironmentFault(`the TEE driver "${driver}" is not built yet; only "sim" is`);
  return createSim(options);
}

// SPDX-License-Identifier: Apache-2.0
import type { HostFunction } from "@sotto/engine";
import { GAS_MULTIPLIER, Gas } from "../gas.ts";
import { contextOf } from "../work.ts";

const checkGas: HostFunction = (instance) => {
  instance.chargeGas(Gas.checkGas);
  return BigInt(Math.trunc((contextOf(instance).gasLimit - instance.gasLeft()) / GAS_MULTIPLIER));
};

const gasEvaporate: HostFunction = (instance, units) => {
  const n = units as number;
  // A negative count is a huge unsigned one in the reference: more gas than any call can have.
  instance.chargeGas(n < 0 ? Number.MAX_SAFE_INTEGER : Math.max(n * Gas.evaporatePerUnit, Gas.evaporateLeast));
  return 0;
};

export const gasImports = { check_gas: checkGas, gas_evaporate: gasEvaporate };

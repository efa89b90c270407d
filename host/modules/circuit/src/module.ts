// SPDX-License-Identifier: Apache-2.0
import { defineModule } from "@sotto/kernel";
import { genesis } from "./genesis.ts";
import { circuitKeeper } from "./keeper.ts";

/** The module's messages and queries do not exist yet. */
export const circuit = defineModule({
  name: "circuit",
  version: 1,
  stores: ["circuit"],
  keeper: circuitKeeper,
  genesis,
});

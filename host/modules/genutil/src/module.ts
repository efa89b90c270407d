// SPDX-License-Identifier: Apache-2.0
import { defineModule } from "@sotto/kernel";
import { genesis } from "./genesis.ts";
import { genutilKeeper } from "./keeper.ts";

export const genutil = defineModule({ name: "genutil", version: 1, keeper: genutilKeeper, genesis });

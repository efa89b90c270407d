// SPDX-License-Identifier: Apache-2.0
import { STORES as before } from "../../../host/app/dist/modules.js";
import { HEIGHT } from "./height.mjs";

export { baseModules, genesisParts, modules, queryServices } from "../../../host/app/dist/modules.js";
export const STORES = [...before, { name: "notes", from: HEIGHT }];

import { blockMethods } from "./blockMethods.ts";
import { consensusMethods } from "./consensusMethods.ts";
import { infoMethods } from "./infoMethods.ts";
import type { Method } from "./method.ts";
import { searchMethods } from "./searchMethods.ts";
import { txMethods } from "./txMethods.ts";

/** Every method that answers over HTTP and WebSocket alike; subscriptions are the session's. */
export const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...infoMethods, ...blockMethods, ...consensusMethods, ...txMethods, ...searchMethods }),
);

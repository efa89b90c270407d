// SPDX-License-Identifier: Apache-2.0
import { type ApiBackend, type ApiRoute, chainRoute } from "@sotto/backend";
import { cometRoutes } from "./cometService.ts";
import { nodeRoutes } from "./nodeService.ts";
import { descriptionRoutes } from "./reflection/services.ts";
import { txRoutes } from "./txService.ts";

/**
 * Every route of the node: routes of the chain, and routes of the services that need blocks, the
 * index or the mempool.
 */
export function createRoutes(backend: ApiBackend): ReadonlyMap<string, ApiRoute> {
  const chain = backend.routes.map((route) => chainRoute(backend, route));
  const own = [...txRoutes(backend), ...cometRoutes(backend), ...nodeRoutes(backend)];
  const all: ApiRoute[] = [...chain, ...own];
  all.push(...descriptionRoutes(backend, () => all));
  return new Map(all.map((route) => [route.path, route]));
}

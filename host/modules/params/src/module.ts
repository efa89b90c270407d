// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveQueries } from "@sotto/kernel";
import { Query } from "@sotto/proto/cosmos.params.v1beta1";
import { paramsKeeper } from "./keeper.ts";
import { queries } from "./queries.ts";

export const params = defineModule({
  name: "params",
  version: 1,
  stores: ["params"],
  keeper: paramsKeeper,
  services: [serveQueries(Query, queries)],
});

// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages, serveQueries } from "@sotto/kernel";
import { Msg, Query } from "@sotto/proto/secret.registration.v1beta1";
import { checks } from "./checks.ts";
import { genesis } from "./genesis.ts";
import { invariants } from "./invariants.ts";
import { registrationKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const registration = defineModule({
  name: "register",
  version: 1,
  stores: ["register"],
  keeper: registrationKeeper,
  services: [serveMessages(Msg, msgs, checks), serveQueries(Query, queries)],
  genesis,
  invariants,
  operations: () => import("./operations.ts"),
});

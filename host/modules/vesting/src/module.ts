// SPDX-License-Identifier: Apache-2.0
import { defineModule, serveMessages } from "@sotto/kernel";
import { Msg } from "@sotto/proto/cosmos.vesting.v1beta1";
import { invariants } from "./invariants.ts";
import { vestingKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";

export const vesting = defineModule({
  name: "vesting",
  version: 1,
  keeper: vestingKeeper,
  services: [serveMessages(Msg, msgs)],
  invariants,
  operations: () => import("./operations.ts"),
});

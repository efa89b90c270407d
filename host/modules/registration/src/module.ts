import { defineModule } from "@sotto/kernel";
import { GenesisStateSchema, Msg, Query } from "@sotto/proto/secret.registration.v1beta1";
import { checks } from "./checks.ts";
import { genesis } from "./genesis.ts";
import { registrationKeeper } from "./keeper.ts";
import { msgs } from "./msgs.ts";
import { queries } from "./queries.ts";

export const registration = defineModule({
  name: "register",
  version: 1,
  proto: { msg: Msg, query: Query, genesis: GenesisStateSchema },
  keeper: registrationKeeper,
  msg: msgs,
  query: queries,
  checks,
  genesis,
});

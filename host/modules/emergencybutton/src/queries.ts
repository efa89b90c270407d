// SPDX-License-Identifier: Apache-2.0
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/secret.emergencybutton.v1beta1";
import type { EmergencyKeeper } from "./keeper.ts";

export const queries = (button: EmergencyKeeper): Handlers<typeof Query, ReadCtx> => ({
  params: (ctx) => ({ params: button.params(ctx) }),
});

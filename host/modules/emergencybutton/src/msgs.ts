// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { type Msg, ParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { EmergencyError } from "./errors.ts";
import { type EmergencyKeeper, Switch } from "./keeper.ts";

export const msgs = (button: EmergencyKeeper): Handlers<typeof Msg, WriteCtx> => ({
  toggleIbcSwitch(ctx, { sender }) {
    const { pauserAddress } = button.params(ctx);
    if (pauserAddress === "") {
      throw EmergencyError.pauserUnset("no address is currently approved to toggle emergency button");
    }
    if (pauserAddress !== sender) {
      throw EmergencyError.unauthorizedToggle("this address is not allowed to toggle emergency button");
    }
    // Compat: the row is read three times (x/emergencybutton keeper/msg_server.go,
    // keeper/params.go).
    const switchStatus = button.isHalted(ctx) ? Switch.on : Switch.off;
    button.setParams(ctx, { ...button.params(ctx), switchStatus });
    return {};
  },
  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    button.setParams(ctx, params);
    return {};
  },
});

// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import type { Msg } from "@sotto/proto/secret.registration.v1beta1";
import { RegistrationError } from "./errors.ts";
import { eventsJson, registered } from "./events.ts";
import type { RegistrationKeeper } from "./keeper.ts";

export const msgs = (registration: RegistrationKeeper): Handlers<typeof Msg, WriteCtx> => ({
  registerAuth(ctx, { sender, certificate, replaceMachineId }) {
    if (replaceMachineId !== "") {
      throw RegistrationError.authenticate("this network has no list of machines, so no machine can be replaced");
    }
    const { publicKey, encryptedSeed } = registration.register(ctx, sender, certificate);
    const event = registered(formatAddress(sender), encryptedSeed, publicKey);
    ctx.emit(event);
    return { data: `S: ${toHex(encryptedSeed)}`, events: eventsJson([event]) };
  },
});

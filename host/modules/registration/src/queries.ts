import { createRegistry } from "@bufbuild/protobuf";
import { fromUtf8 } from "@sotto/bytes";
import { gatewayJson } from "@sotto/codec";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import { GenesisStateSchema, type Query } from "@sotto/proto/secret.registration.v1beta1";
import { RegistrationError } from "./errors.ts";
import { exportGenesis } from "./genesis.ts";
import type { RegistrationKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const queries = (registration: RegistrationKeeper): Handlers<typeof Query, ReadCtx> => ({
  txKey: (ctx) => ({ key: registration.ioKey(ctx).bytes }),
  registrationKey: (ctx) => ({
    key: fromUtf8(gatewayJson(GenesisStateSchema, exportGenesis(registration, ctx), createRegistry())),
  }),
  encryptedSeed(ctx, { pubKey }) {
    const node = state.nodes.get(ctx, pubKey);
    if (node === undefined) throw RegistrationError.notFound("Node has not been authenticated yet");
    return { encryptedSeed: node.encryptedSeed };
  },
});

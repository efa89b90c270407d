import { create } from "@bufbuild/protobuf";
import { genesisOf, type ReadCtx } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/secret.registration.v1beta1";
import { RegistrationError } from "./errors.ts";
import type { RegistrationKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const exportGenesis = (registration: RegistrationKeeper, ctx: ReadCtx) =>
  create(GenesisStateSchema, {
    registration: [...state.nodes.entries(ctx)].map(([, node]) => node),
    nodeExchMasterKey: registration.nodeKey(ctx),
    ioMasterKey: registration.ioKey(ctx),
  });

export const genesis = genesisOf<RegistrationKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(registration, ctx, { registration: nodes, nodeExchMasterKey, ioMasterKey }) {
    if (nodes.length > 0) throw RegistrationError.invalid("registered nodes in a genesis file are not supported yet");
    registration.importKeys(ctx, nodeExchMasterKey?.bytes, ioMasterKey?.bytes);
    return undefined;
  },
  export: exportGenesis,
});

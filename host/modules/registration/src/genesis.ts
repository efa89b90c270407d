// SPDX-License-Identifier: Apache-2.0
import { each, genesisOf } from "@sotto/kernel";
import { GenesisStateSchema } from "@sotto/proto/secret.registration.v1beta1";
import type { RegistrationKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const genesis = genesisOf<RegistrationKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({}),
  init(registration, ctx, { registration: nodes, nodeExchMasterKey, ioMasterKey }) {
    for (const node of nodes) registration.importNode(ctx, node);
    registration.importKeys(ctx, nodeExchMasterKey?.bytes, ioMasterKey?.bytes);
    return undefined;
  },
  export: (registration, ctx) => ({
    registration: each(state.nodes.entries(ctx), ([, node]) => node),
    nodeExchMasterKey: registration.nodeKey(ctx),
    ioMasterKey: registration.ioKey(ctx),
  }),
});

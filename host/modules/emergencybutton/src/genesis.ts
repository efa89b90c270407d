// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { genesisOf } from "@sotto/kernel";
import { GenesisStateSchema, ParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { type EmergencyKeeper, Switch } from "./keeper.ts";

const defaultParams = () => create(ParamsSchema, { switchStatus: Switch.on });

export const genesis = genesisOf<EmergencyKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(button, ctx, { params }) {
    button.setParams(ctx, params ?? defaultParams());
    return undefined;
  },
  export: (button, ctx) => ({ params: button.params(ctx) }),
});

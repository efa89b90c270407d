// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { prefix } from "@sotto/address";
import { GrpcError } from "@sotto/errors";
import { addressArgument, type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import { ParamsSchema, type Query } from "@sotto/proto/cosmos.slashing.v1beta1";
import { getSigningInfo, type SlashingKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const queries = (_slashing: SlashingKeeper): Handlers<typeof Query, ReadCtx> => ({
  params: (ctx) => ({ params: state.params.get(ctx) ?? create(ParamsSchema) }),
  signingInfo(ctx, { consAddress }) {
    if (consAddress === "") throw GrpcError.invalidArgument("invalid request");
    const found = getSigningInfo(ctx, addressArgument(consAddress, prefix.consensus));
    if (found === undefined) throw GrpcError.notFound(`SigningInfo not found for validator ${consAddress}`);
    return { valSigningInfo: found };
  },
  signingInfos(ctx, { pagination }) {
    const page = paginate(ctx, state.signingInfos, pagination, {}, (_address, info) => info, "store");
    return { info: [...page.rows], pagination: page.pagination };
  },
});

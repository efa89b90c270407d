// SPDX-License-Identifier: Apache-2.0
import { GrpcError } from "@sotto/errors";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.params.v1beta1";
import { ParamsError } from "./errors.ts";
import { type ParamsKeeper, SUBSPACES } from "./keeper.ts";

export const queries = (params: ParamsKeeper): Handlers<typeof Query, ReadCtx> => ({
  params(ctx, { subspace, key }) {
    if (subspace === "" || key === "") throw GrpcError.invalidArgument("invalid request");
    if (!params.has(subspace)) throw ParamsError.unknownSubspace(subspace.slice(0, 128));
    return { param: { subspace, key, value: params.raw(ctx, subspace, key) } };
  },
  subspaces: () => ({ subspaces: SUBSPACES.map((subspace) => ({ subspace, keys: [] })) }),
});

import { SdkError } from "@sotto/errors";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.params.v1beta1";
import type { ParamsKeeper } from "./keeper.ts";

export const queries = (params: ParamsKeeper): Handlers<typeof Query, ReadCtx> => ({
  params(_ctx, { subspace, key }) {
    if (subspace === "" || key === "") throw SdkError.invalidRequest("subspace and key are required");
    throw SdkError.unknownRequest(`subspace ${subspace.slice(0, 64)} does not exist: parameters are in the modules`);
  },
  subspaces: () => ({ subspaces: [...params.subspaces] }),
});

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { plainError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { type Msg, ParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { paramsFault } from "./params.ts";
import { state } from "./state.ts";

export const msgs = (): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    assertGovAuthority(authority);
    const fault = paramsFault(params);
    if (fault !== undefined) throw plainError(fault);
    state.params.set(ctx, params);
    return {};
  },
});

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { plainError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { type Msg, type Params, ParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import type { AuthKeeper } from "./keeper.ts";

/**
 * Each parameter is above zero, checked in this order (x/auth types/params.go; the text has the
 * reference's typing error).
 */
function assertParams(params: Params): void {
  const parts = [
    ["tx signature limit", params.txSigLimit],
    ["ED25519 signature verification cost", params.sigVerifyCostEd25519],
    ["SECK256k1 signature verification cost", params.sigVerifyCostSecp256k1],
    ["max memo characters", params.maxMemoCharacters],
    ["tx size cost per byte", params.txSizeCostPerByte],
  ] as const;
  for (const [name, value] of parts) if (value === 0n) throw plainError(`invalid ${name}: 0`);
}

export const msgs = (auth: AuthKeeper): Handlers<typeof Msg, WriteCtx> => ({
  updateParams(ctx, { authority, params = create(ParamsSchema) }) {
    // Compat: auth puts the text of gov's error into an error without a code (x/auth
    // keeper/msg_server.go).
    assertGovAuthority(authority, (text) =>
      plainError(`expected gov account as only signer for proposal message; ${text}`),
    );
    assertParams(params);
    auth.state.params.set(ctx, params);
    return {};
  },
});

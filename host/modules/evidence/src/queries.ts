// SPDX-License-Identifier: Apache-2.0
import { fromHex } from "@sotto/bytes";
import { GrpcError, plainError } from "@sotto/errors";
import { type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.evidence.v1beta1";
import type { EvidenceKeeper } from "./keeper.ts";
import { state } from "./state.ts";

/** A byte that is not a hexadecimal digit, as Go's %#U shows it. */
function digitFault(text: string): string | undefined {
  const found = /[^0-9a-fA-F]/u.exec(text)?.[0];
  if (found === undefined) return undefined;
  const code = (found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return `encoding/hex: invalid byte: U+${code} '${found}'`;
}

/** Go's hex.DecodeString, with its errors. */
function hashArgument(text: string): Uint8Array {
  const fault = digitFault(text) ?? (text.length % 2 === 0 ? undefined : "encoding/hex: odd length hex string");
  const hash = fault === undefined ? fromHex(text) : undefined;
  if (hash === undefined) throw plainError(`invalid evidence hash: ${fault}`);
  return hash;
}

export const queries = (_evidence: EvidenceKeeper): Handlers<typeof Query, ReadCtx> => ({
  evidence(ctx, { hash }) {
    if (hash === "") throw GrpcError.invalidArgument("invalid request; hash is empty");
    const found = state.evidence.get(ctx, hashArgument(hash));
    if (found === undefined) throw GrpcError.notFound(`evidence ${hash} not found`);
    return { evidence: found };
  },
  allEvidence(ctx, { pagination }) {
    const page = paginate(ctx, state.evidence, pagination, {}, (_hash, evidence) => evidence);
    return { evidence: [...page.rows], pagination: page.pagination };
  },
});

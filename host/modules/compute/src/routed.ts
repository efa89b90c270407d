// SPDX-License-Identifier: Apache-2.0
import { ChainError, SdkError } from "@sotto/errors";
import { type AccountMessage, isSignedOnlyBy, type Router, type WriteCtx } from "@sotto/kernel";
import type { PackedAny } from "@sotto/tx";
import { failedBasicValidation } from "./checks.ts";
import { ComputeError } from "./errors.ts";

/**
 * Runs a contract's message, if the contract is its only signer. Compat: the checks come before the
 * check of signers and the handler, and have their own errors (x/compute handler_plugin.go).
 * Returns the response's bytes.
 */
export function runRouted(router: Router, ctx: WriteCtx, packed: PackedAny, contract: Uint8Array): Uint8Array {
  const opened = open(router, packed, ctx.block.height);
  check(opened);
  if (!isOwn(opened, contract)) throw SdkError.unauthorized("contract doesn't have permission");
  if (opened.route === undefined) throw SdkError.unknownRequest(`can't route message ${opened.typeUrl}`);
  const { response, events } = router.execute(ctx, opened, contract);
  for (const event of events) ctx.emit(event);
  return response.value;
}

/** Runs a decoding step; its failure becomes an error of compute. */
function orInvalid<T>(run: () => T, text: (cause: ChainError) => string): T {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof ChainError ? ComputeError.invalidMsg(text(thrown)) : thrown;
  }
}

const open = (router: Router, packed: PackedAny, height: number): AccountMessage =>
  orInvalid(
    () => router.open(packed, height),
    () => `Cannot unpack proto message with type URL: ${packed.typeUrl.slice(0, 128)}`,
  );

function check({ route, message }: AccountMessage): void {
  try {
    route?.check?.(message);
  } catch (thrown) {
    if (thrown instanceof ChainError && route !== undefined) throw thrown.wrap(failedBasicValidation(route.input.name));
    throw thrown;
  }
}

const isOwn = (opened: AccountMessage, contract: Uint8Array): boolean =>
  orInvalid(
    () => isSignedOnlyBy(opened, contract),
    (cause) => `Cannot unpack proto message: ${cause.message}`,
  );

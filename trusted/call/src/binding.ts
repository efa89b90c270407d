// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import type { Binding } from "@sotto/message";
import type { CallMessage } from "@sotto/verify";

/**
 * The binding of a signed message with a text, if it is bound: sender and target of the signer's
 * transaction.
 */
export function bindingOf(message: CallMessage, chainId: string): Binding {
  assert(message.kind !== "updateAdmin", "an admin's message carries no text");
  const { kind, sender } = message;
  switch (kind) {
    case "execute":
      return { kind, chainId, sender, contract: message.contract };
    case "instantiate":
      return { kind, chainId, sender, codeId: BigInt(message.codeId), label: message.label };
    case "migrate":
      return { kind, chainId, sender, contract: message.contract, codeId: BigInt(message.codeId) };
  }
}

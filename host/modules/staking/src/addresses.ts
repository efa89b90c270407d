// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress, prefix } from "@sotto/address";
import { ChainError, SdkError } from "@sotto/errors";
import { addressField } from "@sotto/kernel";

/** The text of an operator's address. */
export const operatorText = (operator: Uint8Array): string => formatAddress(operator, prefix.validator);

/** The address in a stored text. */
export const mustOperator = (text: string): Uint8Array => parseAddress(text, prefix.validator);
export const mustDelegator = (text: string): Uint8Array => parseAddress(text);

function named(name: string, read: () => Uint8Array): Uint8Array {
  try {
    return read();
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.invalidAddress(`invalid ${name} address: ${thrown.message}`) : thrown;
  }
}

/** Addresses in messages. Throw sdk/7. */
export const operatorField = (text: string, name = "validator"): Uint8Array =>
  named(name, () => addressField(text, prefix.validator));
export const delegatorField = (text: string): Uint8Array => named("delegator", () => addressField(text));

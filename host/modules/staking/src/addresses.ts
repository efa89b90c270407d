// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress, prefix } from "@sotto/address";
import { addressField, addressFieldOr } from "@sotto/kernel";

/** The text of an operator's address. */
export const operatorText = (operator: Uint8Array): string => formatAddress(operator, prefix.validator);

/** The address in a stored text. */
export const mustOperator = (text: string): Uint8Array => parseAddress(text, prefix.validator);
export const mustDelegator = (text: string): Uint8Array => parseAddress(text);

/** Addresses in messages. Throw sdk/7. */
export const operatorField = (text: string, name = "validator"): Uint8Array =>
  addressFieldOr(`invalid ${name} address`, text, (each) => addressField(each, prefix.validator));
export const delegatorField = (text: string): Uint8Array => addressFieldOr("invalid delegator address", text);

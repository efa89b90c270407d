// SPDX-License-Identifier: Apache-2.0
import { decodeBech32, getAddress, lengthFault, MAX_ADDRESS_BYTES, prefix } from "@sotto/address";
import { ChainError, GrpcError, plainError, SdkError } from "@sotto/errors";

/**
 * The address in a query's argument, with the failures of the SDK's address codec (codec/address
 * Bech32Codec): plain errors for text that is not Bech32, sdk/35 for another prefix, sdk/9 for a
 * length. Queries accept every length that the SDK accepts; the reference accepts only three
 * (lengthFault), so addresses of other lengths have no rows.
 */
export function addressArgument(text: string, hrp: string = prefix.account): Uint8Array {
  const usual = getAddress(text, hrp);
  if (usual !== undefined) return usual;
  if (text.length <= 1023 && text.trim() === "") throw plainError("empty address string is not allowed");
  const decoded = decodeBech32(text);
  if (decoded.fault !== undefined) throw plainError(decoded.fault);
  if (decoded.prefix !== hrp)
    throw SdkError.logic(`hrp does not match bech32 prefix: expected '${hrp}' got '${decoded.prefix}'`);
  const { data } = decoded;
  if (data.length === 0) throw SdkError.unknownAddress("addresses cannot be empty");
  if (data.length > MAX_ADDRESS_BYTES)
    throw SdkError.unknownAddress(`address max length is ${MAX_ADDRESS_BYTES}, got ${data.length}`);
  return data;
}

/**
 * The address in a field of a message, with the same failures, and sdk/9 for a length that the
 * chain does not have.
 */
export function addressField(text: string, hrp: string = prefix.account): Uint8Array {
  const address = addressArgument(text, hrp);
  const fault = lengthFault(address.length);
  if (fault !== undefined) throw SdkError.unknownAddress(fault);
  return address;
}

/** The same, or sdk/7 that begins with `fault`. `read`: another way to read the text. */
export function addressFieldOr(
  fault: string,
  text: string,
  read: (text: string) => Uint8Array = addressField,
): Uint8Array {
  try {
    return read(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? SdkError.invalidAddress(`${fault}: ${thrown.message}`) : thrown;
  }
}

/** `addressArgument` for handlers that return the status InvalidArgument themselves. */
export function addressOrStatus(text: string): Uint8Array {
  try {
    return addressArgument(text);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw GrpcError.invalidArgument(`invalid address: ${thrown.message}`, thrown);
  }
}

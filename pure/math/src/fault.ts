// SPDX-License-Identifier: Apache-2.0
/**
 * A number out of range, a division by zero, or coins that are not a valid set, where the SDK
 * panics. The transaction fails; the node continues.
 */
export class NumberFault extends Error {
  override readonly name = "NumberFault";
}

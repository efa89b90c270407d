// SPDX-License-Identifier: Apache-2.0
export { formatAddress, getAddress, lengthFault, MAX_ADDRESS_BYTES, mustAddress, parseAddress } from "./address.ts";
export { type Bech32, decodeBech32, encodeBech32 } from "./bech32.ts";
export {
  type CanonicalizeResult,
  canonicalizeForContract,
  type Dialect,
  type HumanizeResult,
  humanizeForContract,
  validateForContract,
} from "./contractText.ts";
export {
  accountAddress,
  consensusAddress,
  contractAddress,
  encodeMultisigKey,
  moduleAddress,
  multisigAddress,
} from "./derive.ts";
export { prefix } from "./prefix.ts";

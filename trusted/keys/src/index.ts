// SPDX-License-Identifier: Apache-2.0
export {
  ConsensusKeys,
  type ContractIdentity,
  type ContractKeyClaim,
  type KeyProofClaim,
} from "./consensusKeys.ts";
export {
  createKeychain,
  decodeKeychain,
  encodeKeychain,
  type Keychain,
  keychainOf,
} from "./keychain.ts";
export { Secret } from "./secret.ts";
export { openSeedsFrom, sealSeedsFor } from "./transfer.ts";

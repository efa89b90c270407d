// SPDX-License-Identifier: Apache-2.0
export { chainMessages, chainTypes } from "./chainTypes.ts";
export { DecodedTx, decodeTx } from "./decode.ts";
export { encodeMultiSignature, encodeTxRaw } from "./encode.ts";
export { asTxDecode } from "./errors.ts";
export type { PackedAny } from "./packedAny.ts";
export {
  aminoPublicKey,
  countKeys,
  type PublicKey,
  packPublicKey,
  parsePublicKey,
  publicKeyAddress,
} from "./publicKey.ts";
export { decodeTxRaw, type TxRaw } from "./raw.ts";
export { isScheduledTx, SCHEDULER } from "./scheduled.ts";
export {
  aminoSignBytes,
  aminoSignText,
  directAuxSignBytes,
  directSignBytes,
  eip191SignBytes,
  signBytes,
} from "./signBytes.ts";
export { feePayer, messageSigners, type ReadAddress, txSigners } from "./signers.ts";
export { SignMode } from "./signMode.ts";
export { baseUnits, type DenomMetadata, type ShownUnit, shownUnit, type UnitLookup } from "./textual/coins.ts";
export type { Screen } from "./textual/screen.ts";
export { textualScreens, textualSignBytes } from "./textual/signBytes.ts";
export type { AuthInfo, BitArray, Fee, ModeInfo, SignerData, SignerInfo, Tip, TxBody } from "./types.ts";
export { assertKnownMessage } from "./unknown.ts";
export { decodeMultiSignature, hasSigned, verifySignature } from "./verify.ts";

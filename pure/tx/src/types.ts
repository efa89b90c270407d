// SPDX-License-Identifier: Apache-2.0
import type { WireCoin } from "@sotto/math/coins";
import type { PackedAny } from "./packedAny.ts";
import type { PublicKey } from "./publicKey.ts";

export interface TxBody {
  readonly messages: readonly PackedAny[];
  readonly memo: string;
  /** 0: no timeout. */
  readonly timeoutHeight: bigint;
  readonly extensionOptions: readonly PackedAny[];
  readonly nonCriticalExtensionOptions: readonly PackedAny[];
  /**
   * Whether the body has unknown fields with a number whose bit 11 is set: amino JSON cannot sign
   * them.
   */
  readonly hasUnknownNonCritical: boolean;
}

export interface Fee {
  readonly amount: readonly WireCoin[];
  readonly gasLimit: bigint;
  /** Address text, or empty: the first signer pays. */
  readonly payer: string;
  readonly granter: string;
}

export interface Tip {
  readonly amount: readonly WireCoin[];
  readonly tipper: string;
}

/**
 * The modes of a signature: one sign mode for a single key, or one for each member of a multisig
 * that signed.
 */
export type ModeInfo =
  | { readonly kind: "single"; readonly mode: number }
  | { readonly kind: "multi"; readonly members: BitArray; readonly modes: readonly ModeInfo[] };

/** CompactBitArray: which members of a multisig signed, the highest bit of a byte first. */
export interface BitArray {
  /** Number of bits. */
  readonly size: number;
  readonly bits: Uint8Array;
}

export interface SignerInfo {
  /** Undefined when the account must already have its key. */
  readonly publicKey: PublicKey | undefined;
  /** Undefined only in simulations: no signature verifies without it. */
  readonly modeInfo: ModeInfo | undefined;
  readonly sequence: bigint;
}

export interface AuthInfo {
  readonly signerInfos: readonly SignerInfo[];
  readonly fee: Fee | undefined;
  readonly tip: Tip | undefined;
}

/** Data that a signer signs in addition to the transaction. */
export interface SignerData {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

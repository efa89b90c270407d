// SPDX-License-Identifier: Apache-2.0
import type { Coin } from "@sotto/protocol";

interface Common {
  /**
   * Canonical. The sender: a signer of the transaction, or the contract that sent the sub-message.
   */
  readonly sender: Uint8Array;
}

export interface InstantiateMessage extends Common {
  readonly kind: "instantiate";
  readonly codeId: number;
  readonly label: string;
  readonly msg: Uint8Array;
  readonly funds: readonly Coin[];
  /** Bech32, or empty. */
  readonly admin: string;
}

export interface ExecuteMessage extends Common {
  readonly kind: "execute";
  readonly contract: Uint8Array;
  readonly msg: Uint8Array;
  readonly funds: readonly Coin[];
}

export interface MigrateMessage extends Common {
  readonly kind: "migrate";
  readonly contract: Uint8Array;
  readonly codeId: number;
  readonly msg: Uint8Array;
}

export interface UpdateAdminMessage extends Common {
  readonly kind: "updateAdmin";
  readonly contract: Uint8Array;
  /** Bech32; empty clears. */
  readonly newAdmin: string;
}

/**
 * A message whose sender and content are authentic: signed in the verified block, or sent by a
 * contract that the enclave ran.
 */
export type CallMessage = InstantiateMessage | ExecuteMessage | MigrateMessage | UpdateAdminMessage;

/** The transaction's own message, verified. */
export interface SignedMessage {
  readonly message: CallMessage;
  /** Upper-case hex of the sha256 of the transaction. */
  readonly txHash: string;
  /** The message's field of this name, which users must leave empty (spec/calls.md 4.1). */
  readonly callbackSig: Uint8Array;
}

// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { account, multisig } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import type { SignerHint, Untrusted } from "@sotto/protocol";
import { untrusted } from "../../../test/support/untrusted.ts";
import type { Position, SignerClaim } from "../src/index.ts";

/** The host's data of a signer. */
export const claimOf = (accountNumber: number, hint?: SignerHint): Untrusted<SignerClaim> =>
  untrusted({ accountNumber, hint });

/** The message that the host names. */
export const at = (txIndex: number, messageIndex: number): Untrusted<Position> => untrusted({ txIndex, messageIndex });

/** Signers in tests of signatures, and the parts of their sign bytes outside of the transaction. */
export const chainId = "verify-1";
export const [a, b, c] = [account("a"), account("b"), account("c")];
export const group = multisig(2, [a, b, c]);
export const contract = sha256(fromUtf8("contract")).slice(0, 20);
export const numbers = { accountNumber: 3n, sequence: 7n };

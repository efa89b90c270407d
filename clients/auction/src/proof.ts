// SPDX-License-Identifier: Apache-2.0
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";

/** What a house signed; may be passed on as it is. */
export interface BidProof {
  /** base64 of JSON. */
  readonly document: string;
  /** base64 of 64 bytes. */
  readonly signature: string;
}

/** What a proof states: this bid was counted, by the act of place `n`. */
export interface ProvenBid {
  readonly chainId: string;
  readonly house: string;
  readonly auctionId: bigint;
  readonly bidder: string;
  readonly n: bigint;
  /** 64 hex digits. */
  readonly leaf: string;
  readonly counted: boolean;
  /** When the bidder chose to show it. */
  readonly amount: bigint | undefined;
}

/** A proof that does not hold. */
export class ProofInvalid extends Error {
  override readonly name = "ProofInvalid";
}

interface ProofDocument {
  readonly kind: string;
  readonly chain_id: string;
  readonly house: string;
  readonly auction_id: string;
  readonly bidder: string;
  readonly n: string;
  readonly leaf: string;
  readonly counted: boolean;
  readonly amount?: string;
}

const KIND = "sotto auction bid";

/** Where the proof must come from: read `publicKey` from the house itself, on a node you trust. */
export interface ProofSource {
  readonly chainId: string;
  /** bech32 */
  readonly house: string;
  /** 33 bytes, hex. */
  readonly publicKey: string;
}

/** Verifies without a network. Throws ProofInvalid. */
export function verifyProof(proof: BidProof, source: ProofSource): ProvenBid {
  const document = decoded(proof.document);
  const signature = decoded(proof.signature);
  if (signature.length !== 64) throw new ProofInvalid("a signature has 64 bytes");
  // The contract's signatures may have either form of s.
  if (!secp256k1.verify(signature, document, hexToBytes(source.publicKey), { lowS: false }))
    throw new ProofInvalid("the house did not sign this document");
  // A signed document has the form that the contract writes.
  const stated = JSON.parse(new TextDecoder().decode(document)) as ProofDocument;
  const { kind, chain_id: chainId, house, auction_id, bidder, n, leaf, counted, amount } = stated;
  if (kind !== KIND) throw new ProofInvalid("the document is no proof of a bid");
  if (chainId !== source.chainId || house !== source.house)
    throw new ProofInvalid(`the proof is of ${house} on ${chainId}`);
  return {
    chainId,
    house,
    auctionId: BigInt(auction_id),
    bidder,
    n: BigInt(n),
    leaf: bytesToHex(base64.decode(leaf)),
    counted,
    amount: amount === undefined ? undefined : BigInt(amount),
  };
}

function decoded(text: string): Uint8Array {
  try {
    return base64.decode(text);
  } catch {
    throw new ProofInvalid("a part of the proof is not base64");
  }
}

// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { type Json, sortedJson } from "@sotto/codec";
import { secp256k1Sign, sha256 } from "@sotto/crypto";
import type { DevAccount } from "./accounts.ts";
import { DevChainError } from "./errors.ts";

/** A signed permit for queries (SNIP-24), in the form of messages. */
export interface Permit {
  readonly params: {
    readonly permit_name: string;
    /** Addresses of contracts. */
    readonly allowed_tokens: readonly string[];
    readonly chain_id: string;
    readonly permissions: readonly string[];
  };
  readonly signature: {
    readonly pub_key: { readonly type: string; readonly value: string };
    /** 64 bytes, base64. */
    readonly signature: string;
  };
}

export interface PermitOptions {
  /** Contracts that may read with it, or their addresses. */
  readonly contracts: readonly (string | { readonly address: string })[];
  readonly permissions: readonly string[];
  /** Name by which it can be revoked. Default: "permit". */
  readonly name?: string;
  /** Default: the chain's. */
  readonly chainId?: string;
}

const object = (fields: Readonly<Record<string, Json>>): Json => new Map(Object.entries(fields));

/** Signs the document of a permit, as a wallet does. */
export function signPermit(by: DevAccount, chainId: string, options: PermitOptions): Permit {
  const given: Partial<PermitOptions> | undefined = options; // callers without types
  const { contracts = [], permissions = [], name = "permit" } = given ?? {};
  if (!Array.isArray(contracts) || contracts.length === 0)
    throw new DevChainError("a permit names the contracts that it is for: give { contracts }");
  if (!Array.isArray(permissions)) throw new DevChainError('a permit has a list { permissions }, as ["owner"]');
  const allowed = contracts.map((each) => (typeof each === "string" ? each : each.address));
  const value = object({ permit_name: name, allowed_tokens: allowed, permissions });
  const document = object({
    chain_id: given?.chainId ?? chainId,
    account_number: "0",
    sequence: "0",
    fee: object({ amount: [object({ denom: "uscrt", amount: "0" })], gas: "1" }),
    msgs: [object({ type: "query_permit", value })],
    memo: "",
  });
  const signed = secp256k1Sign(sha256(fromUtf8(sortedJson(document))), by.privateKey);
  if (signed === undefined) throw new DevChainError(`the key of ${by.name} cannot sign`);
  return {
    params: {
      permit_name: name,
      allowed_tokens: allowed,
      chain_id: given?.chainId ?? chainId,
      permissions: [...permissions],
    },
    signature: {
      pub_key: { type: "tendermint/PubKeySecp256k1", value: toBase64(by.publicKey) },
      signature: toBase64(signed.signature),
    },
  };
}

import { beU32, beU64, concat, fromLatin1, fromUtf8, hasPrefix } from "@sotto/bytes";

/** What one message may do: who sends it to what, on which chain. Addresses are canonical. */
export type Binding =
  | { readonly kind: "execute"; readonly chainId: string; readonly sender: Uint8Array; readonly contract: Uint8Array }
  | {
      readonly kind: "migrate";
      readonly chainId: string;
      readonly sender: Uint8Array;
      readonly contract: Uint8Array;
      readonly codeId: bigint;
    }
  | {
      readonly kind: "instantiate";
      readonly chainId: string;
      readonly sender: Uint8Array;
      readonly codeId: bigint;
      readonly label: string;
    }
  | { readonly kind: "query"; readonly chainId: string; readonly contract: Uint8Array };

/** How the nonce of a bound message begins (docs/spec/bound-messages.md). A chance nonce does with 2^-64. */
export const BOUND_MARK: Uint8Array = fromLatin1("BOUND-01");

/** Whether messages under this nonce are bound. The key is derived from the nonce, so nobody can change the answer afterwards. */
export const isBoundNonce = (nonce: Uint8Array): boolean => hasPrefix(nonce, BOUND_MARK);

const NONE = new Uint8Array(0);

/** Fields, each behind its length (BE4). */
const encodeFields = (fields: readonly Uint8Array[]): Uint8Array =>
  concat(...fields.flatMap((field) => [beU32(field.length), field]));

/**
 * The associated data of a bound message: kind, chain id, sender, contract, code id (BE8), label; what a kind does not have is empty.
 * Two bindings never have the same bytes.
 */
export function encodeBinding(binding: Binding): Uint8Array {
  return encodeFields([
    fromLatin1(binding.kind),
    fromUtf8(binding.chainId),
    "sender" in binding ? binding.sender : NONE,
    "contract" in binding ? binding.contract : NONE,
    "codeId" in binding ? beU64(binding.codeId) : NONE,
    "label" in binding ? fromUtf8(binding.label) : NONE,
  ]);
}

/** A nonce that says that its message is bound, from 24 fresh random bytes. */
export const boundNonce = (random: Uint8Array): Uint8Array => concat(BOUND_MARK, random);

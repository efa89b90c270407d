// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { beU64, concat, equals, toHex } from "@sotto/bytes";
import { decode, type TypeRegistry } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { NumberFault } from "@sotto/math";
import { AuthInfoSchema, type SignerInfo, SignerInfoSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import type { DecodedTx } from "../decode.ts";
import type { PackedAny } from "../packedAny.ts";
import { type PublicKey, packPublicKey, publicKeyAddress } from "../publicKey.ts";
import type { SignerData } from "../types.ts";
import { baseUnits, type UnitLookup } from "./coins.ts";
import { Renderer } from "./render.ts";
import { encodeScreens, type Screen, Screens } from "./screen.ts";
import { formatInt } from "./values.ts";

/**
 * Compat: the reference's clients sign with a member's key and address on the screens, its verifier
 * expects the multisig's, so no such signature is valid there.
 */
export const textualInMultisig = (): ChainError => SdkError.notSupported("SIGN_MODE_TEXTUAL in a multisig");

/** Converts every failure to render (numbers, types, size) to one code. */
function asInvalid<T>(render: () => T): T {
  try {
    return render();
  } catch (thrown) {
    if (thrown instanceof ChainError && thrown.codespace === "sdk") throw thrown;
    if (thrown instanceof ChainError || thrown instanceof NumberFault)
      throw SdkError.invalidRequest(`no textual form: ${thrown.message}`, thrown);
    throw thrown;
  }
}

/**
 * The signers other than the one with this key. Source: x/tx signing/textual/tx.go, which compares
 * the bytes of the keys without their type, and panics on a signer without a key.
 */
function otherSigners(tx: DecodedTx, own: PackedAny): SignerInfo[] {
  return decode(AuthInfoSchema, tx.raw.authInfoBytes).signerInfos.filter(({ publicKey }) => {
    if (publicKey === undefined)
      throw SdkError.invalidRequest("SIGN_MODE_TEXTUAL needs the public key of every signer");
    return !equals(publicKey.value, own.value);
  });
}

/** Binds the screens to the exact bytes of the transaction. */
const rawHash = ({ raw: { bodyBytes, authInfoBytes } }: DecodedTx): string =>
  toHex(sha256(concat(beU64(BigInt(bodyBytes.length)), bodyBytes, beU64(BigInt(authInfoBytes.length)), authInfoBytes)));

/**
 * The screens of a transaction (ADR-050, "envelope"): a wallet shows them, SIGN_MODE_TEXTUAL signs
 * them. Throws SdkError.invalidRequest for a transaction that cannot be shown. Cost: the messages
 * and the auth info are decoded.
 */
export const textualScreens = (
  tx: DecodedTx,
  data: SignerData,
  key: PublicKey,
  registry: TypeRegistry,
  units: UnitLookup = baseUnits,
): readonly Screen[] => asInvalid(() => envelope(tx, data, key, registry, units));

function envelope(
  tx: DecodedTx,
  data: SignerData,
  key: PublicKey,
  registry: TypeRegistry,
  units: UnitLookup,
): readonly Screen[] {
  const { body, authInfo } = tx;
  const { fee } = authInfo;
  if (key.kind === "multisig") throw textualInMultisig();
  if (fee === undefined) throw SdkError.invalidRequest("SIGN_MODE_TEXTUAL needs a fee");
  const screens = new Screens();
  const renderer = new Renderer(registry, units, screens);
  const own = packPublicKey(key);
  const text = (title: string, content: string): void => {
    if (content !== "") screens.add(title, content, 0);
  };
  const number = (title: string, value: bigint): void => {
    if (value !== 0n) screens.add(title, formatInt(value.toString()), 0);
  };
  const anys = (name: string, list: readonly PackedAny[]): void => {
    if (list.length > 0) renderer.list(name, "Any", list, 0, (title, each) => renderer.any(title, each, 1, 0));
  };
  text("Chain id", data.chainId);
  number("Account number", data.accountNumber);
  number("Sequence", data.sequence);
  screens.expert = true;
  text("Address", formatAddress(publicKeyAddress(key)));
  renderer.any("Public key", own, 0, 0);
  screens.expert = false;
  messages(screens, renderer, body.messages);
  text("Memo", body.memo);
  if (fee.amount.length > 0) renderer.coins("Fees", fee.amount, 0);
  screens.expert = true;
  text("Fee payer", fee.payer);
  text("Fee granter", fee.granter);
  number("Gas limit", fee.gasLimit);
  number("Timeout height", body.timeoutHeight);
  const others = otherSigners(tx, own);
  if (others.length > 0) {
    renderer.list("other_signer", "SignerInfo", others, 0, (title, each) =>
      // The renderer reads a message's fields by name.
      renderer.message(title, SignerInfoSchema, each as unknown as Record<string, unknown>, 1, 0),
    );
  }
  anys("extension_options", body.extensionOptions);
  anys("non_critical_extension_options", body.nonCriticalExtensionOptions);
  screens.add("Hash of raw bytes", rawHash(tx), 0);
  return screens.list;
}

/** The messages are a list with a special first screen. */
function messages(screens: Screens, renderer: Renderer, list: readonly PackedAny[]): void {
  const count = list.length;
  if (count === 0) return;
  screens.add("", `This transaction has ${count} Message${count === 1 ? "" : "s"}`, 0);
  for (let i = 0; i < count; i++) renderer.any(`Message (${i + 1}/${count})`, list[i] as PackedAny, 1, 0);
  screens.add("", "End of Message", 0);
}

/** SIGN_MODE_TEXTUAL: the screens as CBOR. */
export const textualSignBytes = (
  tx: DecodedTx,
  data: SignerData,
  key: PublicKey,
  registry: TypeRegistry,
  units?: UnitLookup,
): Uint8Array => encodeScreens(textualScreens(tx, data, key, registry, units));

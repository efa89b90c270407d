// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { concat, equals, fromUtf8 } from "@sotto/bytes";
import { aminoAnyJson, goJsonString, ProtoWriter, type TypeRegistry } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import { int } from "@sotto/math";
import type { WireCoin } from "@sotto/math/coins";
import type { DecodedTx } from "./decode.ts";
import { type PublicKey, packPublicKey, publicKeyAddress } from "./publicKey.ts";
import { feePayer, firstSigners } from "./signers.ts";
import { SignMode } from "./signMode.ts";
import type { UnitLookup } from "./textual/coins.ts";
import { textualSignBytes } from "./textual/signBytes.ts";
import type { Fee, SignerData } from "./types.ts";
import { hasUnknownFields } from "./unknown.ts";

/** SIGN_MODE_DIRECT: the SignDoc. The exact bytes of body and auth info are signed. */
export const directSignBytes = (tx: DecodedTx, data: Omit<SignerData, "sequence">): Uint8Array =>
  new ProtoWriter(tx.bytes.length + 64)
    .bytes(1, tx.raw.bodyBytes)
    .bytes(2, tx.raw.authInfoBytes)
    .string(3, data.chainId)
    .uint64(4, data.accountNumber)
    .finish();

/**
 * SIGN_MODE_DIRECT_AUX: the SignDocDirectAux of a signer that does not pay the fee. It does not
 * cover the auth info with fee and gas, so it throws SdkError.unauthorized for the key of the fee
 * payer. Addresses are compared as bytes; the reference compares texts, and for it a payer in upper
 * case is another account (spec/transactions.md 2.3; x/tx, signing/directaux).
 */
export function directAuxSignBytes(
  tx: DecodedTx,
  data: SignerData,
  publicKey: PublicKey,
  registry: TypeRegistry,
): Uint8Array {
  const signer = publicKeyAddress(publicKey);
  if (equals(feePayer(tx, firstSigners(tx, registry)), signer)) {
    throw SdkError.unauthorized(`fee payer ${formatAddress(signer)} cannot sign with SIGN_MODE_DIRECT_AUX`);
  }
  const packed = packPublicKey(publicKey);
  return new ProtoWriter(tx.bytes.length + 64)
    .bytes(1, tx.raw.bodyBytes)
    .message(2, (w) => w.string(1, packed.typeUrl).bytes(2, packed.value))
    .string(3, data.chainId)
    .uint64(4, data.accountNumber)
    .uint64(5, data.sequence)
    .finish();
}

/**
 * An amount of the fee as Go prints its integer; the decoder has refused texts that are not
 * integers.
 */
const amountText = (amount: string): string => String(int.parse(amount) ?? amount);

const coins = (list: readonly WireCoin[]): string =>
  `[${list.map(({ amount, denom }) => `{"amount":"${amountText(amount)}","denom":${goJsonString(denom)}}`).join(",")}]`;

function stdFee(fee: Fee): string {
  const granter = fee.granter === "" ? "" : `,"granter":${goJsonString(fee.granter)}`;
  const payer = fee.payer === "" ? "" : `,"payer":${goJsonString(fee.payer)}`;
  return `{"amount":${coins(fee.amount)},"gas":"${fee.gasLimit}"${granter}${payer}}`;
}

const NO_FEE: Fee = { amount: [], gasLimit: 0n, payer: "", granter: "" };

/**
 * Text of SIGN_MODE_LEGACY_AMINO_JSON: the StdSignDoc with sorted keys. Throws
 * SdkError.invalidRequest for a transaction that amino JSON cannot sign. Source: cosmossdk.io/x/tx,
 * signing/aminojson. Cost: the messages are decoded.
 */
export function aminoSignText(tx: DecodedTx, data: SignerData, registry: TypeRegistry): string {
  const { body } = tx;
  // JSON cannot contain them, so a relay could add or remove them.
  if (body.hasUnknownNonCritical || hasUnknownFields(body, registry)) {
    throw SdkError.invalidRequest("amino JSON cannot sign a transaction with unknown non-critical fields");
  }
  if (body.extensionOptions.length + body.nonCriticalExtensionOptions.length > 0) {
    throw SdkError.invalidRequest("SIGN_MODE_LEGACY_AMINO_JSON does not support protobuf extension options");
  }
  const timeout = body.timeoutHeight === 0n ? "" : `,"timeout_height":"${body.timeoutHeight}"`;
  return (
    `{"account_number":"${data.accountNumber}","chain_id":${goJsonString(data.chainId)},` +
    `"fee":${stdFee(tx.authInfo.fee ?? NO_FEE)},"memo":${goJsonString(body.memo)},` +
    `"msgs":[${body.messages.map((message) => aminoMessage(message, registry)).join(",")}],` +
    `"sequence":"${data.sequence}"${timeout}}`
  );
}

function aminoMessage(message: DecodedTx["messages"][number], registry: TypeRegistry): string {
  try {
    return aminoAnyJson(message, registry);
  } catch (thrown) {
    if (thrown instanceof ChainError)
      throw SdkError.invalidRequest(`no amino JSON of ${message.typeUrl}: ${thrown.message}`, thrown);
    throw thrown;
  }
}

/** SIGN_MODE_LEGACY_AMINO_JSON. */
export const aminoSignBytes = (tx: DecodedTx, data: SignerData, registry: TypeRegistry): Uint8Array =>
  fromUtf8(aminoSignText(tx, data, registry));

/**
 * SIGN_MODE_EIP_191, Secret's own (191): the amino document indented by four spaces, after
 * Ethereum's personal-message prefix. It is hashed with Keccak-256, not SHA-256
 * (spec/transactions.md 2.5). Source: the reference's eip191/eip191.go.
 */
export function eip191SignBytes(tx: DecodedTx, data: SignerData, registry: TypeRegistry): Uint8Array {
  const text = fromUtf8(indent(aminoSignText(tx, data, registry)));
  return concat(fromUtf8(`\x19Ethereum Signed Message:\n${text.length}`), text);
}

/** Go's json.Indent with four spaces, of JSON without spaces. Cost: linear. */
function indent(json: string): string {
  let out = "";
  let depth = 0;
  let from = 0;
  for (let i = 0; i < json.length; i++) {
    const c = json[i];
    if (c === '"') {
      for (i++; json[i] !== '"'; i++) if (json[i] === "\\") i++;
    } else if (c === "{" || c === "[") {
      if (json[i + 1] === "}" || json[i + 1] === "]") i++;
      else {
        out += json.slice(from, i + 1) + newline(++depth);
        from = i + 1;
      }
    } else if (c === "," || c === ":") {
      out += json.slice(from, i + 1) + (c === "," ? newline(depth) : " ");
      from = i + 1;
    } else if (c === "}" || c === "]") {
      out += json.slice(from, i) + newline(--depth);
      from = i;
    }
  }
  return out + json.slice(from);
}

const newline = (depth: number): string => `\n${"    ".repeat(depth)}`;

/**
 * The sign bytes of a single signature in any mode. `publicKey` is the account's; for a member of a
 * multisig it is the multisig's. Every mode except direct needs `registry`; only textual needs
 * `units` (default: coins are shown in their base unit). Throws SdkError.notSupported for unknown
 * modes, SdkError.unauthorized for a mode that the signer may not use.
 */
export function signBytes(
  mode: number,
  tx: DecodedTx,
  data: SignerData,
  publicKey: PublicKey,
  registry: TypeRegistry,
  units?: UnitLookup,
): Uint8Array {
  switch (mode) {
    case SignMode.direct:
      return directSignBytes(tx, data);
    case SignMode.directAux:
      return directAuxSignBytes(tx, data, publicKey, registry);
    case SignMode.aminoJson:
      return aminoSignBytes(tx, data, registry);
    case SignMode.eip191:
      return eip191SignBytes(tx, data, registry);
    case SignMode.textual:
      return textualSignBytes(tx, data, publicKey, registry, units);
    default:
      throw SdkError.notSupported(`sign mode ${mode}`);
  }
}

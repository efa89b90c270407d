// SPDX-License-Identifier: Apache-2.0
/** Test accounts and transactions in every sign mode that clients use. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { concat, fromUtf8 } from "@sotto/bytes";
import { encode, ProtoWriter, type TypeRegistry } from "@sotto/codec";
import { keccak256, secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import { AuthInfoSchema, ModeInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import {
  chainTypes,
  type DecodedTx,
  decodeTx,
  directSignBytes,
  encodeMultiSignature,
  encodeTxRaw,
  type PublicKey,
  packPublicKey,
  publicKeyAddress,
  SignMode,
  signBytes,
  type UnitLookup,
} from "@sotto/tx";

export interface Account {
  readonly name: string;
  readonly secret: Uint8Array;
  readonly publicKey: PublicKey;
  readonly raw: Uint8Array;
  /** Bech32. */
  readonly address: string;
}

/** `secret`: a secp256k1 key. */
export function accountOf(name: string, secret: Uint8Array): Account {
  const key = secp256k1PublicKey(secret);
  if (key === undefined) throw new Error("the secret key is not in range");
  const publicKey: PublicKey = { kind: "secp256k1", key };
  const raw = publicKeyAddress(publicKey);
  return { name, secret, publicKey, raw, address: formatAddress(raw) };
}

export const account = (name: string): Account => accountOf(name, sha256(fromUtf8(`test account ${name}`)));

export interface Packed {
  readonly typeUrl: string;
  readonly value: Uint8Array;
}

export const pack = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): Packed => ({
  typeUrl: `/${schema.typeName}`,
  value: encode(schema, create(schema, init)),
});

export interface Coin {
  readonly denom: string;
  readonly amount: string;
}

/** A k-of-n account with its signing members. */
export interface Multisig {
  readonly key: Extract<PublicKey, { kind: "multisig" }>;
  readonly members: readonly Account[];
  readonly raw: Uint8Array;
  readonly address: string;
}

export function multisig(threshold: number, members: readonly Account[]): Multisig {
  const key = { kind: "multisig", threshold, keys: members.map(({ publicKey }) => publicKey) } as const;
  const raw = publicKeyAddress(key);
  return { key, members, raw, address: formatAddress(raw) };
}

export interface Signer {
  readonly by: Account | { readonly multisig: Multisig; readonly signing: readonly number[] };
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly mode?: number;
  /** A given signature in place of one over this transaction. */
  readonly signature?: Uint8Array | undefined;
}

export interface TxInput {
  readonly chainId: string;
  readonly messages: readonly Packed[];
  readonly signers: readonly Signer[];
  readonly gas?: bigint;
  readonly fee?: readonly Coin[];
  readonly memo?: string;
  readonly timeoutHeight?: bigint;
  readonly payer?: string;
  readonly granter?: string;
  /** Leaves out the public keys, as a client may when the account has its key. */
  readonly withoutKeys?: boolean;
  readonly extensionOptions?: readonly Packed[];
  /** Units that a wallet shows in mode textual. Default: base units. */
  readonly units?: UnitLookup;
  /** The types that an Any may hold, for the modes that show it. Default: the network's types. */
  readonly types?: TypeRegistry;
  /** Changes the signatures after signing. */
  readonly forge?: (signatures: Uint8Array[]) => Uint8Array[];
}

const single = (mode: number): MessageInitShape<typeof ModeInfoSchema> => ({
  // The cast: the chain's own mode 191 is not in the SDK's enum.
  sum: { case: "single", value: { mode: mode as never } },
});

function modeOf({ by, mode = SignMode.direct }: Signer) {
  if (!("multisig" in by)) return create(ModeInfoSchema, single(mode));
  const size = by.multisig.members.length;
  const elems = new Uint8Array(Math.ceil(size / 8));
  for (const i of by.signing) elems[i >> 3] = (elems[i >> 3] as number) | (128 >> (i & 7));
  const bitarray = { extraBitsStored: size % 8, elems };
  const member = mode === SignMode.direct ? SignMode.aminoJson : mode;
  return create(ModeInfoSchema, {
    sum: { case: "multi", value: { bitarray, modeInfos: by.signing.map(() => single(member)) } },
  });
}

const keyOf = ({ by }: Signer): PublicKey => ("multisig" in by ? by.multisig.key : by.publicKey);

export function signHash(secret: Uint8Array, mode: number, bytes: Uint8Array): Uint8Array {
  const hash = mode === SignMode.eip191 ? keccak256(bytes) : sha256(bytes);
  return secp256k1Sign(hash, secret)?.signature as Uint8Array;
}

/** The bytes of a signed transaction. */
export function signTx(input: TxInput): Uint8Array {
  const {
    chainId,
    messages,
    signers,
    types = chainTypes,
    gas = 1_000_000n,
    fee = [{ denom: "uscrt", amount: "1000" }],
  } = input;
  const bodyBytes = encode(
    TxBodySchema,
    create(TxBodySchema, {
      messages: [...messages],
      memo: input.memo ?? "",
      timeoutHeight: input.timeoutHeight ?? 0n,
      extensionOptions: [...(input.extensionOptions ?? [])],
    }),
  );
  const signerInfos = encode(
    AuthInfoSchema,
    create(AuthInfoSchema, {
      signerInfos: signers.map((signer) => ({
        ...(input.withoutKeys === true ? {} : { publicKey: packPublicKey(keyOf(signer)) }),
        modeInfo: modeOf(signer),
        sequence: signer.sequence,
      })),
    }),
  );
  // The fee is written by hand: its amounts may be any text here, which the encoder refuses.
  const feeField = new ProtoWriter().message(2, (w) => {
    for (const { denom, amount } of fee) w.message(1, (coin) => coin.string(1, denom).string(2, amount));
    w.uint64(2, gas)
      .string(3, input.payer ?? "")
      .string(4, input.granter ?? "");
  });
  const authInfoBytes = concat(signerInfos, feeField.finish());
  const raw = { bodyBytes, authInfoBytes, signatures: [] };
  const bytes = encodeTxRaw(raw);
  const signatures = signers.map((signer) => {
    const { by, accountNumber, sequence, mode = SignMode.direct } = signer;
    if (signer.signature !== undefined) return signer.signature;
    const data = { chainId, accountNumber, sequence };
    // Direct sign bytes need no decoding, so a test can sign bytes that do not decode.
    if (mode === SignMode.direct && !("multisig" in by)) {
      return signHash(by.secret, mode, directSignBytes({ raw, bytes } as unknown as DecodedTx, data));
    }
    const unsigned = decodeTx(bytes, types);
    if (!("multisig" in by))
      return signHash(by.secret, mode, signBytes(mode, unsigned, data, by.publicKey, types, input.units));
    const member = mode === SignMode.direct ? SignMode.aminoJson : mode;
    return encodeMultiSignature(
      by.signing.map((i) => {
        const one = by.multisig.members[i] as Account;
        // Members sign over the account's key; screens have the member's key, because no wallet
        // makes screens for a multisig.
        const key = member === SignMode.textual ? one.publicKey : by.multisig.key;
        return signHash(one.secret, member, signBytes(member, unsigned, data, key, types));
      }),
    );
  });
  return encodeTxRaw({ bodyBytes, authInfoBytes, signatures: input.forge?.(signatures) ?? signatures });
}

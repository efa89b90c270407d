// SPDX-License-Identifier: Apache-2.0
/**
 * Reads every entry and every field of vectors/tx.json: the results of Cosmos SDK 0.50.13 for
 * transactions.
 */
import { createRegistry } from "@bufbuild/protobuf";
import { formatAddress, getAddress } from "@sotto/address";
import { toHex, toUtf8 } from "@sotto/bytes";
import { decode, gatewayJson, packAny, parseGatewayJson } from "@sotto/codec";
import { secp256k1Verify, sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { files } from "@sotto/proto/files";
import {
  aminoSignText,
  type DecodedTx,
  decodeTx,
  directSignBytes,
  encodeTxRaw,
  publicKeyAddress,
  SignMode,
  signBytes,
  txSigners,
  verifySignature,
} from "@sotto/tx";
import { describe, expect, it } from "vitest";
import { bytes, load } from "./vectorFiles.ts";

interface Transaction {
  name: string;
  messages_json: { "@type": string }[];
  chain_id: string;
  account_number: number;
  sequence: number;
  public_key: string;
  tx_raw: string;
  tx_hash: string;
  tx_json: { body: { messages: unknown[] } };
  sign_bytes: { direct: string; amino_json: string; textual: string };
  direct_signature: string;
}
interface DecodeCase {
  name: string;
  tx_raw: string;
  error: string;
}

const vectors: { transactions: Transaction[]; decode: DecodeCase[] } = load("tx");
const registry = createRegistry(...files);

/** The parts of a decoded transaction in the form of the generated types. */
function asProto(tx: DecodedTx) {
  const wire = [
    ...field(1, tx.raw.bodyBytes),
    ...field(2, tx.raw.authInfoBytes),
    ...tx.raw.signatures.flatMap((signature) => field(3, signature)),
  ];
  return decode(TxSchema, Uint8Array.from(wire));
}

function field(number: number, value: Uint8Array): number[] {
  const out = [number * 8 + 2];
  let rest = value.length;
  for (; rest >= 128; rest >>= 7) out.push((rest & 127) | 128);
  return [...out, rest, ...value];
}

/**
 * The first signer of a test transaction is the key's own address or the validator of the same
 * bytes, except in this one.
 */
const authzExecutor = "authz exec and revoke";

describe("vectors/tx.json", () => {
  it("has the known fields only", () => {
    expect(Object.keys(vectors)).toEqual(["transactions", "decode"]);
    const fields = [
      "name",
      "messages_json",
      "chain_id",
      "account_number",
      "sequence",
      "public_key",
      "tx_raw",
      "tx_hash",
    ];
    for (const one of vectors.transactions) {
      expect(Object.keys(one)).toEqual([...fields, "tx_json", "sign_bytes", "direct_signature"]);
      expect(Object.keys(one.sign_bytes).sort()).toEqual(["amino_json", "direct", "textual"]);
    }
    for (const one of vectors.decode) expect(Object.keys(one)).toEqual(["name", "tx_raw", "error"]);
    expect([vectors.transactions.length, vectors.decode.length]).toEqual([17, 16]);
  });

  describe.each(vectors.transactions.map((one) => [one.name, one] as const))("%s", (_, vector) => {
    const tx = decodeTx(bytes(vector.tx_raw), registry);
    const data = {
      chainId: vector.chain_id,
      accountNumber: BigInt(vector.account_number),
      sequence: BigInt(vector.sequence),
    };

    it("decodes: parts, hash, key, signature, and back to the same bytes", () => {
      expect(toHex(tx.hash)).toBe(vector.tx_hash);
      expect(toHex(encodeTxRaw(tx.raw))).toBe(vector.tx_raw);
      expect(tx.raw.signatures.map(toHex)).toEqual([vector.direct_signature]);
      expect(tx.authInfo.signerInfos.length).toBe(1);
      const signer = tx.authInfo.signerInfos[0];
      expect(signer?.sequence).toBe(data.sequence);
      expect(signer?.modeInfo).toEqual({ kind: "single", mode: SignMode.direct });
      expect(signer?.publicKey).toEqual({ kind: "secp256k1", key: bytes(vector.public_key) });
      expect(tx.messages.map((message) => message.typeUrl)).toEqual(
        vector.messages_json.map((message) => message["@type"]),
      );
    });

    it("equals the transaction of its gateway JSON", () => {
      const proto = asProto(tx);
      expect(JSON.parse(gatewayJson(TxSchema, proto, registry))).toEqual(vector.tx_json);
      expect(vector.tx_json.body.messages).toEqual(vector.messages_json);
      for (let i = 0; i < vector.messages_json.length; i++) {
        const { "@type": type, ...rest } = vector.messages_json[i] as { "@type": string };
        const schema = registry.getMessage(type.slice(1));
        if (schema === undefined) throw new Error(`no schema of ${type}`);
        const packed = packAny(schema, parseGatewayJson(schema, JSON.stringify(rest), registry));
        expect(toHex(packed.value)).toBe(toHex(tx.messages[i]?.value as Uint8Array));
      }
      const body = proto.body;
      expect([tx.body.memo, tx.body.timeoutHeight]).toEqual([body?.memo, body?.timeoutHeight]);
      const fee = proto.authInfo?.fee;
      expect(tx.authInfo.fee).toEqual({
        amount: fee?.amount.map(({ denom, amount }) => ({ denom, amount })),
        gasLimit: fee?.gasLimit,
        payer: fee?.payer,
        granter: fee?.granter,
      });
    });

    it("has the direct sign bytes, and the signature over them is valid", () => {
      const direct = directSignBytes(tx, data);
      expect(toHex(direct)).toBe(vector.sign_bytes.direct);
      expect(secp256k1Verify(sha256(direct), bytes(vector.direct_signature), bytes(vector.public_key))).toBe(true);
      const { publicKey, modeInfo } = tx.authInfo.signerInfos[0] as (typeof tx.authInfo.signerInfos)[number];
      if (publicKey === undefined || modeInfo === undefined) throw new Error("no key");
      const verify = (account: typeof data): boolean =>
        verifySignature(publicKey, modeInfo, bytes(vector.direct_signature), (mode) =>
          signBytes(mode, tx, account, publicKey, registry),
        );
      expect(verify(data)).toBe(true);
      expect(verify({ ...data, chainId: "secret-4" })).toBe(false);
      expect(verify({ ...data, accountNumber: data.accountNumber + 1n })).toBe(false);
    });

    it("has the amino JSON sign bytes, or is refused as in the reference", () => {
      const amino = vector.sign_bytes.amino_json;
      if (!amino.startsWith("refused: ")) expect(aminoSignText(tx, data, registry)).toBe(toUtf8(bytes(amino)));
      else expect(() => aminoSignText(tx, data, registry)).toThrow(ChainError);
    });

    it("names its signers", () => {
      const address = publicKeyAddress(tx.authInfo.signerInfos[0]?.publicKey as never);
      const signers = txSigners(tx, registry).map((one) => formatAddress(one));
      const own = formatAddress(address);
      // MsgExec is signed by its grantee; the key of the vector is the granter's.
      if (vector.name === authzExecutor)
        expect(signers).toEqual([(vector.messages_json[0] as unknown as { grantee: string }).grantee, own]);
      else expect(signers).toEqual([own]);
      expect(getAddress(own)).toEqual(address);
    });

    it("has the textual sign bytes", () => {
      const key = tx.authInfo.signerInfos[0]?.publicKey;
      if (key === undefined) throw new Error("no key");
      const textual = signBytes(SignMode.textual, tx, data, key, registry);
      expect(toHex(textual)).toBe(vector.sign_bytes.textual);
    });
  });

  it.each(vectors.decode.map((one) => [one.name, one] as const))("decode: %s", (_, vector) => {
    let error = "";
    try {
      decodeTx(bytes(vector.tx_raw), registry);
    } catch (thrown) {
      expect(thrown).toBeInstanceOf(ChainError);
      expect(ChainError.is(thrown, SdkError.txDecode)).toBe(true);
      error = (thrown as ChainError).message;
    }
    expect(error).toBe(vector.error);
  });
});

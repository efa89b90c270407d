// SPDX-License-Identifier: Apache-2.0
/**
 * Transactions that secretjs 1.22.1 makes and signs, verified by `@sotto/tx`: amino JSON, EIP-191,
 * multisig.
 */
import { createRequire } from "node:module";
import { join } from "node:path";
import { createRegistry } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { fromHex, fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { keccak256, secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import { files } from "@sotto/proto/files";
import {
  aminoSignText,
  decodeTx,
  eip191SignBytes,
  encodeMultiSignature,
  encodeTxRaw,
  type ModeInfo,
  messageSigners,
  type PublicKey,
  packPublicKey,
  publicKeyAddress,
  SignMode,
  signBytes,
  txSigners,
  verifySignature,
} from "@sotto/tx";
import { describe, expect, it } from "vitest";
import { secretjs, secretjsRoot } from "./protoPeers.ts";

const require = createRequire(import.meta.url);
const client = require(secretjsRoot);
const { MetaMaskWallet } = require(join(secretjsRoot, "wallet_metamask.js"));
const cosmjs = require(require.resolve("@cosmjs/amino", { paths: [secretjsRoot] }));
const registry = createRegistry(...files);

const secret = (n: number): Uint8Array => sha256(fromUtf8(`key ${n}`));
const publicKey = (n: number): Uint8Array => secp256k1PublicKey(secret(n)) as Uint8Array;
const sign = (hash: Uint8Array, n: number): Uint8Array => secp256k1Sign(hash, secret(n))?.signature as Uint8Array;
const address = (n: number): string => formatAddress(publicKeyAddress({ kind: "secp256k1", key: publicKey(n) }));
const contract = formatAddress(sha256(fromUtf8("contract")).slice(0, 20));
const coins = [{ denom: "uscrt", amount: "25" }];
const utils = { encrypt: () => Promise.resolve(sha256(fromUtf8("ciphertext"))) };

const messages = () => [
  new client.MsgExecuteContract({
    sender: address(1),
    contract_address: contract,
    msg: {},
    code_hash: "ab",
    sent_funds: coins,
  }),
  new client.MsgExecuteContract({ sender: address(1), contract_address: contract, msg: {}, code_hash: "ab" }),
  new client.MsgInstantiateContract({
    sender: address(1),
    code_id: 7,
    label: "a <b> & c",
    init_msg: {},
    code_hash: "ab",
    admin: address(2),
  }),
  new client.MsgInstantiateContract({
    sender: address(1),
    code_id: "8",
    label: "l",
    init_msg: {},
    code_hash: "ab",
    init_funds: coins,
  }),
  new client.MsgStoreCode({
    sender: address(1),
    wasm_byte_code: Uint8Array.of(0x1f, 0x8b, 1, 2, 3),
    source: "",
    builder: "",
  }),
  new client.MsgMigrateContract({
    sender: address(1),
    contract_address: contract,
    code_id: 9,
    msg: {},
    code_hash: "ab",
  }),
  new client.MsgUpdateAdmin({ sender: address(1), contract_address: contract, new_admin: address(3) }),
  new client.MsgClearAdmin({ sender: address(1), contract_address: contract }),
  new client.MsgSend({ from_address: address(1), to_address: address(2), amount: coins }),
  new client.MsgSetAutoRestake({ delegator_address: address(1), validator_address: "secretvaloper1x", enabled: true }),
];

const peer = (name: string) => {
  const codec = secretjs.messages.get(name);
  if (codec === undefined) throw new Error(`secretjs has no ${name}`);
  return codec;
};
const encode = (name: string, value: unknown): Uint8Array => Uint8Array.from(peer(name).encode(value).finish());

interface AminoMessage {
  type: string;
  value: unknown;
}
interface SignDoc {
  chain_id: string;
  account_number: string;
  sequence: string;
  fee: { amount: typeof coins; gas: string };
  memo: string;
  msgs: AminoMessage[];
}
const data = { chainId: "secretdev-1", accountNumber: 4n, sequence: 9n };

async function built(memo: string, key: PublicKey, modeInfo: unknown, picked = messages()) {
  const packed = [];
  const msgs: AminoMessage[] = [];
  for (const message of picked) {
    const proto = await message.toProto(utils);
    packed.push({ type_url: proto.type_url, value: Uint8Array.from(proto.encode()) });
    // JSON drops the fields that secretjs leaves undefined.
    msgs.push(JSON.parse(JSON.stringify(await message.toAmino(utils))));
  }
  const any = packPublicKey(key);
  const bodyBytes = encode("cosmos.tx.v1beta1.TxBody", {
    messages: packed,
    memo,
    timeout_height: "0",
    extension_options: [],
    non_critical_extension_options: [],
  });
  const authInfoBytes = encode("cosmos.tx.v1beta1.AuthInfo", {
    signer_infos: [{ public_key: { type_url: any.typeUrl, value: any.value }, mode_info: modeInfo, sequence: "9" }],
    fee: { amount: coins, gas_limit: "200000", payer: "", granter: "" },
  });
  const doc: SignDoc = {
    chain_id: data.chainId,
    account_number: "4",
    sequence: "9",
    fee: { amount: coins, gas: "200000" },
    memo,
    msgs,
  };
  return { raw: { bodyBytes, authInfoBytes }, doc };
}

/** Verifies the only signature of a transaction, as a chain does. */
function accepts(bytes: Uint8Array, account = data): boolean {
  const tx = decodeTx(bytes, registry);
  const info = tx.authInfo.signerInfos[0];
  if (info?.publicKey === undefined || info.modeInfo === undefined) throw new Error("no signer");
  const { publicKey, modeInfo } = info;
  return verifySignature(publicKey, modeInfo, tx.raw.signatures[0] as Uint8Array, (mode) =>
    signBytes(mode, tx, account, publicKey, registry),
  );
}

describe("secretjs", () => {
  const own: PublicKey = { kind: "secp256k1", key: publicKey(1) };

  it("signs amino JSON over the same text for every kind of message", async () => {
    const { raw, doc } = await built("memo & <more>", own, { single: { mode: SignMode.aminoJson } });
    const theirs = toUtf8(cosmjs.serializeSignDoc(doc)) as string;
    const signature = sign(sha256(fromUtf8(theirs)), 1);
    const bytes = encodeTxRaw({ ...raw, signatures: [signature] });
    expect(aminoSignText(decodeTx(bytes, registry), data, registry)).toBe(theirs);
    expect(accepts(bytes)).toBe(true);
    expect(accepts(bytes, { ...data, sequence: 10n })).toBe(false);
  });

  it("names the same signer for every message, from bytes and from text", async () => {
    const { raw } = await built("", own, { single: { mode: SignMode.direct } });
    const tx = decodeTx(encodeTxRaw({ ...raw, signatures: [] }), registry);
    expect(txSigners(tx, registry).map((one) => formatAddress(one))).toEqual([address(1)]);
    for (const message of tx.messages)
      expect(messageSigners(message, registry).map((one) => formatAddress(one))).toEqual([address(1)]);
  });

  it("signs with MetaMask (EIP-191)", async () => {
    const picked = messages().filter((_, i) => i !== 2);
    const { raw, doc } = await built("plain memo", own, { single: { mode: SignMode.eip191 } }, picked);
    let signed = new Uint8Array();
    const provider = {
      request: ({ params }: { params: string[] }) => {
        signed = fromHex(params[0]?.slice(2) as string) as Uint8Array<ArrayBuffer>;
        const hash = keccak256(
          Uint8Array.from([...fromUtf8(`\x19Ethereum Signed Message:\n${signed.length}`), ...signed]),
        );
        return Promise.resolve(`0x${toHex(sign(hash, 1))}1b`);
      },
    };
    const wallet = new MetaMaskWallet(provider, "0x", publicKey(1));
    expect(await wallet.getSignMode()).toBe(SignMode.eip191);
    const { signature } = await wallet.signAmino(address(1), doc);
    const bytes = encodeTxRaw({ ...raw, signatures: [Uint8Array.from(Buffer.from(signature.signature, "base64"))] });
    expect(toUtf8(eip191SignBytes(decodeTx(bytes), data, registry))).toBe(
      `\x19Ethereum Signed Message:\n${signed.length}${toUtf8(signed)}`,
    );
    expect(accepts(bytes)).toBe(true);
    expect(accepts(bytes, { ...data, chainId: "secret-4" })).toBe(false);
  });

  it("signs as a multisig of CosmJS: address, threshold, order, and no further signature", async () => {
    const members = [1, 2, 3].map((n) => ({ kind: "secp256k1", key: publicKey(n) }) as const);
    const key: PublicKey = { kind: "multisig", threshold: 2, keys: members };
    const theirs = cosmjs.createMultisigThresholdPubkey(
      members.map((one) => cosmjs.encodeSecp256k1Pubkey(one.key)),
      2,
      true,
    );
    expect(formatAddress(publicKeyAddress(key))).toBe(cosmjs.pubkeyToAddress(theirs, "secret"));

    const single = { single: { mode: SignMode.aminoJson } };
    const multi = (bits: number, count: number) => ({
      multi: {
        bitarray: { extra_bits_stored: 3, elems: Uint8Array.of(bits) },
        mode_infos: Array.from({ length: count }, () => single),
      },
    });
    const picked = messages().slice(8, 9);
    const make = async (bits: number, signers: number[], count = signers.length): Promise<Uint8Array> => {
      const { raw, doc } = await built("", key, multi(bits, count), picked);
      const hash = sha256(Uint8Array.from(cosmjs.serializeSignDoc(doc)));
      return encodeTxRaw({ ...raw, signatures: [encodeMultiSignature(signers.map((n) => sign(hash, n)))] });
    };
    expect(accepts(await make(0b10100000, [1, 3]))).toBe(true);
    expect(accepts(await make(0b11100000, [1, 2, 3]))).toBe(true);
    const info = decodeTx(await make(0b10100000, [1, 3])).authInfo.signerInfos[0]?.modeInfo as ModeInfo;
    expect(info).toMatchObject({ kind: "multi", members: { size: 3 } });
    expect(accepts(await make(0b10000000, [1]))).toBe(false);
    expect(accepts(await make(0b10100000, [3, 1]))).toBe(false);
    expect(accepts(await make(0b10100000, [1, 1]))).toBe(false);
    expect(accepts(await make(0b11000000, [1, 3]))).toBe(false);
    expect(accepts(await make(0b10100000, [1, 3], 1))).toBe(false);
    expect(accepts(await make(0b10000000, [1, 3]))).toBe(false);
    expect(accepts(await make(0b11100000, [1, 3]))).toBe(false);
  });
});

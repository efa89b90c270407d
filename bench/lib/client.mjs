// A client of the chain: signs, encrypts, queries. It uses the packages of both sides (pure/).
import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import { secp256k1PublicKey, secp256k1Sign, sha256, X25519Key } from "@sotto/crypto";
import { agreeMessageKey, decryptOutput, encryptMessage } from "@sotto/message";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { directSignBytes, encodeTxRaw, packPublicKey, publicKeyAddress, SignMode } from "@sotto/tx";

/** 0.0125 uscrt a gas, the node's minimum (spec/services.md 2.2). @param {bigint} gas */
const feeOf = (gas) => String((gas * 12_500n + 999_999n) / 1_000_000n);

/** @param {Uint8Array} secret */
export function keyOf(secret) {
  const key = secp256k1PublicKey(secret);
  if (key === undefined) throw new Error("the secret key is not in range");
  const publicKey = { kind: "secp256k1", key };
  const address = publicKeyAddress(publicKey);
  return { secret, publicKey, address, text: formatAddress(address) };
}

/** @param {string} name */
export const namedKey = (name) => keyOf(sha256(fromUtf8(`bench account ${name}`)));

/** A signed transaction, in direct mode. */
export function sign({ chainId, by, accountNumber, sequence, gas, messages }) {
  const bodyBytes = encode(TxBodySchema, create(TxBodySchema, { messages }));
  const authInfoBytes = encode(
    AuthInfoSchema,
    create(AuthInfoSchema, {
      signerInfos: [
        {
          publicKey: packPublicKey(by.publicKey),
          modeInfo: { sum: { case: "single", value: { mode: SignMode.direct } } },
          sequence,
        },
      ],
      fee: { amount: [{ denom: "uscrt", amount: feeOf(gas) }], gasLimit: gas },
    }),
  );
  const raw = { bodyBytes, authInfoBytes, signatures: [] };
  // Sign bytes of this mode are made of the raw parts only.
  const bytes = directSignBytes({ raw, bytes: bodyBytes }, { chainId, accountNumber });
  return encodeTxRaw({ ...raw, signatures: [secp256k1Sign(sha256(bytes), by.secret).signature] });
}

/** Encrypts for one network like a client with a fixed key. */
export class Cipher {
  #key;
  #io;
  #count = 0;
  #name;

  /** @param {string} name @param {Uint8Array} ioPublicKey */
  constructor(name, ioPublicKey) {
    this.#name = name;
    this.#io = ioPublicKey;
    this.#key = new X25519Key(sha256(fromUtf8(`bench client ${name}`)));
  }

  /** @param {string} codeHash @param {unknown} message */
  encrypt(codeHash, message) {
    const nonce = sha256(fromUtf8(`${this.#name} ${this.#count++} ${process.pid}`));
    const key = agreeMessageKey(this.#key, this.#io, nonce);
    if (key === undefined) throw new Error("the network's key is of low order");
    return { key, wire: encryptMessage(key, codeHash, JSON.stringify(message)) };
  }
}

/** A call of a contract, packed. */
export const executeMessage = (by, contract, wire) =>
  packAny(
    MsgExecuteContractSchema,
    create(MsgExecuteContractSchema, {
      sender: by.address,
      contract: parseAddress(contract),
      msg: wire,
      sentFunds: [],
    }),
  );

/** The text of a contract's answer. */
export function answerOf(key, ciphertext) {
  const plain = decryptOutput(key, ciphertext);
  if (plain === undefined) throw new Error("the answer does not decrypt");
  return toUtf8(plain);
}

/** Asks a query service through `abci_query`. @param {import("./rpc.mjs").Rpc} rpc */
export async function ask(rpc, method, request) {
  const data = Buffer.from(encode(method.input, create(method.input, request))).toString("hex");
  const { response } = await rpc.call("abci_query", { path: `/${method.parent.typeName}/${method.name}`, data });
  if (response.code !== 0) throw new Error(`${method.name}: ${response.log}`);
  return decode(method.output, Buffer.from(response.value ?? "", "base64"));
}

// SPDX-License-Identifier: Apache-2.0
/** The bytes of a transaction that a signature covers in the enclave, in each sign mode. */
import { concat, fromUtf8 } from "@sotto/bytes";
import { ProtoWriter } from "@sotto/codec";
import { pack, type Signer, signHash, signTx, type TxInput } from "@sotto/contract-test/parts";
import { ed25519PublicKey, ed25519Sign, sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { MsgGrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgSendSchema, SendAuthorizationSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { EnclaveError } from "@sotto/protocol";
import {
  type DecodedTx,
  decodeTx,
  directSignBytes,
  encodeMultiSignature,
  encodeTxRaw,
  type ModeInfo,
  type PublicKey,
  packPublicKey,
  SignMode,
  type TxRaw,
  verifySignature,
} from "@sotto/tx";
import { describe, expect, it } from "vitest";
import { BlockTransactions } from "../src/index.ts";
import { a, at, b, c, chainId, claimOf, contract, group, numbers } from "./claims.ts";

const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: c.address });
const otherSend = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address });
const execute = (sender: { raw: Uint8Array } = b) =>
  pack(MsgExecuteContractSchema, { sender: sender.raw, contract, msg: fromUtf8("m") });
const pays: Signer = { by: a, ...numbers };
const helper: Signer = { by: b, ...numbers, mode: SignMode.directAux };
const sign = (changes: Partial<TxInput> = {}) =>
  signTx({ chainId, messages: [send, execute()], signers: [pays, helper], ...changes });
const signatureOf = (tx: Uint8Array, index: number) => decodeTx(tx).raw.signatures[index] as Uint8Array;

/** Whether the enclave runs the message. */
function passes(bytes: Uint8Array, messageIndex = 1, accountNumber = 3, chain = chainId): boolean {
  try {
    new BlockTransactions(chain, { height: 9, txs: [bytes] }).take(at(0, messageIndex), claimOf(accountNumber));
    return true;
  } catch (thrown) {
    if (ChainError.is(thrown, EnclaveError.txSignature) || ChainError.is(thrown, EnclaveError.failedValidation))
      return false;
    throw thrown;
  }
}

describe("a helper's signature, which says nothing of the fee", () => {
  const asked = sign();
  const taken = { ...helper, signature: signatureOf(asked, 1) };

  it("holds while another pays, whatever the fee is", () => {
    expect(passes(asked)).toBe(true);
    const fee = [{ denom: "uscrt", amount: "900" }];
    expect(passes(sign({ signers: [pays, taken], fee, gas: 5n, payer: a.address }))).toBe(true);
  });

  it.each([
    ["by name", b.address],
    ["by name in upper case", b.address.toUpperCase()],
  ])("does not hold for the payer %s", (_, payer) => {
    expect(passes(sign({ signers: [pays, taken], payer }))).toBe(false);
  });

  it("does not hold for the first signer, who pays where nobody is named", () => {
    const signers = [helper, { ...pays, by: c }];
    const tx = sign({ messages: [execute()], signers, payer: c.address });
    expect(passes(tx, 0)).toBe(true);
    expect(passes(sign({ messages: [execute()], signers: [{ ...helper, signature: signatureOf(tx, 0) }] }), 0)).toBe(
      false,
    );
  });

  it("is no signature in mode direct over another auth info, though both documents are numbered alike", () => {
    // At sequence 0 SignDocDirectAux ends like SignDoc: its field 2, the key, would have to be an
    // auth info.
    const signers = [pays, { ...helper, sequence: 0n }];
    const tx = sign({ signers });
    expect(passes(tx)).toBe(true);
    const { bodyBytes, signatures } = decodeTx(tx).raw;
    const { typeUrl, value } = packPublicKey(b.publicKey);
    const authInfoBytes = new ProtoWriter().string(1, typeUrl).bytes(2, value).finish();
    const asDirect = directSignBytes({ bytes: tx, raw: { bodyBytes, authInfoBytes } } as DecodedTx, {
      chainId,
      accountNumber: 3n,
    });
    expect(signHash(b.secret, SignMode.direct, asDirect)).toEqual(signatureOf(tx, 1));
    expect(() => decodeTx(encodeTxRaw({ bodyBytes, authInfoBytes, signatures }))).toThrow(ChainError);
  });

  it("of a multisig's members is over the multisig's key, and holds no more when the multisig pays", () => {
    const by: Signer = { by: { multisig: group, signing: [1, 2] }, ...numbers, mode: SignMode.directAux };
    const messages = [send, execute(group)];
    const tx = sign({ messages, signers: [pays, by] });
    expect(passes(tx)).toBe(true);
    const signature = signatureOf(tx, 1);
    expect(passes(sign({ messages, signers: [pays, { ...by, signature }], payer: group.address }))).toBe(false);
  });
});

describe("a contract call beside a message of another module of the reference", () => {
  const authorization = pack(SendAuthorizationSchema, { spendLimit: [{ denom: "uscrt", amount: "5" }] });
  const grant = (granted = authorization) =>
    pack(MsgGrantSchema, { granter: b.address, grantee: c.address, grant: { authorization: granted } });
  const beside = (mode: number, message = grant()) =>
    signTx({ chainId, messages: [message, execute()], signers: [{ by: b, ...numbers, mode }] });

  it.each(["direct", "aminoJson", "eip191", "textual"] as const)("is authenticated in mode %s", (mode) => {
    const tx = beside(SignMode[mode]);
    expect(passes(tx)).toBe(true);
    const { raw } = decodeTx(tx);
    const more = pack(SendAuthorizationSchema, { spendLimit: [{ denom: "uscrt", amount: "6" }] });
    const { bodyBytes } = decodeTx(beside(SignMode[mode], grant(more))).raw;
    expect(passes(encodeTxRaw({ ...raw, bodyBytes }))).toBe(false);
  });

  it("is refused when the message holds what it may not hold", () => {
    const txs = new BlockTransactions(chainId, { height: 9, txs: [beside(SignMode.direct, grant(send))] });
    const malformed = expect.objectContaining({ code: EnclaveError.failedDeserialize.code });
    expect(() => txs.take(at(0, 1), claimOf(3))).toThrow(malformed);
  });
});

describe("what its signers do not want is not run, whoever put it into a block", () => {
  const refusalOf = (changes: Partial<TxInput>) => {
    const txs = new BlockTransactions(chainId, { height: 9, txs: [sign(changes)] });
    return () => txs.take(at(0, 1), claimOf(3));
  };
  const refused = expect.objectContaining({ codespace: "enclave", code: EnclaveError.failedValidation.code });

  it("after the height that it times out at", () => {
    for (const timeoutHeight of [1n, 8n]) expect(refusalOf({ timeoutHeight })).toThrow(refused);
    for (const timeoutHeight of [0n, 9n, 10n, (1n << 64n) - 1n])
      expect(refusalOf({ timeoutHeight })().message.kind).toBe("execute");
  });

  it("with options that nobody knows", () => {
    expect(refusalOf({ extensionOptions: [send] })).toThrow(refused);
  });
});

describe("a key that the chain lets nobody sign with", () => {
  it("signs for no member of a multisig", () => {
    const secret = sha256(fromUtf8("edwards"));
    const key: PublicKey = {
      kind: "multisig",
      threshold: 1,
      keys: [{ kind: "ed25519", key: ed25519PublicKey(secret) }],
    };
    const modeInfo: ModeInfo = {
      kind: "multi",
      members: { size: 1, bits: Uint8Array.of(0x80) },
      modes: [{ kind: "single", mode: SignMode.aminoJson }],
    };
    const message = fromUtf8("message");
    const signature = encodeMultiSignature([ed25519Sign(message, secret)]);
    expect(verifySignature(key, modeInfo, signature, () => message)).toBe(false);
  });
});

/** Field 1,024, which a decoder may skip. */
const UNKNOWN = Uint8Array.of(0x80, 0x40, 0x01);
const option = new ProtoWriter().message(2047, (w) => w.string(1, send.typeUrl).bytes(2, send.value)).finish();
const tip = new ProtoWriter().message(3, (w) => w.string(2, c.address)).finish();
const fee = [{ denom: "uscrt", amount: "900" }];

interface Change {
  readonly input?: (signer: Signer) => Partial<TxInput>;
  readonly raw?: (raw: TxRaw) => Partial<TxRaw>;
  /** Modes whose signature still holds; absent: no mode. */
  readonly survives?: readonly string[];
}
const JSON_MODES = ["amino JSON", "EIP-191", "amino JSON in a multisig"];
const HELPERS = ["aux", "aux in a multisig"];

/** A change that an attacker makes after the signature. */
const changes: Readonly<Record<string, Change>> = {
  nothing: { survives: ["direct", "textual", ...HELPERS, ...JSON_MODES] },
  "the memo": { input: () => ({ memo: "other" }) },
  "the timeout": { input: () => ({ timeoutHeight: 9n }) },
  "the other signer's message": {
    input: (by) => ({ messages: [otherSend, executeBy(by)] }),
  },
  "one message more": { input: (by) => ({ messages: [send, executeBy(by), send] }) },
  "an unknown field in the body": { raw: ({ bodyBytes }) => ({ bodyBytes: concat(bodyBytes, UNKNOWN) }) },
  "an unknown field in the message": {
    input: (by) => ({ messages: [send, { ...executeBy(by), value: concat(executeBy(by).value, UNKNOWN) }] }),
  },
  "an unknown field in the other signer's message": {
    input: (by) => ({ messages: [{ ...send, value: concat(send.value, UNKNOWN) }, executeBy(by)] }),
  },
  "an extension option": { input: () => ({ extensionOptions: [send] }) },
  "an extension option that is not critical": { raw: ({ bodyBytes }) => ({ bodyBytes: concat(bodyBytes, option) }) },
  "the fee": { input: () => ({ fee }), survives: HELPERS },
  "the gas": { input: () => ({ gas: 9n }), survives: HELPERS },
  "the payer": { input: () => ({ payer: a.address }), survives: HELPERS },
  "the granter": { input: () => ({ granter: c.address }), survives: HELPERS },
  // A tip has no effect: the chain pays none.
  "the tip": {
    raw: ({ authInfoBytes }) => ({ authInfoBytes: concat(authInfoBytes, tip) }),
    survives: [...HELPERS, ...JSON_MODES],
  },
  "the mode of the other signer": {
    input: (by) => ({ signers: [{ ...pays, mode: SignMode.aminoJson, signature: new Uint8Array(64) }, by] }),
    survives: [...HELPERS, ...JSON_MODES],
  },
  "the sequence of the other signer": {
    input: (by) => ({ signers: [{ ...pays, sequence: 8n, signature: new Uint8Array(64) }, by] }),
    survives: [...HELPERS, ...JSON_MODES],
  },
  "the signer's own sequence": { input: (by) => ({ signers: [pays, { ...by, sequence: 8n }] }) },
};
const members = { multisig: group, signing: [0, 2] } as const;
const modes: Readonly<Record<string, Signer>> = {
  direct: { by: b, ...numbers },
  aux: helper,
  "amino JSON": { by: b, ...numbers, mode: SignMode.aminoJson },
  "EIP-191": { by: b, ...numbers, mode: SignMode.eip191 },
  textual: { by: b, ...numbers, mode: SignMode.textual },
  "amino JSON in a multisig": { by: members, ...numbers, mode: SignMode.aminoJson },
  "aux in a multisig": { by: members, ...numbers, mode: SignMode.directAux },
};
const executeBy = ({ by }: Signer) => execute("multisig" in by ? by.multisig : by);

describe.each(Object.entries(modes))("a signature in mode %s", (mode, signer) => {
  const honest = sign({ messages: [send, executeBy(signer)], signers: [pays, signer] });
  const signature = signatureOf(honest, 1);

  it.each(Object.entries(changes))("holds, or not, when another is %s", (_, { input, raw, survives = [] }) => {
    const by = { ...signer, signature };
    const given = { messages: [send, executeBy(signer)], signers: [pays, by], ...input?.(by) };
    const changed = decodeTx(sign(given)).raw;
    expect(passes(encodeTxRaw({ ...changed, ...raw?.(changed) }))).toBe(survives.includes(mode));
  });

  it("is for one account number and one chain", () => {
    expect(passes(honest, 1, 4)).toBe(false);
    expect(passes(honest, 1, 3, "verify-2")).toBe(false);
  });
});

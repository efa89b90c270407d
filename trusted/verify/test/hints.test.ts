// SPDX-License-Identifier: Apache-2.0
/** The effects of hints that a host sends with a call: ADR 35. */
import { fromUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { pack, type Signer, signTx, type TxInput } from "@sotto/contract-test/parts";
import { ChainError } from "@sotto/errors";
import { AuthInfoSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import { EnclaveError, type SignerHint } from "@sotto/protocol";
import {
  chainTypes,
  decodeTx,
  encodeTxRaw,
  type PublicKey,
  packPublicKey,
  type ShownUnit,
  SignMode,
  textualScreens,
} from "@sotto/tx";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockTransactions } from "../src/index.ts";
import { a, at, b, chainId, claimOf, contract, group, numbers } from "./claims.ts";

const scrt: ShownUnit = { denom: "uscrt", display: "scrt", exponent: 0, displayExponent: 6 };
const keyHint = (key: PublicKey): SignerHint => ({ publicKey: packPublicKey(key), units: [] });
const unitHint = (...units: readonly ShownUnit[]): SignerHint => ({ publicKey: undefined, units });

const execute = (amount: string, denom = "uscrt", sender = a.raw) =>
  pack(MsgExecuteContractSchema, { sender, contract, msg: fromUtf8("m"), sentFunds: [{ denom, amount }] });
const byA = (mode: number = SignMode.direct): Signer => ({ by: a, ...numbers, mode });
const sign = (changes: Partial<TxInput> = {}) =>
  signTx({ chainId, messages: [execute("5000000")], signers: [byA()], ...changes });

/** Whether the enclave accepts the sender's signature over these bytes. */
function passes(bytes: Uint8Array, hint: SignerHint | undefined): boolean {
  try {
    new BlockTransactions(chainId, { height: 9, txs: [bytes] }).take(at(0, 0), claimOf(3, hint));
    return true;
  } catch (thrown) {
    if (thrown instanceof ChainError && thrown.code === EnclaveError.txSignature.code) return false;
    throw thrown;
  }
}

/** The transaction with the signatures of another one. */
const under = (bytes: Uint8Array, signed: Uint8Array): Uint8Array => {
  const { bodyBytes, authInfoBytes } = decodeTx(bytes, chainTypes).raw;
  return encodeTxRaw({ bodyBytes, authInfoBytes, signatures: decodeTx(signed, chainTypes).raw.signatures });
};
const screensOf = (bytes: Uint8Array, unit: ShownUnit) =>
  textualScreens(decodeTx(bytes, chainTypes), { chainId, ...numbers }, a.publicKey, chainTypes, (denom) =>
    denom === unit.denom ? unit : undefined,
  );

describe("the unit of a textual signature", () => {
  const textual = {
    signers: [byA(SignMode.textual)],
    units: (denom: string) => (denom === "uscrt" ? scrt : undefined),
  };
  const honest = sign(textual);

  it("is what the host hints: with it the signature holds, without or with another it fails", () => {
    expect(passes(honest, unitHint(scrt))).toBe(true);
    expect(passes(honest, unitHint({ ...scrt, denom: "uatom" }, scrt))).toBe(true);
    const lies: (SignerHint | undefined)[] = [
      undefined,
      unitHint(),
      unitHint({ ...scrt, display: "SCRT" }),
      unitHint({ ...scrt, displayExponent: 5 }),
      unitHint({ ...scrt, exponent: undefined }),
      unitHint({ ...scrt, displayExponent: Number.MAX_SAFE_INTEGER }),
      unitHint({ ...scrt, exponent: Number.MAX_SAFE_INTEGER }),
      unitHint({ ...scrt, display: "a, 1'000 b" }),
      unitHint({ ...scrt, display: "" }),
      unitHint({ ...scrt, denom: "scrt" }),
      unitHint(scrt, { ...scrt, display: "other" }),
    ];
    for (const lie of lies) expect(passes(honest, lie)).toBe(false);
  });

  it("binds nobody who signs in another mode", () => {
    for (const mode of [SignMode.direct, SignMode.aminoJson, SignMode.eip191]) {
      const tx = sign({ signers: [byA(mode)] });
      expect(passes(tx, undefined)).toBe(true);
      expect(passes(tx, unitHint({ ...scrt, display: "other" }))).toBe(true);
    }
  });

  /** Transactions with the same screens under a false hint; only their bytes differ. */
  const disguised: [string, Partial<TxInput>, ShownUnit][] = [
    [
      "a thousandth of the funds in a unit that is a thousandth",
      { messages: [execute("5000")], fee: [{ denom: "uscrt", amount: "1" }] },
      { ...scrt, displayExponent: 3 },
    ],
    [
      "a million times the funds in a unit that is a million times as large",
      { messages: [execute("5000000000000")], fee: [{ denom: "uscrt", amount: "1000000000" }] },
      { ...scrt, displayExponent: 12 },
    ],
    [
      "another denom under the same name",
      { messages: [execute("5000000", "uother")], fee: [{ denom: "uother", amount: "1000" }] },
      { ...scrt, denom: "uother" },
    ],
  ];

  it.each(disguised)("never makes a signature hold over other bytes: %s", (_, changes, lie) => {
    const other = sign({ ...textual, ...changes });
    const [seen, shown] = [screensOf(honest, scrt), screensOf(other, lie)];
    // The attack is real: except for the hash, the screens of the two are equal.
    expect(shown.slice(0, -1)).toEqual(seen.slice(0, -1));
    expect(shown.at(-1)?.title).toBe("Hash of raw bytes");
    expect(shown.at(-1)).not.toEqual(seen.at(-1));
    expect(passes(under(other, honest), unitHint(lie))).toBe(false);
    // The signature of its own signer is a different case.
    expect(passes(sign({ ...changes, signers: textual.signers, units: () => lie }), unitHint(lie))).toBe(true);
  });

  it("never makes a signature hold over other bytes, whatever is hinted and whichever byte is another", () => {
    const text = fc.oneof(fc.constantFrom("uscrt", "scrt", "", "uother"), fc.string({ unit: "binary", maxLength: 8 }));
    const power = fc.option(fc.oneof(fc.nat(20), fc.maxSafeNat()), { nil: undefined });
    const unit = fc.record({ denom: text, display: text, exponent: power, displayExponent: power });
    const { bodyBytes, authInfoBytes, signatures } = decodeTx(honest, chainTypes).raw;
    const change = fc.record({ inBody: fc.boolean(), at: fc.nat(), by: fc.integer({ min: 0, max: 255 }) });
    const counts = { refused: 0, passed: 0 };
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 3 }), change, fc.boolean(), (lies, { inBody, at, by }, alsoTrue) => {
        const flip = (bytes: Uint8Array) => bytes.map((byte, i) => (i === at % bytes.length ? byte ^ by : byte));
        const bytes = encodeTxRaw({
          bodyBytes: inBody ? flip(bodyBytes) : bodyBytes,
          authInfoBytes: inBody ? authInfoBytes : flip(authInfoBytes),
          signatures,
        });
        let passed = false;
        try {
          passed = passes(bytes, unitHint(...lies, ...(alsoTrue ? [scrt] : [])));
        } catch (thrown) {
          // Bytes that are not a transaction, or not a message of a contract.
          if (!(thrown instanceof ChainError)) throw thrown;
        }
        counts[passed ? "passed" : "refused"]++;
        if (passed) expect(by).toBe(0);
        if (by === 0 && alsoTrue) expect(passed).toBe(true);
      }),
      { numRuns: 3000, examples: [[[], { inBody: true, at: 0, by: 0 }, true]] },
    );
    expect(counts.passed).toBeGreaterThan(0);
    expect(counts.refused).toBeGreaterThan(2000);
  });
});

describe("the key of a signer who leaves it out", () => {
  const modes = {
    direct: SignMode.direct,
    amino: SignMode.aminoJson,
    eip191: SignMode.eip191,
  };

  it.each(Object.entries(modes))("is what the host hints, proven by the address: %s", (_, mode) => {
    const tx = sign({ signers: [byA(mode)], withoutKeys: true });
    expect(passes(tx, keyHint(a.publicKey))).toBe(true);
    for (const wrong of [undefined, unitHint(scrt), keyHint(b.publicKey), keyHint(group.key)])
      expect(passes(tx, wrong)).toBe(false);
  });

  it("cannot be another's: the hinted key of who really signed has not the sender's address", () => {
    const forged = sign({ signers: [{ by: b, ...numbers }], withoutKeys: true });
    expect(passes(forged, keyHint(b.publicKey))).toBe(false);
    expect(passes(forged, keyHint(a.publicKey))).toBe(false);
  });

  it("may be a multisig's, whose address is made of threshold and members", () => {
    const signers = [{ by: { multisig: group, signing: [0, 2] }, ...numbers }];
    const messages = [execute("5", "uscrt", group.raw)];
    const tx = sign({ messages, signers, withoutKeys: true });
    expect(passes(tx, keyHint(group.key))).toBe(true);
    expect(passes(tx, undefined)).toBe(false);
    const [first, second, third] = group.key.keys as [PublicKey, PublicKey, PublicKey];
    const lies: PublicKey[] = [
      { ...group.key, threshold: 1 },
      { ...group.key, keys: [second, first, third] },
      { ...group.key, keys: [first, second] },
      a.publicKey,
    ];
    for (const lie of lies) expect(passes(tx, keyHint(lie))).toBe(false);
    // One signature is not enough, also with the true key.
    const tooFew = sign({
      messages,
      signers: [{ by: { multisig: group, signing: [1] }, ...numbers }],
      withoutKeys: true,
    });
    expect(passes(tooFew, keyHint(group.key))).toBe(false);
    expect(passes(tooFew, keyHint({ ...group.key, threshold: 1 }))).toBe(false);
  });

  it("is not asked of the host when the signer names it", () => {
    for (const hint of [keyHint(b.publicKey), keyHint(group.key)]) expect(passes(sign(), hint)).toBe(true);
    // A wrong key in the signer info stays wrong.
    const wrong = sign({ messages: [execute("5")], signers: [{ by: b, ...numbers }] });
    expect(passes(wrong, keyHint(a.publicKey))).toBe(false);
  });

  it("is refused alike when the hint is no key at all", () => {
    const tx = sign({ withoutKeys: true });
    const { typeUrl, value } = packPublicKey(a.publicKey);
    const none = (publicKey: SignerHint["publicKey"]): SignerHint => ({ publicKey, units: [] });
    for (const hint of [
      none({ typeUrl: "", value: new Uint8Array(0) }),
      none({ typeUrl, value: value.slice(1) }),
      none({ typeUrl: "/cosmos.crypto.secp256r1.PubKey", value }),
      none({ typeUrl, value: new Uint8Array(65_536) }),
    ])
      expect(passes(tx, hint)).toBe(false);
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 80 }), (type, bytes) => {
        expect(passes(tx, none({ typeUrl: type, value: bytes }))).toBe(false);
        expect(passes(tx, none({ typeUrl, value: bytes }))).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("does not help a textual signature: its screens need the key of every signer", () => {
    const named = sign({ signers: [byA(SignMode.textual)] });
    const { bodyBytes, authInfoBytes, signatures } = decodeTx(named, chainTypes).raw;
    const info = decode(AuthInfoSchema, authInfoBytes);
    for (const each of info.signerInfos) delete each.publicKey;
    const stripped = encodeTxRaw({ bodyBytes, authInfoBytes: encode(AuthInfoSchema, info), signatures });
    expect(passes(named, undefined)).toBe(true);
    expect(() => screensOf(stripped, scrt)).toThrow(/public key of every signer/);
    expect(passes(stripped, keyHint(a.publicKey))).toBe(false);
  });
});

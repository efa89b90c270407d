// SPDX-License-Identifier: Apache-2.0
/**
 * Reads every entry and every field of vectors/signmodes.json: the signatures that the SDK's own
 * ante decorators accept with its auth, bank and feegrant keepers, by mode and signer, and the
 * parts of a transaction that may change after signing. Sotto's steps run over the real store.
 */
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { decode, packAny } from "@sotto/codec";
import { ed25519Verify, secp256k1Verify, sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { Branch, createCtx, GasMeter, NO_LIMIT } from "@sotto/kernel";
import { noCoins } from "@sotto/math/coins";
import { GenesisStateSchema as AuthGenesis, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { GenesisStateSchema as BankGenesis } from "@sotto/proto/cosmos.bank.v1beta1";
import { HintLimit } from "@sotto/protocol";
import {
  chainTypes,
  type DecodedTx,
  decodeMultiSignature,
  decodeTx,
  type ModeInfo,
  type PublicKey,
  packPublicKey,
  parsePublicKey,
  publicKeyAddress,
  SignMode,
  signBytes,
  txSigners,
} from "@sotto/tx";
import { type AuthTx, anteSteps, auth, feeOf } from "@sotto/x-auth";
import { bank } from "@sotto/x-bank";
import { describe, expect, it } from "vitest";
import { authAndBank } from "./keepers.ts";
import { bytes, load } from "./vectorFiles.ts";

interface Account {
  name: string;
  address: string;
  public_key: string;
  account_number: number;
  sequence: number;
}
interface Case {
  name: string;
  tx_raw: string;
  signed: { signer: string; mode: number; member: string; signed: string; node: string }[];
  step: string;
  error: string;
  detail: string;
  fee_paid_by: string;
}
interface Vectors {
  chain_id: string;
  height: number;
  balance: string;
  fee_allowances: string[];
  accounts: Account[];
  cases: Case[];
}
const vectors: Vectors = load("signmodes");
const keys = new Map(
  vectors.accounts.map(({ name, public_key }) => [name, parsePublicKey(decode(AnySchema, bytes(public_key)))]),
);
const keyOf = (name: string): PublicKey => keys.get(name) as PublicKey;
const accountOf = (name: string): Account => vectors.accounts.find((one) => one.name === name) as Account;
const STEPS = [
  "validateBasic",
  "extensionOptions",
  "deductFee",
  "setPubKey",
  "validateSigCount",
  "sigGasConsume",
  "sigVerification",
] as const;

/** Auth and bank over a store, in the first state of every case. */
function stage() {
  const { store, authKeeper, bankKeeper } = authAndBank();
  const block = { chainId: vectors.chain_id, height: vectors.height, time: 0n };
  const branch = new Branch(store.snapshot());
  const ctx = createCtx({ mode: "deliver", block, gas: new GasMeter(NO_LIMIT), branch });
  const accounts = vectors.accounts.map(({ name, address, account_number, sequence }) =>
    packAny(
      BaseAccountSchema,
      create(BaseAccountSchema, {
        address,
        pubKey: packPublicKey(keyOf(name)),
        accountNumber: BigInt(account_number),
        sequence: BigInt(sequence),
      }),
    ),
  );
  auth.genesis?.init(authKeeper, ctx, create(AuthGenesis, { accounts }));
  const coins = [{ denom: "uscrt", amount: vectors.balance }];
  bank.genesis?.init(
    bankKeeper,
    ctx,
    create(BankGenesis, { balances: vectors.accounts.map(({ address }) => ({ address, coins })) }),
  );
  const steps = anteSteps(authKeeper, {
    chainId: vectors.chain_id,
    registry: chainTypes,
    verified: new Set<string>(),
    minimumFee: () => noCoins,
    maxBlockGas: () => undefined,
    collectFee: bankKeeper.moneyOf("fee_collector").collect,
    useGrantedFees() {
      throw SdkError.invalidRequest("fee grants are not enabled");
    },
    hintLimits: HintLimit,
    metadata: bankKeeper.metadata,
  });
  const payer = () =>
    vectors.accounts.find(
      ({ name }) => bankKeeper.balance(ctx, publicKeyAddress(keyOf(name)), "uscrt") !== BigInt(vectors.balance),
    )?.name ?? "";
  return { authKeeper, steps, ctx, payer };
}

/** The result of Sotto's ante steps: the refusing step, its code and text, and the payer. */
function verdictOf(raw: Uint8Array) {
  const { steps, ctx, payer } = stage();
  let step = "decode";
  try {
    const decoded = decodeTx(raw, chainTypes);
    const signers = txSigners(decoded, chainTypes);
    const tx: AuthTx = {
      bytes: raw,
      decoded,
      fee: feeOf(decoded),
      signers,
      messages: [],
      gasWanted: 0n,
      shownUnits: undefined,
    };
    for (const each of STEPS) {
      step = each;
      steps[each](ctx, tx);
    }
    return { step: "", error: "", detail: "", payer: payer() };
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    return { step, error: `${thrown.codespace}/${thrown.code}`, detail: thrown.message, payer: payer() };
  }
}

const REFUSED = ["sigVerification", "sdk/4"] as const;
const NO_GRANTS = ["deductFee", "sdk/18"] as const;
/** Differing results: step and code, empty when accepted (host/modules/auth/README.md). */
const OTHERWISE: Readonly<Record<string, readonly [step: string, error: string]>> = {
  // The SDK compares the payer's text with the signer's, and upper case is another text. This
  // allows the theft that the mode must prevent.
  "aux: the payer by name in upper case, who signs a message": REFUSED,
  "aux: the only signer, the payer by name in upper case": REFUSED,
  "theft: a helper is made the payer by name, in upper case": REFUSED,
  // Sotto has no fee grants yet.
  "aux: the second signer, the fee granted by that signer": NO_GRANTS,
  "aux: the first signer, the fee granted by the second": NO_GRANTS,
  "aux: the payer by name, the fee granted by another": NO_GRANTS,
  "aux: the second signer, the fee granted without an allowance": NO_GRANTS,
  "theft: a helper is made the granter": NO_GRANTS,
  "covered by direct: the granter": NO_GRANTS,
  "covered by aux: the granter": NO_GRANTS,
  "covered by amino: the granter": NO_GRANTS,
  "covered by textual: the granter": NO_GRANTS,
  // The declaration of SignerInfo allows it; the SDK's code dereferences the absent key.
  "aux: a public key that the account has and the signer info has not": ["", ""],
  "aux: the payer without a public key": ["", ""],
  "aux: the first signer without a public key": REFUSED,
  // In the SDK errors without a code.
  "aux: no fee": ["validateBasic", "sdk/13"],
  "multisig: signed as a single key": REFUSED,
  // In the SDK an extension option needs a registered type, and no type is registered.
  "direct: an extension option": ["extensionOptions", "sdk/31"],
  "amino JSON: an extension option": ["extensionOptions", "sdk/31"],
  "direct: an extension option that is not critical": ["", ""],
  "aux: extension options that are not critical": ["", ""],
  "amino JSON: an extension option that is not critical": REFUSED,
  "covered by direct: an extension option": REFUSED,
  "covered by aux: an extension option": REFUSED,
  "covered by amino: an extension option": REFUSED,
  "covered by textual: an extension option": REFUSED,
};
/** Signatures that no key of the transaction made over the stated sign bytes. */
const FORGED = ["multisig: signed as a single key", "direct: the other S", "amino JSON: the other S"];

/** Single signatures in the order of signers and members. */
function leaves(mode: ModeInfo | undefined, signature: Uint8Array): Uint8Array[] {
  if (mode?.kind !== "multi") return [signature];
  return decodeMultiSignature(signature).flatMap((each, i) => leaves(mode.modes[i], each));
}

/** Sotto's sign bytes in hex; empty when refused. */
function signBytesOf(tx: DecodedTx, signer: string, mode: number): string {
  const { account_number, sequence } = accountOf(signer);
  const data = { chainId: vectors.chain_id, accountNumber: BigInt(account_number), sequence: BigInt(sequence) };
  try {
    return toHex(signBytes(mode, tx, data, keyOf(signer), chainTypes));
  } catch (thrown) {
    if (thrown instanceof ChainError) return "";
    throw thrown;
  }
}

describe("vectors/signmodes.json", () => {
  it("has the known fields only", () => {
    expect(Object.keys(vectors)).toEqual(["chain_id", "height", "balance", "fee_allowances", "accounts", "cases"]);
    for (const one of vectors.accounts) {
      expect(Object.keys(one)).toEqual(["name", "address", "public_key", "account_number", "sequence"]);
      expect(formatAddress(publicKeyAddress(keyOf(one.name)))).toBe(one.address);
    }
    for (const one of vectors.cases) {
      expect(Object.keys(one)).toEqual(["name", "tx_raw", "signed", "step", "error", "detail", "fee_paid_by"]);
      expect(["", "decode", ...STEPS]).toContain(one.step);
      for (const each of one.signed) expect(Object.keys(each)).toEqual(["signer", "mode", "member", "signed", "node"]);
    }
    expect(vectors.cases.length).toBe(125);
    expect(new Set(vectors.cases.map(({ name }) => name)).size).toBe(125);
    for (const name of Object.keys(OTHERWISE)) expect(vectors.cases.map((one) => one.name)).toContain(name);
  });

  describe.each(vectors.cases.map((one) => [one.name, one] as const))("%s", (name, vector) => {
    it("has the reference's result, in the same step, with the same payer", () => {
      const { step, error, detail, payer } = verdictOf(bytes(vector.tx_raw));
      expect([step, error]).toEqual(OTHERWISE[name] ?? [vector.step, vector.error]);
      if (OTHERWISE[name] !== undefined) return;
      expect(payer).toBe(vector.fee_paid_by);
      if (vector.detail.includes("fee payer")) expect(detail).toBe(vector.detail);
      expect(detail === "").toBe(vector.detail === "");
    });

    it("has the reference's sign bytes", () => {
      if (vector.error === "sdk/2" && OTHERWISE[name] === undefined) {
        expect(() => decodeTx(bytes(vector.tx_raw), chainTypes)).toThrow(ChainError);
        return;
      }
      const tx = decodeTx(bytes(vector.tx_raw), chainTypes);
      const signatures = tx.raw.signatures.flatMap((each, i) => leaves(tx.authInfo.signerInfos[i]?.modeInfo, each));
      expect(signatures.length).toBe(vector.signed.length);
      vector.signed.forEach(({ signer, mode, member, signed, node }, i) => {
        const made = signBytesOf(tx, signer, mode);
        if (name.includes("upper case") && mode === SignMode.directAux) expect([made, node]).toEqual(["", "signed"]);
        else if (node !== "" || OTHERWISE[name] === undefined) expect(made).toBe(node === "signed" ? signed : node);
        if (FORGED.includes(name)) return;
        const key = keyOf(member === "" ? signer : member);
        const signature = signatures[i] as Uint8Array;
        if (key.kind === "multisig") throw new Error("a signature has one key");
        const verify = key.kind === "ed25519" ? ed25519Verify : secp256k1Verify;
        const message = key.kind === "ed25519" ? bytes(signed) : sha256(bytes(signed));
        expect(verify(message, signature, key.key)).toBe(true);
      });
    });
  });

  it("has accounts with their own keys: a genesis with another key is refused", () => {
    const { authKeeper, ctx } = stage();
    const swapped = create(BaseAccountSchema, {
      address: accountOf("alice").address,
      pubKey: packPublicKey(keyOf("bob")),
    });
    const genesis = create(AuthGenesis, { accounts: [packAny(BaseAccountSchema, swapped)] });
    expect(() => auth.genesis?.init(authKeeper, ctx, genesis)).toThrow(
      expect.objectContaining({ codespace: "sdk", code: SdkError.invalidPubKey.code }),
    );
  });

  it("names every mode that the reference has", () => {
    const modes = new Set(vectors.cases.flatMap(({ signed }) => signed.map(({ mode }) => mode)));
    for (const mode of [SignMode.direct, SignMode.textual, SignMode.directAux, SignMode.aminoJson])
      expect(modes).toContain(mode);
  });
});

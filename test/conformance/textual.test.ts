// SPDX-License-Identifier: Apache-2.0
/**
 * Reads every entry and every field of vectors/textual.json: results of the SDK's own ante
 * decorators, with its auth and bank keepers, for SIGN_MODE_TEXTUAL signatures with denom metadata
 * in the state. Sotto's steps run over the real store.
 */
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { decode, packAny } from "@sotto/codec";
import { secp256k1Verify, sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { Branch, createCtx, GasMeter, NO_LIMIT } from "@sotto/kernel";
import { isDenom, noCoins } from "@sotto/math/coins";
import { GenesisStateSchema as AuthGenesis, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { GenesisStateSchema as BankGenesis, type Metadata, MetadataSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { HintLimit } from "@sotto/protocol";
import {
  chainTypes,
  decodeTx,
  directSignBytes,
  type PublicKey,
  packPublicKey,
  publicKeyAddress,
  SignMode,
  shownUnit,
  signBytes,
  txSigners,
  type UnitLookup,
} from "@sotto/tx";
import { type AuthTx, anteSteps, auth, signersOf } from "@sotto/x-auth";
import { bank } from "@sotto/x-bank";
import { describe, expect, it } from "vitest";
import { authAndBank } from "./keepers.ts";
import { bytes, load } from "./vectorFiles.ts";

interface Case {
  name: string;
  mode: "deliver" | "check" | "recheck" | "simulate";
  committed: string[];
  uncommitted: string[];
  signer_sees: string[];
  no_public_key: boolean;
  account_number: number;
  sequence: number;
  tx_raw: string;
  sign_bytes: string;
  lookups: { denom: string; gas: number }[];
  error: string;
  detail: string;
}
const vectors: { chain_id: string; secret_key: string; public_key: string; cases: Case[] } = load("textual");
const key: PublicKey = { kind: "secp256k1", key: bytes(vectors.public_key) };
const metadatas = (list: readonly string[]): Metadata[] => list.map((hex) => decode(MetadataSchema, bytes(hex)));
const data = (vector: Case) => ({
  chainId: vectors.chain_id,
  accountNumber: BigInt(vector.account_number),
  sequence: BigInt(vector.sequence),
});

/**
 * Auth and bank over a store, in the state of a vector, and the context that its transaction gets.
 */
function stage(vector: Case) {
  const { store, authKeeper, bankKeeper } = authAndBank();
  const block = { chainId: vectors.chain_id, height: 7, time: 0n };
  const over = (branch: Branch, mode = vector.mode) => createCtx({ mode, block, gas: new GasMeter(NO_LIMIT), branch });
  const setMetadata = (branch: Branch, list: readonly string[]) => {
    for (const one of metadatas(list))
      bank.genesis?.init(bankKeeper, over(branch), create(BankGenesis, { denomMetadata: [one] }));
  };
  const first = new Branch(store.snapshot());
  const account = create(BaseAccountSchema, {
    address: formatAddress(publicKeyAddress(key)),
    pubKey: packPublicKey(key),
    accountNumber: BigInt(vector.account_number),
    sequence: BigInt(vector.sequence),
  });
  auth.genesis?.init(
    authKeeper,
    over(first, "deliver"),
    create(AuthGenesis, { accounts: [packAny(BaseAccountSchema, account)] }),
  );
  setMetadata(first, vector.committed);
  store.commit(first.changes(), new Map());
  const branch = new Branch(store.snapshot());
  setMetadata(branch, vector.uncommitted);

  const lookups: Case["lookups"] = [];
  const verified = new Set<string>();
  const steps = anteSteps(authKeeper, {
    chainId: vectors.chain_id,
    registry: chainTypes,
    verified,
    minimumFee: () => noCoins,
    maxBlockGas: () => undefined,
    collectFee: bankKeeper.moneyOf("fee_collector").collect,
    useGrantedFees() {
      throw SdkError.invalidRequest("fee grants are not enabled");
    },
    hintLimits: HintLimit,
    metadata(ctx, denom) {
      const before = ctx.gas.consumed;
      const found = bankKeeper.metadata(ctx, denom);
      lookups.push({ denom, gas: ctx.gas.consumed - before });
      return found;
    },
  });
  const ctx = over(branch);
  const units: UnitLookup = (denom) => {
    const found = bankKeeper.metadata(over(branch), denom);
    return shownUnit(denom, found);
  };
  return { authKeeper, steps, ctx, lookups, verified, units };
}

function txOf(vector: Case): AuthTx {
  const raw = bytes(vector.tx_raw);
  const decoded = decodeTx(raw, chainTypes);
  const signers = txSigners(decoded, chainTypes);
  return { bytes: raw, decoded, fee: [], signers, messages: [], gasWanted: 0n, shownUnits: undefined };
}

/** Codespace and code of the error of a step; empty when it passes. */
function codeOf(run: () => unknown): string {
  try {
    run();
    return "";
  } catch (thrown) {
    if (thrown instanceof ChainError) return `${thrown.codespace}/${thrown.code}`;
    throw thrown;
  }
}

/** Differing results, with the reasons (pure/tx/README.md, host/modules/auth/README.md). */
const OTHERWISE: Readonly<Record<string, string>> = {
  // A transaction without screens is an invalid request here, and a wrong signature or a recovered
  // panic in the SDK.
  "a unit with a comma": "sdk/18",
  "a unit out of reach": "sdk/18",
  "a denom that is none": "sdk/18",
  // The declaration of SignerInfo allows it; the SDK's code dereferences the absent key.
  "direct, without the public key that the account has": "",
};

describe("vectors/textual.json", () => {
  it("has the known fields only", () => {
    expect(Object.keys(vectors)).toEqual(["chain_id", "secret_key", "public_key", "cases"]);
    const fields = ["name", "mode", "committed", "uncommitted", "signer_sees", "no_public_key", "account_number"];
    const rest = ["sequence", "tx_raw", "sign_bytes", "lookups", "error", "detail"];
    for (const one of vectors.cases) expect(Object.keys(one)).toEqual([...fields, ...rest]);
    expect(vectors.cases.length).toBe(23);
    for (const name of Object.keys(OTHERWISE)) expect(vectors.cases.map((one) => one.name)).toContain(name);
  });

  describe.each(vectors.cases.map((one) => [one.name, one] as const))("%s", (name, vector) => {
    it("has the reference's result, with the same reads at the same price", () => {
      const { steps, ctx, lookups, verified, authKeeper } = stage(vector);
      const tx = txOf(vector);
      const code = codeOf(() => {
        steps.setPubKey(ctx, tx);
        steps.sigVerification(ctx, tx);
      });
      expect(code).toBe(OTHERWISE[name] ?? vector.error);
      // The SDK looks up an invalid denom too; the look-up refuses it without a charge.
      expect(lookups).toEqual(vector.lookups.filter(({ denom }) => isDenom(denom)));
      expect(vector.lookups.filter(({ denom, gas }) => !isDenom(denom) && gas !== 0)).toEqual([]);
      // Screens have no verdict, because they depend on state that the verdict's key does not
      // contain; a block stores none.
      expect(verified.size).toBe(vector.no_public_key && vector.mode !== "deliver" ? 1 : 0);
      if (code === "" && (vector.mode === "deliver" || vector.mode === "check")) {
        const [signer] = signersOf(authKeeper, ctx, tx, HintLimit.publicKey);
        const denoms = new Set(lookups.map(({ denom }) => denom));
        const { units } = stage(vector);
        const shown = [...denoms].flatMap((denom) => units(denom) ?? []);
        expect(signer?.hint?.units ?? []).toEqual(shown);
        expect(signer?.hint?.publicKey === undefined).toBe(!vector.no_public_key);
        // A key above the maximum of bytes is not in a hint: this one has 35.
        const [without] = signersOf(authKeeper, ctx, tx, 34);
        expect(without?.hint?.publicKey).toBeUndefined();
      }
    });

    it("has the reference's sign bytes, for the node and for the wallet", () => {
      const { units } = stage(vector);
      const tx = decodeTx(bytes(vector.tx_raw), chainTypes);
      const of = (lookup: UnitLookup) => signBytes(SignMode.textual, tx, data(vector), key, chainTypes, lookup);
      const denoms = vector.lookups.map(({ denom }) => denom);
      if (vector.sign_bytes !== "") expect(toHex(of(units))).toBe(vector.sign_bytes);
      else if (denoms.every(isDenom) && denoms.length > 0) expect(codeOf(() => of(units))).toBe("sdk/18");
      const seen = new Map(metadatas(vector.signer_sees).map((one) => [one.base, one]));
      const signed = vector.no_public_key
        ? directSignBytes(tx, data(vector))
        : of((denom) => shownUnit(denom, seen.get(denom)));
      const [signature] = tx.raw.signatures;
      expect(secp256k1Verify(sha256(signed), signature as Uint8Array, bytes(vectors.public_key))).toBe(true);
    });
  });
});

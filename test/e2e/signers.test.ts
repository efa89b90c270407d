// SPDX-License-Identifier: Apache-2.0
import { gzipSync } from "node:zlib";
import { createMultisigThresholdPubkey, makeSignDoc, pubkeyToAddress, type StdSignDoc } from "@cosmjs/amino";
import { fromBase64, toBase64, toUtf8, fromUtf8 as toUtf8Text } from "@cosmjs/encoding";
import { encodePubkey } from "@cosmjs/proto-signing";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import {
  chainTypes,
  decodeTx,
  encodeTxRaw,
  packPublicKey,
  shownUnit,
  textualScreens,
  textualSignBytes,
  type UnitLookup,
} from "@sotto/tx";
import { MsgSend as MsgSendProto } from "cosmjs-types/cosmos/bank/v1beta1/tx.js";
import { CompactBitArray, MultiSignature } from "cosmjs-types/cosmos/crypto/multisig/v1beta1/multisig.js";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing.js";
import { AuthInfo, Fee, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx.js";
import {
  EncryptionUtilsImpl,
  MetaMaskWallet,
  MsgExecuteContract,
  MsgExecuteContractResponse,
  MsgSend,
  SecretNetworkClient,
  Wallet,
} from "secretjs";
import { AminoWallet } from "secretjs/dist/wallet_amino.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attribute,
  CHAIN_ID,
  type Contract,
  clientOf,
  clientWith,
  execute,
  make,
  mnemonicOf,
  must,
  nativeBalance,
  quick,
  store,
  tokenBalance,
  tokenInit,
  wasmOf,
  withGas,
} from "./client.ts";
import { removeAll, TestNode } from "./node.ts";

afterAll(removeAll);

/**
 * MetaMask's signature, through the wallet's interface (EIP-191, personal_sign).
 */
function ethereumProvider(secretKey: Uint8Array) {
  const publicKey = secp256k1.getPublicKey(secretKey, false);
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  const address = `0x${hex(keccak_256(publicKey.slice(1)).slice(-20))}`;
  async function request({ method, params }: { method: string; params: string[] }): Promise<string> {
    if (method !== "personal_sign") throw new Error(`${method} is not offered`);
    const message = Buffer.from(params[0]?.slice(2) ?? "", "hex");
    const prefix = toUtf8(`\x19Ethereum Signed Message:\n${message.length}`);
    const digest = keccak_256(new Uint8Array([...prefix, ...message]));
    const [recovery = 0, ...signature] = secp256k1.sign(digest, secretKey, { prehash: false, format: "recovered" });
    return `0x${hex(new Uint8Array(signature))}${(27 + recovery).toString(16)}`;
  }
  return { address, request };
}

describe.each(["inline", "worker"])("transactions in every sign mode, with the enclave %s", (transport) => {
  let node: TestNode;
  let alice: SecretNetworkClient;

  beforeAll(async () => {
    node = await TestNode.start({ flags: ["--instant", `--enclave=${transport}`] });
    alice = clientOf(node, "a");
  });

  async function fund(address: string): Promise<void> {
    const amount = [{ denom: "uscrt", amount: "50000000" }];
    must(await alice.tx.bank.send({ from_address: alice.address, to_address: address, amount }, withGas(50_000)));
  }

  /** The client's own token, whose balances it reads with the key "k". */
  async function ownToken(client: SecretNetworkClient): Promise<Contract> {
    const token = await make(client, await store(client, "private-token", gzipSync), tokenInit(client.address));
    must(await execute(client, token, { set_viewing_key: { key: "k" } }));
    return token;
  }

  test("amino JSON, as Ledger and Keplr sign: store, make, call, pay", async () => {
    const wallet = new AminoWallet(mnemonicOf("b"));
    const client = clientWith(node, wallet);
    const token = await ownToken(client);
    must(await execute(client, token, { transfer: { recipient: alice.address, amount: "1" } }));
    expect(await tokenBalance(client, token, client.address, "k")).toBe(999_999n);
    const amount = [{ denom: "uscrt", amount: "1" }];
    const tx = must(
      await client.tx.bank.send(
        { from_address: client.address, to_address: alice.address, amount },
        { ...withGas(50_000), memo: "<amino> & escapes" },
      ),
    );
    const { tx: found } = (await (await fetch(`${node.rest}/cosmos/tx/v1beta1/txs/${tx.transactionHash}`)).json()) as {
      tx: { auth_info: { signer_infos: { mode_info: { single: { mode: string } } }[] } };
    };
    expect(found.auth_info.signer_infos[0]?.mode_info.single.mode).toBe("SIGN_MODE_LEGACY_AMINO_JSON");
  });

  test("EIP-191, as MetaMask signs: store, make and call", async () => {
    const cache = new Map<string, string>();
    const localStorage = {
      getItem: (key: string) => cache.get(key) ?? null,
      setItem: (key: string, value: string) => void cache.set(key, value),
      removeItem: (key: string) => void cache.delete(key),
    };
    Object.assign(globalThis, { localStorage });
    const provider = ethereumProvider(new Uint8Array(32).fill(transport.length));
    const wallet = await MetaMaskWallet.create(provider, provider.address);
    await fund(wallet.address);
    const client = clientWith(node, wallet);
    const params = { sender: client.address, wasm_byte_code: gzipSync(wasmOf("probe-v1")), source: "", builder: "" };
    const stored = must(await client.tx.compute.storeCode(params, withGas(5_000_000)));
    const id = attribute(stored, "message", "code_id");
    const { code_hash: hash = "" } = await client.query.compute.codeHashByCodeId({ code_id: id });
    const probe = await make(client, { id, hash }, { ops: [] });
    must(await execute(client, probe, { output: { text: "from MetaMask" } }));
    const amount = [{ denom: "uscrt", amount: "2" }];
    must(
      await client.tx.bank.send({ from_address: client.address, to_address: alice.address, amount }, withGas(50_000)),
    );
  });

  test("a signature of another key is refused, and the account's sequence does not move", async () => {
    const victim = clientOf(node, "d");
    const amount = [{ denom: "uscrt", amount: "1" }];
    const send = new MsgSend({ from_address: victim.address, to_address: alice.address, amount });
    const raw = TxRaw.decode(await victim.tx.signTx([send], withGas(50_000)));
    const signature = raw.signatures[0]?.slice() ?? new Uint8Array(64);
    signature[40] = (signature[40] ?? 0) ^ 1;
    const forged = TxRaw.encode({ ...raw, signatures: [signature] }).finish();
    await expect(victim.tx.broadcastSignedTx(forged, quick)).rejects.toThrow(/code 4 \(codespace: sdk\)/);
    must(await victim.tx.broadcastSignedTx(TxRaw.encode(raw).finish(), quick));
  });

  test("a transaction for another chain is refused", async () => {
    const wrong = clientOf(node, "d", { chainId: "secret-4" });
    const amount = [{ denom: "uscrt", amount: "1" }];
    const sent = wrong.tx.bank.send(
      { from_address: wrong.address, to_address: alice.address, amount },
      withGas(50_000),
    );
    await expect(sent).rejects.toThrow(/code 4 \(codespace: sdk\)/);
  });

  describe("a signer who leaves out the key that the account has", () => {
    /**
     * A transaction of secretjs without its public key. Amino JSON does not sign the key; in direct
     * mode the transaction is signed again.
     */
    async function keyless(client: SecretNetworkClient, wallet: AminoWallet, message: MsgExecuteContract<object>) {
      const raw = TxRaw.decode(await client.tx.signTx([message], withGas(500_000)));
      const authInfo = AuthInfo.decode(raw.authInfoBytes);
      const [info] = authInfo.signerInfos;
      if (info?.publicKey === undefined) throw new Error("secretjs names no key");
      delete info.publicKey;
      const authInfoBytes = AuthInfo.encode(authInfo).finish();
      expect(authInfoBytes.length).toBeLessThan(raw.authInfoBytes.length - 70);
      let { signatures } = raw;
      if (wallet instanceof Wallet) {
        const { account } = await client.query.auth.account({ address: client.address });
        const { account_number: accountNumber } = account as unknown as { account_number: string };
        const doc = { bodyBytes: raw.bodyBytes, authInfoBytes, chainId: CHAIN_ID, accountNumber };
        signatures = [fromBase64((await wallet.signDirect(client.address, doc as never)).signature.signature)];
      }
      return TxRaw.encode({ bodyBytes: raw.bodyBytes, authInfoBytes, signatures }).finish();
    }

    test.each([
      ["direct", new Wallet(mnemonicOf("c"))],
      ["amino JSON", new AminoWallet(mnemonicOf("d"))],
    ])("calls a contract: %s", async (_, wallet) => {
      const client = clientWith(node, wallet);
      const token = await ownToken(client);
      const message = () =>
        new MsgExecuteContract<object>({
          sender: client.address,
          ...token,
          msg: { transfer: { recipient: alice.address, amount: "41" } },
          sent_funds: [],
        });
      const tx = must(await client.tx.broadcastSignedTx(await keyless(client, wallet, message()), quick));
      // The answer is encrypted for the sender of the message, and can be decrypted.
      expect(toUtf8Text(MsgExecuteContractResponse.decode(tx.data[0] as Uint8Array).data)).toContain("success");
      expect(await tokenBalance(client, token, client.address, "k")).toBe(999_959n);
      // Without the key, but with another's signature: refused, and the token stays where it is.
      const forged = TxRaw.decode(await keyless(client, wallet, message()));
      const signature = forged.signatures[0]?.slice() ?? new Uint8Array(64);
      signature[20] = (signature[20] ?? 0) ^ 1;
      const sent = client.tx.broadcastSignedTx(TxRaw.encode({ ...forged, signatures: [signature] }).finish(), quick);
      await expect(sent).rejects.toThrow(/code 4 \(codespace: sdk\)/);
      expect(await tokenBalance(client, token, client.address, "k")).toBe(999_959n);
    });
  });

  test("textual, in the unit that the node's bank module names: pay and call", async () => {
    const secretKey = new Uint8Array(32).fill(40 + transport.length);
    const publicKey = secp256k1.getPublicKey(secretKey);
    const key = { kind: "secp256k1", key: publicKey } as const;
    const address = pubkeyToAddress({ type: "tendermint/PubKeySecp256k1", value: toBase64(publicKey) }, "secret");
    await fund(address);
    const { metadata } = (await (
      await fetch(`${node.rest}/cosmos/bank/v1beta1/denoms_metadata_by_query_string?denom=uscrt`)
    ).json()) as { metadata: { display: string; denom_units: { denom: string; exponent: number }[] } };
    const unit = shownUnit("uscrt", { display: metadata.display, denomUnits: metadata.denom_units });
    const { account } = await alice.query.auth.account({ address });
    const accountNumber = BigInt((account as unknown as { account_number: string }).account_number);

    /** Signs the screens of a hardware wallet. */
    function sign(messages: readonly { typeUrl: string; value: Uint8Array }[], sequence: bigint, units: UnitLookup) {
      const single = { mode: SignMode.SIGN_MODE_TEXTUAL };
      const signer = { publicKey: packPublicKey(key), modeInfo: { single }, sequence };
      const amount = [{ denom: "uscrt", amount: "50000" }];
      const parts = {
        bodyBytes: TxBody.encode(TxBody.fromPartial({ messages: [...messages] })).finish(),
        authInfoBytes: AuthInfo.encode(
          AuthInfo.fromPartial({ signerInfos: [signer], fee: Fee.fromPartial({ amount, gasLimit: 500_000n }) }),
        ).finish(),
        signatures: [],
      };
      const unsigned = decodeTx(encodeTxRaw(parts), chainTypes);
      const data = { chainId: CHAIN_ID, accountNumber, sequence };
      const screens = textualScreens(unsigned, data, key, chainTypes, units);
      const bytes = textualSignBytes(unsigned, data, key, chainTypes, units);
      return { screens, tx: encodeTxRaw({ ...parts, signatures: [secp256k1.sign(bytes, secretKey)] }) };
    }
    const pay = MsgSendProto.fromPartial({
      fromAddress: address,
      toAddress: alice.address,
      amount: [{ denom: "uscrt", amount: "1234567" }],
    });
    const payment = { typeUrl: MsgSendProto.typeUrl, value: MsgSendProto.encode(pay).finish() };
    const shown = (denom: string) => (denom === "uscrt" ? unit : undefined);
    const first = sign([payment], 0n, shown);
    expect(first.screens.map(({ content }) => content)).toContain("1.234567 scrt");
    await expect(alice.tx.broadcastSignedTx(sign([payment], 0n, () => undefined).tx, quick)).rejects.toThrow(
      /code 4 \(codespace: sdk\)/,
    );
    must(await alice.tx.broadcastSignedTx(first.tx, quick));

    const code = await store(alice, "probe-v1");
    const probe = await make(alice, code, { ops: [] });
    const encryptionUtils = new EncryptionUtilsImpl(node.rest);
    const call = new MsgExecuteContract<object>({
      sender: address,
      ...probe,
      msg: { output: { text: "from a screen" } },
      sent_funds: [{ denom: "uscrt", amount: "2000000" }],
    });
    const packed = await call.toProto(encryptionUtils);
    const second = sign([{ typeUrl: packed.type_url, value: await packed.encode() }], 1n, shown);
    expect(second.screens.map(({ content }) => content)).toContain("2 scrt");
    const reader = new SecretNetworkClient({ url: node.rest, chainId: CHAIN_ID, encryptionUtils });
    const tx = must(await reader.tx.broadcastSignedTx(second.tx, quick));
    expect(toUtf8Text(MsgExecuteContractResponse.decode(tx.data[0] as Uint8Array).data)).toContain("from a screen");
    expect(await nativeBalance(alice, probe.contract_address)).toBe(2_000_000n);
  });

  describe("a 2 of 3 account", () => {
    const members = [1, 2, 3].map((hdAccountIndex) => new AminoWallet(mnemonicOf("c"), { hdAccountIndex }));
    const pubkey = createMultisigThresholdPubkey(
      members.map(({ publicKey }) => ({ type: "tendermint/PubKeySecp256k1", value: toBase64(publicKey) })),
      2,
      true,
    );
    const from = pubkeyToAddress(pubkey, "secret");

    /** Bytes of a payment that the named members sign. */
    async function payment(signing: readonly number[], sequence: number, accountNumber: number) {
      const amount = [{ denom: "uscrt", amount: "1234" }];
      const fee = { amount: [{ denom: "uscrt", amount: "10000" }], gas: "100000" };
      const value = { from_address: from, to_address: alice.address, amount };
      const doc: StdSignDoc = makeSignDoc(
        [{ type: "cosmos-sdk/MsgSend", value }],
        fee,
        CHAIN_ID,
        "from two of three",
        accountNumber,
        sequence,
      );
      const signatures: Uint8Array[] = [];
      for (const i of signing) {
        const member = members[i] as AminoWallet;
        signatures.push(fromBase64((await member.signAmino(member.address, doc)).signature.signature));
      }
      const bits = signing.reduce((all, i) => all | (128 >> i), 0);
      const single = { mode: SignMode.SIGN_MODE_LEGACY_AMINO_JSON };
      const multi = {
        bitarray: CompactBitArray.fromPartial({ extraBitsStored: 3, elems: new Uint8Array([bits]) }),
        modeInfos: signing.map(() => ({ single })),
      };
      const message = MsgSendProto.fromPartial({ fromAddress: from, toAddress: alice.address, amount });
      const raw = {
        bodyBytes: TxBody.encode(
          TxBody.fromPartial({
            messages: [{ typeUrl: MsgSendProto.typeUrl, value: MsgSendProto.encode(message).finish() }],
            memo: "from two of three",
          }),
        ).finish(),
        authInfoBytes: AuthInfo.encode(
          AuthInfo.fromPartial({
            signerInfos: [{ publicKey: encodePubkey(pubkey), modeInfo: { multi }, sequence: BigInt(sequence) }],
            fee: Fee.fromPartial({ amount: fee.amount, gasLimit: 100_000n }),
          }),
        ).finish(),
        signatures: [MultiSignature.encode(MultiSignature.fromPartial({ signatures })).finish()],
      };
      return TxRaw.encode(TxRaw.fromPartial(raw)).finish();
    }

    test("pays when two have signed, not when one has", async () => {
      await fund(from);
      const { account: known } = await alice.query.auth.account({ address: from });
      const { account_number } = known as unknown as { account_number: string };
      const before = await nativeBalance(alice, from);
      const one = await payment([2], 0, Number(account_number));
      await expect(alice.tx.broadcastSignedTx(one, quick)).rejects.toThrow(/codespace: sdk/);
      for (const [sequence, signing] of [
        [0, [0, 2]],
        [1, [1, 2]],
      ] as const) {
        const bytes = await payment(signing, sequence, Number(account_number));
        must(await alice.tx.broadcastSignedTx(bytes, quick));
      }
      expect(before - (await nativeBalance(alice, from))).toBe(2n * (1_234n + 10_000n));
    });
  });
});

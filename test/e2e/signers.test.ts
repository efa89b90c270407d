import { gzipSync } from "node:zlib";
import { createMultisigThresholdPubkey, makeSignDoc, pubkeyToAddress, type StdSignDoc } from "@cosmjs/amino";
import { fromBase64, toBase64, toUtf8 } from "@cosmjs/encoding";
import { encodePubkey } from "@cosmjs/proto-signing";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { MsgSend as MsgSendProto } from "cosmjs-types/cosmos/bank/v1beta1/tx.js";
import { CompactBitArray, MultiSignature } from "cosmjs-types/cosmos/crypto/multisig/v1beta1/multisig.js";
import { SignMode } from "cosmjs-types/cosmos/tx/signing/v1beta1/signing.js";
import { AuthInfo, Fee, TxBody, TxRaw } from "cosmjs-types/cosmos/tx/v1beta1/tx.js";
import { MetaMaskWallet, MsgSend, SecretNetworkClient } from "secretjs";
import { AminoWallet } from "secretjs/dist/wallet_amino.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  attribute,
  CHAIN_ID,
  clientOf,
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

/** What MetaMask does with a key, as the wallet's interface asks for it (EIP-191, personal_sign). */
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

  test("amino JSON, as Ledger and Keplr sign: store, make, call, pay", async () => {
    const wallet = new AminoWallet(mnemonicOf("b"));
    const client = new SecretNetworkClient({
      url: node.rest,
      chainId: CHAIN_ID,
      wallet,
      walletAddress: wallet.address,
    });
    const code = await store(client, "private-token", gzipSync);
    const token = await make(client, code, tokenInit(client.address));
    must(await execute(client, token, { set_viewing_key: { key: "k" } }));
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
    const client = new SecretNetworkClient({
      url: node.rest,
      chainId: CHAIN_ID,
      wallet,
      walletAddress: wallet.address,
    });
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

import { test } from "vitest";
import { chainTypes, decodeTx, signBytes, SignMode } from "@sotto/tx";
import { MsgSend, MsgStoreCode, SecretNetworkClient } from "secretjs";
import { AminoWallet } from "secretjs/dist/wallet_amino.js";
import { serializeSignDoc } from "@cosmjs/amino";
import { mnemonicOf } from "./client.ts";
test("x", async () => {
  const wallet = new AminoWallet(mnemonicOf("b"));
  let doc: any;
  const orig = wallet.signAmino.bind(wallet);
  wallet.signAmino = async (a: string, d: any) => { doc = d; return orig(a, d); };
  const client = new SecretNetworkClient({ url: "http://127.0.0.1:1", chainId: "secretdev-1", wallet, walletAddress: wallet.address });
  for (const m of [new MsgSend({from_address: wallet.address, to_address: wallet.address, amount:[{denom:"uscrt",amount:"1"}]}), new MsgStoreCode({sender: wallet.address, wasm_byte_code: new Uint8Array([1,2,3]), source:"", builder:""})]) {
    const bytes = await client.tx.signTx([m], { explicitSignerData: { accountNumber: 2, sequence: 0, chainId: "secretdev-1" } });
    console.log(new TextDecoder().decode(serializeSignDoc(doc)));
    const d = decodeTx(bytes, chainTypes);
    console.log(new TextDecoder().decode(signBytes(SignMode.aminoJson, d, { chainId: "secretdev-1", accountNumber: 2n, sequence: 0n }, { kind: "secp256k1", key: wallet.publicKey }, chainTypes)));
  }
});

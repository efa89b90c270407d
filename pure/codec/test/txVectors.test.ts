// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { createRegistry } from "@bufbuild/protobuf";
import { fromHex, toHex, toUtf8 } from "@sotto/bytes";
import { AuthInfoSchema, TxBodySchema, TxRawSchema, TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { files } from "@sotto/proto/files";
import { describe, expect, it } from "vitest";
import { aminoAnyJson } from "../src/aminoJson.ts";
import { decode } from "../src/decode.ts";
import { encode } from "../src/encode.ts";
import { gatewayJson } from "../src/gatewayJson.ts";
import { type Json, parseJson } from "../src/json.ts";
import { compactJson, sortedJson } from "../src/jsonWriter.ts";
import { parseGatewayJson } from "../src/parseGatewayJson.ts";

const registry = createRegistry(...files);
const document = parseJson(readFileSync(new URL("../../../vectors/tx.json", import.meta.url))) as Map<string, Json>;
type Entry = Map<string, Json>;
const transactions = document.get("transactions") as Entry[];
const text = (entry: Entry, key: string) => entry.get(key) as string;
const hex = (value: string) => fromHex(value) as Uint8Array;

/** The amino sign document around the messages, as SIGN_MODE_LEGACY_AMINO_JSON lays it out. */
function signDoc(entry: Entry, bodyBytes: Uint8Array, authInfoBytes: Uint8Array): string {
  const body = decode(TxBodySchema, bodyBytes, "reject");
  const { fee } = decode(AuthInfoSchema, authInfoBytes, "reject");
  const amount = (fee?.amount ?? []).map(
    (coin) =>
      new Map<string, Json>([
        ["amount", coin.amount],
        ["denom", coin.denom],
      ]),
  );
  const feeJson = new Map<string, Json>([
    ["amount", amount],
    ["gas", String(fee?.gasLimit)],
  ]);
  if (fee?.granter) feeJson.set("granter", fee.granter);
  if (fee?.payer) feeJson.set("payer", fee.payer);
  const doc = new Map<string, Json>([
    ["account_number", String(entry.get("account_number"))],
    ["chain_id", text(entry, "chain_id")],
    ["fee", feeJson],
    ["memo", body.memo],
    ["msgs", body.messages.map((any) => parseJson(aminoAnyJson(any, registry)))],
    ["sequence", String(entry.get("sequence"))],
  ]);
  if (body.timeoutHeight !== 0n) doc.set("timeout_height", String(body.timeoutHeight));
  const json = sortedJson(doc);
  // The writer of the messages must already have produced sorted, escaped text.
  expect(json).toContain(`"msgs":[${body.messages.map((any) => aminoAnyJson(any, registry)).join(",")}]`);
  return json;
}

describe("transactions of the public chain", () => {
  it.each(transactions.map((entry) => [text(entry, "name"), entry] as const))("%s", (_name, entry) => {
    const bytes = hex(text(entry, "tx_raw"));
    const raw = decode(TxRawSchema, bytes, "reject");
    expect(toHex(encode(TxRawSchema, raw))).toBe(text(entry, "tx_raw"));
    const body = decode(TxBodySchema, raw.bodyBytes, "reject");
    const authInfo = decode(AuthInfoSchema, raw.authInfoBytes, "reject");
    expect(encode(TxBodySchema, body)).toEqual(raw.bodyBytes);
    expect(encode(AuthInfoSchema, authInfo)).toEqual(raw.authInfoBytes);
    for (const any of body.messages) {
      const schema = registry.getMessage(any.typeUrl.slice(1));
      if (schema === undefined) throw new Error(`no schema of ${any.typeUrl}`);
      expect(encode(schema, decode(schema, any.value, "reject"))).toEqual(any.value);
    }

    const tx = { ...decode(TxSchema, new Uint8Array()), body, authInfo, signatures: raw.signatures };
    const json = gatewayJson(TxSchema, tx, registry);
    expect(json).toBe(sortedLikeGo(entry.get("tx_json") as Json));
    expect(encode(TxSchema, parseGatewayJson(TxSchema, json, registry))).toEqual(encode(TxSchema, tx));

    const expected = (entry.get("sign_bytes") as Entry).get("amino_json") as string;
    if (expected.startsWith("refused: ")) return;
    expect(signDoc(entry, raw.bodyBytes, raw.authInfoBytes)).toBe(toUtf8(hex(expected)));
  });

  it("have every kind of entry that this test knows", () => {
    expect([...document.keys()]).toEqual(["transactions", "decode"]);
    expect(transactions.length).toBeGreaterThan(10);
  });
});

/** The gateway's text of a document of the vectors: in its order, strings escaped as in Go. */
function sortedLikeGo(value: Json): string {
  return compactJson(value).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { parseAddress } from "@sotto/address";
import { fromBase64, fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { packAny } from "@sotto/codec";
import { Client } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { decryptError, decryptOutput, type MessageKey } from "@sotto/message";
import { MsgInstantiateContractSchema, MsgStoreCodeSchema } from "@sotto/proto/secret.compute.v1beta1";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { a, b, CHAIN_ID, openNode, payment, sign, type TestNode, textOf } from "../../../test/support/node.ts";
import { wasm } from "../../../test/support/wasm.ts";
import { createRest, createRoutes, type Rest } from "../src/index.ts";

let node: TestNode;
let rest: Rest;

const ask = async (method: string, url: string, body = "", headers: Record<string, string> = {}) => {
  const answer = await rest({ method, url, headers, body: fromUtf8(body) });
  const text = textOf(answer.body);
  return { status: answer.status, headers: answer.headers, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
};
const get = (url: string, headers?: Record<string, string>) => ask("GET", url, "", headers);
const post = (url: string, body: unknown) => ask("POST", url, JSON.stringify(body), { "content-type": "text/plain" });

const SENT = payment(0n);
const FAILED = payment(1n, 10n ** 30n);
const hashOf = (tx: Uint8Array) => toHex(sha256(tx)).toUpperCase();

beforeAll(() => {
  node = openNode();
  rest = createRest(node.backend, createRoutes(node.backend));
  node.produce([]);
  node.produce([SENT]);
  node.produce([FAILED]);
});
afterAll(() => {
  expect(node.faults).toEqual([]);
  node.close();
});

describe("requests", () => {
  it("take path and query parameters, names in either case", async () => {
    for (const name of ["pagination.limit", "pagination.Limit", "pagination.limit"]) {
      const { status } = await get(`/cosmos/auth/v1beta1/accounts?${name}=2`);
      expect(status).toBe(200);
    }
    const two = await get("/cosmos/auth/v1beta1/accounts?pagination.limit=2&pagination.count_total=true");
    expect(two.json.accounts).toHaveLength(2);
    expect(two.json.pagination.total).toBe("11");
    const camel = await get("/cosmos/auth/v1beta1/accounts?pagination.limit=2&pagination.countTotal=1");
    expect(camel.json).toEqual(two.json);
    const next = await get(
      `/cosmos/auth/v1beta1/accounts?pagination.key=${encodeURIComponent(two.json.pagination.next_key)}`,
    );
    expect(next.json.accounts).toHaveLength(9);
  });

  it("take base64 in both alphabets, padded", async () => {
    const { json } = await get("/cosmos/auth/v1beta1/accounts?pagination.limit=2");
    const key: string = json.pagination.next_key;
    const raw = toBase64(fromBase64(key) ?? new Uint8Array());
    const forms = [encodeURIComponent(raw), encodeURIComponent(raw.replaceAll("+", "-").replaceAll("/", "_"))];
    const answers = await Promise.all(forms.map((form) => get(`/cosmos/auth/v1beta1/accounts?pagination.key=${form}`)));
    for (const answer of answers) expect(answer.json.accounts).toHaveLength(9);
  });

  it("ignore doubled slashes, a trailing question mark and unknown parameters", async () => {
    const plain = await get("/cosmos/base/tendermint/v1beta1/blocks/1");
    expect(plain.status).toBe(200);
    expect((await get("///////cosmos/base/tendermint/v1beta1/blocks/1?")).text).toBe(plain.text);
    expect((await get("/cosmos/base/tendermint/v1beta1/blocks/1?what=ever&a.b.c=d")).text).toBe(plain.text);
  });

  it("read JSON bodies of any content type", async () => {
    const body = { txBytes: toBase64(payment(2n)), unknown: [1, { x: null }] };
    const { status, json } = await post("/cosmos/tx/v1beta1/simulate", body);
    expect(status).toBe(200);
    expect(json.gas_info.gas_wanted).toBe("18446744073709551615");
    expect(Number(json.gas_info.gas_used)).toBeGreaterThan(5000);
    expect(json.result.msg_responses).toEqual([{ "@type": "/cosmos.bank.v1beta1.MsgSendResponse" }]);
    const snake = await post("/cosmos/tx/v1beta1/simulate", { tx_bytes: body.txBytes });
    expect(snake.json).toEqual(json);
  });

  it("choose the height of the state by header, in both forms, and name it", async () => {
    const url = `/cosmos/bank/v1beta1/balances/${b.text}/by_denom?denom=uscrt`;
    const now = await get(url);
    expect(now.json.balance.amount).toBe("1000000000000000005");
    expect(now.headers["x-cosmos-block-height"]).toBe("3");
    expect(now.headers["grpc-metadata-x-cosmos-block-height"]).toBe("3");
    for (const name of ["x-cosmos-block-height", "grpc-metadata-x-cosmos-block-height"]) {
      const before = await get(url, { [name]: "1" });
      expect(before.json.balance.amount).toBe("1000000000000000000");
      expect(before.headers["x-cosmos-block-height"]).toBe("1");
    }
  });
});

describe("refusals", () => {
  const refusal = async (url: string, status: number, code: number, message: string | RegExp) => {
    const answer = await get(url);
    expect(answer.status).toBe(status);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(Object.keys(answer.json)).toEqual(["code", "message", "details"]);
    expect(answer.json).toMatchObject({ code, details: [], message: expect.stringMatching(message) });
  };

  it("have a JSON body with the gRPC status", async () => {
    await refusal("/nothing/here", 501, 12, /^Not Implemented$/);
    await refusal("/cosmos/tx/v1beta1/simulate", 501, 12, /^Not Implemented$/);
    await refusal(
      "/cosmos/base/tendermint/v1beta1/blocks/abc",
      400,
      3,
      /strconv.ParseInt: parsing "abc": invalid syntax/,
    );
    await refusal("/cosmos/base/tendermint/v1beta1/blocks/99", 400, 3, /bigger then the chain length/);
    await refusal("/cosmos/base/tendermint/v1beta1/blocks/0", 500, 2, /greater than 0/);
    await refusal(
      "/cosmos/auth/v1beta1/accounts?pagination.limit=x",
      400,
      3,
      /strconv.ParseUint: parsing "x": invalid syntax/,
    );
    await refusal("/cosmos/auth/v1beta1/accounts?pagination=5", 400, 3, /not supported in query/);
    expect(await get("/cosmos/auth/v1beta1/accounts?pagination.limit=%zz")).toMatchObject({ status: 400 });
    const stranger = "secret1nx3prmmcdvtyyxnq906fde6f4r5xms3flrw7tm";
    await refusal(`/cosmos/auth/v1beta1/accounts/${stranger}`, 404, 5, new RegExp(`^account ${stranger} not found$`));
    await refusal("/compute/v1beta1/code_hash/by_code_id/7", 500, 2, /^failed to get code info for code id 7$/);
    await refusal("/compute/v1beta1/code/7", 500, 2, /^codespace compute code 9: not found/);
    await refusal("/compute/v1beta1/code/0", 500, 2, /^codespace compute code 13: invalid: code id$/);
    await refusal("/compute/v1beta1/info/x", 500, 2, /^decoding bech32 failed: invalid bech32 string length 1$/);
    const approval = "/compute/v1beta1/authorized_migration";
    await refusal(`${approval}/${stranger}`, 404, 5, /^no authorized migration found for the given contract address$/);
    await refusal(`${approval}/x`, 400, 3, /^invalid contract address$/);
  });

  it("tell of a height that has no state", async () => {
    const url = "/cosmos/auth/v1beta1/params";
    expect((await get(url, { "x-cosmos-block-height": "99" })).json.message).toMatch(
      /^codespace sdk code 26: invalid height: cannot query with height in the future/,
    );
    expect(await get(url, { "x-cosmos-block-height": "-1" })).toMatchObject({ status: 500, json: { code: 2 } });
    expect(await get(url, { "x-cosmos-block-height": "one" })).toMatchObject({ status: 500, json: { code: 2 } });
  });

  it("answer bodies that are not JSON, or not what they should be", async () => {
    for (const body of ["{", "[]", '"text"', '{"txBytes":7}', '{"txBytes":"%%%"}', `${"[".repeat(5000)}`]) {
      const { status, json } = await ask("POST", "/cosmos/tx/v1beta1/simulate", body);
      expect({ body, status, code: json.code }).toEqual({ body, status: 400, code: 3 });
    }
    expect(await post("/cosmos/tx/v1beta1/simulate", {})).toMatchObject({
      status: 400,
      json: { message: "empty txBytes is not allowed" },
    });
  });
});

describe("anything at all", () => {
  const templates = () =>
    [...node.backend.routes].flatMap(({ rest: bindings }) => bindings.map(({ template }) => template));
  const word = fc.oneof(
    fc.string(),
    fc.constantFrom("0", "-1", "1", "%2F", "%", "..", a.text, "AA==", "{}", "\u0000", "99999999999999999999"),
  );

  it("in paths and queries gets an answer, never a fault", async () => {
    const url = fc.record({
      at: fc.nat(),
      words: fc.array(word, { minLength: 4, maxLength: 4 }),
      query: fc.array(fc.tuple(word, word), { maxLength: 3 }),
    });
    const names = ["pagination.limit", "pagination.key", "denom", "query", "code_hash", "start_height"];
    await fc.assert(
      fc.asyncProperty(url, async ({ at, words, query }) => {
        const all = templates();
        let next = 0;
        const path = (all[at % all.length] ?? "/").replace(/\{[^}]*\}/g, () => words[next++] ?? "");
        const pairs = query.map(([name, value], i) => `${i === 0 ? name : names[at % names.length]}=${value}`);
        const { status, json } = await get(`${path}?${pairs.join("&")}`);
        const isPath = !/%(?![0-9a-fA-F]{2})/.test(path.split("?")[0] ?? "");
        expect(isPath ? status === 200 || typeof json.code === "number" : status === 400).toBe(true);
        expect(node.faults).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it("in bodies gets an answer, never a fault", async () => {
    const paths = ["simulate", "txs", "decode", "encode"].map((name) => `/cosmos/tx/v1beta1/${name}`);
    const field = fc.constantFrom(
      "tx_bytes",
      "txBytes",
      "tx",
      "mode",
      "body",
      "auth_info",
      "messages",
      "@type",
      "signatures",
    );
    const json = fc.oneof(
      fc.json(),
      fc.dictionary(field, fc.jsonValue()).map((value) => JSON.stringify(value)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...paths), json, async (path, body) => {
        const answer = await ask("POST", path, body);
        expect(answer.status === 200 || typeof answer.json.code === "number").toBe(true);
        expect(node.faults).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});

describe("cosmos.tx.v1beta1", () => {
  it("shows a transaction as clients read it", async () => {
    const { json } = await get(`/cosmos/tx/v1beta1/txs/${hashOf(SENT)}`);
    expect(json.tx.body.messages).toEqual([
      {
        "@type": "/cosmos.bank.v1beta1.MsgSend",
        from_address: a.text,
        to_address: b.text,
        amount: [{ denom: "uscrt", amount: "5" }],
      },
    ]);
    const { tx, events, ...rest } = json.tx_response;
    expect(tx).toEqual({ "@type": "/cosmos.tx.v1beta1.Tx", ...json.tx });
    expect(rest).toEqual({
      height: "2",
      txhash: hashOf(SENT),
      codespace: "",
      code: 0,
      data: "12260A242F636F736D6F732E62616E6B2E763162657461312E4D736753656E64526573706F6E7365",
      raw_log: "",
      logs: [],
      info: "",
      gas_wanted: "100000",
      gas_used: expect.stringMatching(/^[0-9]+$/),
      timestamp: expect.stringMatching(/^2023-11-14T22:13:[0-9]{2}Z$/),
    });
    expect(events.at(-1)).toEqual({
      type: "message",
      attributes: [
        { key: "sender", value: a.text, index: true },
        { key: "msg_index", value: "0", index: true },
      ],
    });
  });

  it("shows why a transaction failed", async () => {
    const { json } = await get(`/cosmos/tx/v1beta1/txs/${hashOf(FAILED)}`);
    expect(json.tx_response).toMatchObject({ code: 5, codespace: "sdk", data: "", height: "3" });
    expect(json.tx_response.raw_log).toMatch(/^failed to execute message; message index: 0: /);
  });

  it("says that a hash is not there in the words that clients wait for", async () => {
    const hash = "AB".repeat(32);
    expect(await get(`/cosmos/tx/v1beta1/txs/${hash}`)).toMatchObject({
      status: 404,
      json: { code: 5, message: `tx not found: ${hash}` },
    });
    expect((await get("/cosmos/tx/v1beta1/txs/xyz")).json).toMatchObject({ code: 3, message: "tx hash is not hex" });
  });

  it("finds by events, in the old form, the new form and both at once", async () => {
    const condition = "message.action='/cosmos.bank.v1beta1.MsgSend'";
    const encoded = encodeURIComponent(condition);
    const height = encodeURIComponent("tx.height=2");
    for (const query of [
      `query=${encoded}`,
      `events=${encoded}`,
      `events=${encoded}&events=${height}`,
      `query=${encoded}+AND+${height}`,
      `events=${encoded}&query=${encoded}&page=1&limit=10&pagination.limit=10`,
    ]) {
      const { status, json } = await get(`/cosmos/tx/v1beta1/txs?${query}`);
      expect({ query, status }).toEqual({ query, status: 200 });
      expect(json.total).toBe("1");
      expect(json.tx_responses.map((each: { txhash: string }) => each.txhash)).toEqual([hashOf(SENT)]);
      expect(json.txs).toHaveLength(1);
      expect(json.pagination).toBe(null);
    }
  });

  it("pages through what it finds, in both orders", async () => {
    const all = encodeURIComponent("tx.height>0");
    const hashes = async (rest_: string) =>
      (await get(`/cosmos/tx/v1beta1/txs?query=${all}${rest_}`)).json.tx_responses.map(
        (each: { txhash: string }) => each.txhash,
      );
    expect(await hashes("")).toEqual([hashOf(SENT), hashOf(FAILED)]);
    expect(await hashes("&order_by=ORDER_BY_DESC")).toEqual([hashOf(FAILED), hashOf(SENT)]);
    expect(await hashes("&order_by=2&limit=1&page=2")).toEqual([hashOf(SENT)]);
    const old = await get(`/cosmos/tx/v1beta1/txs?events=${all}&pagination.limit=1&pagination.offset=1`);
    expect(old.json.tx_responses[0].txhash).toBe(hashOf(FAILED));
    expect((await get(`/cosmos/tx/v1beta1/txs?query=${all}&limit=1&page=3`)).json).toEqual({
      code: 13,
      message: "failed to search for txs: page should be within [1, 2] range, given 3",
      details: [],
    });
    expect((await get("/cosmos/tx/v1beta1/txs")).json.message).toBe("query cannot be empty");
    expect((await get("/cosmos/tx/v1beta1/txs?query=nonsense")).json.message).toMatch(/^failed to search for txs: /);
  });

  it("broadcasts once, and refuses the same bytes, a bad mode and nothing", async () => {
    const tx = payment(2n);
    const send = (mode: string) => post("/cosmos/tx/v1beta1/txs", { txBytes: toBase64(tx), mode });
    const first = await send("BROADCAST_MODE_SYNC");
    expect(first.json.tx_response).toMatchObject({ code: 0, txhash: hashOf(tx), raw_log: "", data: "", events: [] });
    expect((await send("BROADCAST_MODE_SYNC")).json.tx_response).toMatchObject({
      code: 19,
      codespace: "sdk",
      txhash: hashOf(tx),
    });
    expect((await send("BROADCAST_MODE_ASYNC")).json.tx_response.code).toBe(19);
    expect(await send("BROADCAST_MODE_BLOCK")).toMatchObject({
      status: 500,
      json: { code: 2, message: "unsupported return type unspecified; supported types: sync, async" },
    });
    expect((await post("/cosmos/tx/v1beta1/txs", { mode: "BROADCAST_MODE_SYNC" })).json.message).toBe(
      "invalid empty tx",
    );
    const wrong = await post("/cosmos/tx/v1beta1/txs", { txBytes: toBase64(payment(9n)), mode: "BROADCAST_MODE_SYNC" });
    expect(wrong.json.tx_response).toMatchObject({ code: 32, codespace: "sdk" });
    expect(wrong.json.tx_response.raw_log).toMatch(/^account sequence mismatch, expected 3, got 9/);
    node.produce();
  });

  it("shows the transactions of a block", async () => {
    const { json } = await get("/cosmos/tx/v1beta1/txs/block/2");
    expect(json.txs[0].body.messages[0]["@type"]).toBe("/cosmos.bank.v1beta1.MsgSend");
    expect(json.block.header.height).toBe("2");
    expect(json.block.data.txs).toEqual([toBase64(SENT)]);
    expect(json.pagination).toEqual({ next_key: null, total: "1" });
    expect((await get("/cosmos/tx/v1beta1/txs/block/99")).json.message).toMatch(
      /requested height 99 but height must not/,
    );
    expect((await get("/cosmos/tx/v1beta1/txs/block/2?pagination.offset=1&pagination.limit=1")).status).toBe(400);
  });

  it("decodes and encodes", async () => {
    const decoded = await post("/cosmos/tx/v1beta1/decode", { tx_bytes: toBase64(SENT) });
    expect(decoded.json.tx.body.memo).toBe("");
    const encoded = await post("/cosmos/tx/v1beta1/encode", { tx: decoded.json.tx });
    expect(encoded.json.tx_bytes).toBe(toBase64(SENT));
    expect((await post("/cosmos/tx/v1beta1/decode", { tx_bytes: "AA==" })).json.message).toMatch(/tx parse error/);
  });

  it("decodes and encodes the legacy amino form", async () => {
    const [fact] = JSON.parse(readFileSync(new URL("legacyAminoFacts.json", import.meta.url), "utf8")).good.slice(1);
    const aminoBinary = toBase64(fromHex(fact.bytes) ?? new Uint8Array());
    const encoded = await post("/cosmos/tx/v1beta1/encode/amino", { amino_json: fact.json });
    expect(encoded).toMatchObject({ status: 200, json: { amino_binary: aminoBinary } });
    const decoded = await post("/cosmos/tx/v1beta1/decode/amino", { amino_binary: aminoBinary });
    expect(decoded).toMatchObject({ status: 200, json: { amino_json: fact.json } });
    const refused = [
      await post("/cosmos/tx/v1beta1/encode/amino", {}),
      await post("/cosmos/tx/v1beta1/decode/amino", {}),
      await post("/cosmos/tx/v1beta1/encode/amino", { amino_json: "{" }),
      await post("/cosmos/tx/v1beta1/encode/amino", { amino_json: "{}" }),
    ];
    expect(refused.map(({ status, json }) => [status, json.code])).toEqual([
      [400, 3],
      [400, 3],
      [400, 3],
      [500, 2],
    ]);
    expect(refused.map(({ json }) => json.message).slice(0, 2)).toEqual([
      "invalid empty tx json",
      "invalid empty tx bytes",
    ]);
  });
});

describe("cosmos.base", () => {
  it("shows blocks with nine digits of time and the proposer as text", async () => {
    const { json } = await get("/cosmos/base/tendermint/v1beta1/blocks/2");
    expect(json.block.header.time).toMatch(/^2023-11-14T22:13:[0-9]{2}\.[0-9]{9}Z$/);
    expect(json.sdk_block.header.proposer_address).toMatch(/^secretvalcons1/);
    expect({ ...json.sdk_block.header, proposer_address: 0 }).toEqual({ ...json.block.header, proposer_address: 0 });
    expect(json.block.last_commit.signatures).toHaveLength(1);
    const latest = await get("/cosmos/base/tendermint/v1beta1/blocks/latest?");
    expect(latest.json.block.header.height).toBe(String(node.backend.latestHeight()));
  });

  it("shows the validators of a height and of the next one", async () => {
    const latest = await get("/cosmos/base/tendermint/v1beta1/validatorsets/latest");
    expect(latest.json.block_height).toBe(String(node.backend.latestHeight() + 1));
    const one = await get("/cosmos/base/tendermint/v1beta1/validatorsets/1");
    expect(one.json.validators[0]).toMatchObject({
      voting_power: "100000000000",
      pub_key: { "@type": "/cosmos.crypto.ed25519.PubKey", key: toBase64(node.key.publicKey) },
    });
    expect(
      (await get("/cosmos/base/tendermint/v1beta1/validatorsets/1?pagination.offset=5&pagination.limit=1")).status,
    ).toBe(500);
  });

  it("shows the node and its price", async () => {
    const { json } = await get("/cosmos/base/tendermint/v1beta1/node_info");
    expect(json.default_node_info).toMatchObject({ network: CHAIN_ID, version: "0.38.19", other: { tx_index: "on" } });
    expect(json.application_version.cosmos_sdk_version).toMatch(/^v0\.50\./);
    expect((await get("/cosmos/base/tendermint/v1beta1/syncing")).json).toEqual({ syncing: false });
    expect((await get("/cosmos/base/node/v1beta1/config")).json.minimum_gas_price).toBe("0.012500000000000000uscrt");
    expect((await get("/cosmos/base/node/v1beta1/status")).json.height).toBe(String(node.backend.latestHeight()));
  });

  it("reads stores with proofs, and nothing that is a route", async () => {
    const url = "/cosmos/base/tendermint/v1beta1/abci_query";
    const { json } = await get(`${url}?path=/store/bank/key&data=${toBase64(Uint8Array.of(2))}&prove=true`);
    expect(json.proof_ops.ops.map(({ type }: { type: string }) => type)).toEqual(["ics23:iavl", "ics23:simple"]);
    expect((await get(`${url}?path=/cosmos.auth.v1beta1.Query/Params`)).json).toMatchObject({ code: 3 });
    expect((await get(url)).json.message).toBe("empty query path");
  });
});

describe("contract queries", () => {
  let client: Client;
  let contract = "";
  let codeHash = "";
  /** Of the last message. */
  let key: MessageKey;
  const encrypt = (message: unknown): Uint8Array => {
    const encrypted = client.encrypt(codeHash, message);
    key = encrypted.key;
    return encrypted.wire;
  };

  beforeAll(async () => {
    const io = fromBase64((await get("/registration/v1beta1/tx-key")).json.key) ?? new Uint8Array();
    client = new Client("of REST", io);
    const sender = parseAddress(a.text);
    const store = create(MsgStoreCodeSchema, { sender, wasmByteCode: wasm.token });
    node.produce([sign(packAny(MsgStoreCodeSchema, store), 3n, 10_000_000n)]);
    codeHash = (await get("/compute/v1beta1/code_hash/by_code_id/1")).json.code_hash;
    const init = { name: "token", symbol: "TOK", decimals: 6, prng_seed: "eA==" };
    const initMsg = encrypt(init);
    const instantiate = create(MsgInstantiateContractSchema, { sender, codeId: 1n, label: "a b/c", initMsg });
    node.produce([sign(packAny(MsgInstantiateContractSchema, instantiate), 4n, 1_000_000n)]);
    contract = (await get("/compute/v1beta1/contract_address/a%20b%2Fc")).json.contract_address;
  });

  const smart = (query: unknown) => {
    const wire = toBase64(encrypt(query));
    return get(`/compute/v1beta1/query/${contract}?query=${encodeURIComponent(wire)}`);
  };

  it("find a contract by a label that needs escapes", () => {
    expect(contract).toMatch(/^secret1/);
  });

  it("answer with ciphertext that opens", async () => {
    const { status, json } = await smart({ token_info: {} });
    expect(status).toBe(200);
    const opened = decryptOutput(key, fromBase64(json.data) ?? new Uint8Array());
    expect(textOf(opened ?? new Uint8Array())).toContain('"symbol":"TOK"');
  });

  it("fail with the ciphertext where clients look for it", async () => {
    const { status, json } = await smart({ nonsense: {} });
    expect({ status, code: json.code }).toEqual({ status: 500, code: 2 });
    const found = /^encrypted: ([A-Za-z0-9+/=]+): query contract failed$/.exec(json.message)?.[1] ?? "";
    const opened = decryptError(key, fromBase64(found) ?? new Uint8Array());
    expect(textOf(opened ?? new Uint8Array())).toContain("unknown variant `nonsense`");
  });
});

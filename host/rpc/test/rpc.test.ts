// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { createRoutes } from "@sotto/api";
import { VERSION } from "@sotto/app/version";
import { fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import { sha256 } from "@sotto/crypto";
import { Service } from "@sotto/proto/cosmos.tx.v1beta1";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHAIN_ID, openNode, payment, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRpc, type Rpc } from "../src/index.ts";

const { facts } = JSON.parse(readFileSync(new URL("rpcFacts.json", import.meta.url), "utf8"));
/** Names of the fields of a fact, all the way down; the values are the chain's. */
const shape = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (typeof value !== "object" || value === null) return value === null ? null : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)]));
};
const shapeOf = (name: string): unknown => shape(JSON.parse(facts[name]));

let node: TestNode;
let rpc: Rpc;

const http = async (method: string, url: string, body = "") => {
  const answer = await rpc.handle({ method, url, headers: {}, body: fromUtf8(body) });
  const text = textOf(answer.body);
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    json: /^[[{]/.test(text) ? JSON.parse(text) : undefined,
  };
};
const get = (url: string) => http("GET", url);
const call = async (method: string, params: unknown = {}) => {
  const { json } = await http("POST", "/", JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
  return json;
};

const SENT = payment(0n);
const FAILED = payment(1n, 10n ** 30n);
const hashOf = (tx: Uint8Array) => toHex(sha256(tx)).toUpperCase();

beforeAll(() => {
  node = openNode();
  rpc = createRpc(node.backend, createRoutes(node.backend));
  node.produce([]);
  node.produce([SENT, FAILED]);
  node.produce([]);
});
afterAll(() => {
  expect(node.faults).toEqual([]);
  node.close();
});

describe("requests", () => {
  it("by POST name their id in the answer, number or text", async () => {
    for (const id of [0, 7, -3, "x", "<"]) {
      const { status, text, json } = await http("POST", "/", JSON.stringify({ jsonrpc: "2.0", id, method: "health" }));
      expect({ status, ...json }).toEqual({ status: 200, jsonrpc: "2.0", id, result: {} });
      expect(text).not.toContain("<");
    }
  });

  it("take parameters by name and by position", async () => {
    const named = await call("block", { height: "2" });
    expect(await call("block", ["2"])).toEqual(named);
    expect(named.result.block.header.height).toBe("2");
    expect((await call("block", [])).error).toEqual({
      code: -32602,
      message: "Invalid params",
      data: "error converting json params to arguments: expected 1 parameters ([height]), got 0 ([])",
    });
    expect((await call("block", { height: null })).result.block.header.height).toBe("3");
    expect((await call("block", "2")).error.code).toBe(-32602);
  });

  it("by URI take digits, quoted text and hex", async () => {
    const plain = await get("/block?height=2");
    expect(plain.json.id).toBe(-1);
    expect((await get('/block?height="2"')).text).toBe(plain.text);
    const search = await get(`/tx_search?query=${encodeURIComponent(`"tx.hash='${hashOf(SENT)}'"`)}&prove=true`);
    expect(search.json.result.txs[0].hash).toBe(hashOf(SENT));
    const tx = await get(`/tx?hash=0x${hashOf(SENT)}`);
    expect(tx.json.result.hash).toBe(hashOf(SENT));
    const path = encodeURIComponent('"/store/bank/key"');
    const store = await get(`/abci_query?path=${path}&data=0x02&prove=true`);
    expect(store.json.result.response.proofOps.ops).toHaveLength(2);
    expect((await get(`/abci_query?path=${path}&data=${encodeURIComponent('"\\u0002"')}&prove=true`)).text).toBe(
      store.text,
    );
  });

  it("answer batches, leave notifications unanswered and refuse long batches", async () => {
    const request = (id: unknown) => ({ jsonrpc: "2.0", id, method: "health" });
    const batch = await http("POST", "/", JSON.stringify([request(1), { ...request(2), method: "nothing" }]));
    expect(batch.json).toEqual([
      { jsonrpc: "2.0", id: 1, result: {} },
      { jsonrpc: "2.0", id: 2, error: { code: -32601, message: "Method not found" } },
    ]);
    expect((await http("POST", "/", JSON.stringify(request(null)))).text).toBe("");
    const one = await http("POST", "/", JSON.stringify([request(1), request(undefined)]));
    expect(one.json).toEqual({ jsonrpc: "2.0", id: 1, result: {} });
    const long = await http("POST", "/", JSON.stringify(Array.from({ length: 11 }, (_, i) => request(i))));
    expect(long.json.error.data).toBe("batch request exceeds maximum (10) allowed number of requests");
  });

  it("that are not JSON-RPC get the errors of JSON-RPC", async () => {
    for (const body of ["{", "7", '"x"', '{"id":true,"method":"health"}', '{"id":1,"method":5}', "\u0000", "[1]"]) {
      const { status, json } = await http("POST", "/", body);
      expect({ body, status, code: json.error.code, id: json.id }).toEqual({
        body,
        status: 500,
        code: -32700,
        id: undefined,
      });
    }
    expect(await get("/nothing")).toMatchObject({ status: 404, text: "404 page not found\n" });
    expect(await get("/subscribe")).toMatchObject({ status: 404, json: { id: -1, error: { code: -32601 } } });
    expect((await call("subscribe", { query: "tm.event='Tx'" })).error.code).toBe(-32601);
    expect(await get("/block?height=abc")).toMatchObject({ status: 500, json: { error: { code: -32602 } } });
    expect(await get("/block?height=0x01")).toMatchObject({ status: 500, json: { error: { code: -32602 } } });
    expect(await get("/tx?hash=0xzz")).toMatchObject({ status: 500, json: { error: { code: -32602 } } });
    expect(await get("/tx?hash=%zz")).toMatchObject({ status: 500, json: { error: { code: -32603 } } });
    expect((await http("POST", "/health", "{}")).json.result).toEqual({});
    expect((await get("/")).text).toContain('/block?height=_">');
  });
});

describe("anything at all", () => {
  it("gets an answer, never a fault", async () => {
    const methods = [
      "block",
      "tx",
      "tx_search",
      "block_search",
      "abci_query",
      "validators",
      "broadcast_tx_sync",
      "check_tx",
      "blockchain",
      "genesis_chunked",
      "header_by_hash",
    ];
    const names = [
      "height",
      "hash",
      "query",
      "page",
      "per_page",
      "path",
      "data",
      "prove",
      "tx",
      "order_by",
      "minHeight",
      "chunk",
    ];
    const params = fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom(...names), fc.jsonValue()));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...methods), params, async (method, given) => {
        const answer = await call(method, given);
        expect("result" in answer || typeof answer.error.code === "number").toBe(true);
      }),
      { numRuns: 400 },
    );
    const text = fc.oneof(fc.string(), fc.constantFrom('"x"', "0x", "0x00", "-1", '"/store/bank/key"', "null", "1e5"));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...methods),
        fc.dictionary(fc.constantFrom(...names), text),
        async (method, given) => {
          const query = Object.entries(given).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
          const { json } = await get(`/${method}?${query.join("&")}`);
          expect("result" in json || typeof json.error.code === "number").toBe(true);
        },
      ),
      { numRuns: 400 },
    );
    expect(node.faults).toEqual([]);
  });
});

describe("the node", () => {
  it("has the status that clients read, field by field as the reference prints it", async () => {
    const { result } = await call("status");
    expect(shape(result)).toEqual(shapeOf("status"));
    expect(result.node_info).toMatchObject({
      network: CHAIN_ID,
      version: "0.38.19",
      protocol_version: { block: "11" },
    });
    expect(result.sync_info).toMatchObject({
      latest_block_height: "3",
      earliest_block_height: "1",
      catching_up: false,
    });
    expect(result.validator_info.voting_power).toBe("100000000000");
    const { block } = (await call("block", { height: "3" })).result;
    expect(result.sync_info.latest_block_time).toBe(block.header.time);
  });

  it("shows its genesis whole and in chunks", async () => {
    const { result } = await call("genesis");
    expect(result.genesis.chain_id).toBe(CHAIN_ID);
    const chunked = (await call("genesis_chunked", { chunk: "0" })).result;
    expect(shape(chunked)).toEqual(shapeOf("chunk"));
    expect(JSON.parse(textOf(new Uint8Array(Buffer.from(chunked.data, "base64"))))).toEqual(result.genesis);
    expect((await call("genesis_chunked", { chunk: "1" })).error.data).toBe("there are 0 chunks, 1 is invalid");
  });

  it("says that it has no peers", async () => {
    expect((await call("net_info")).result).toEqual({ listening: false, listeners: [], n_peers: "0", peers: [] });
  });

  it("names the application and its hash", async () => {
    const { response } = (await call("abci_info")).result;
    const results = (await call("block_results", { height: "3" })).result;
    expect(response).toEqual({
      data: "sotto",
      version: VERSION,
      last_block_height: "3",
      last_block_app_hash: results.app_hash,
    });
  });
});

describe("blocks", () => {
  it("are found by height and by hash", async () => {
    const { result } = await call("block", { height: "2" });
    const hash = fromHex(result.block_id.hash) ?? new Uint8Array();
    expect((await call("block_by_hash", { hash: toBase64(hash) })).result).toEqual(result);
    expect((await get(`/block_by_hash?hash=0x${result.block_id.hash}`)).json.result).toEqual(result);
    expect((await call("header_by_hash", { hash: result.block_id.hash })).result).toEqual({
      header: result.block.header,
    });
    expect((await call("header", { height: "2" })).result).toEqual({ header: result.block.header });
    expect((await call("block_by_hash", { hash: "AA==" })).result).toEqual({
      block_id: { hash: "", parts: { total: 0, hash: "" } },
      block: null,
    });
    expect((await call("header_by_hash", { hash: "00" })).result).toEqual({ header: null });
  });

  it("have metas, newest first", async () => {
    const { result } = await call("blockchain", { minHeight: "1", maxHeight: "2" });
    expect(result.last_height).toBe("3");
    expect(result.block_metas.map((each: { header: { height: string } }) => each.header.height)).toEqual(["2", "1"]);
    expect(result.block_metas[0].num_txs).toBe("2");
    expect((await call("blockchain", {})).result.block_metas).toHaveLength(3);
    expect((await call("blockchain", { minHeight: "3", maxHeight: "2" })).error.data).toBe(
      "min height 3 can't be greater than max height 2",
    );
    expect((await call("blockchain", { minHeight: "-1" })).error.data).toBe("heights must be non-negative");
  });

  it("have commits, canonical when the next block carries them", async () => {
    const second = (await call("commit", { height: "2" })).result;
    const third = (await call("commit")).result;
    expect([second.canonical, third.canonical]).toEqual([true, false]);
    const { block } = (await call("block", { height: "3" })).result;
    expect(block.last_commit).toEqual(second.signed_header.commit);
  });

  it("have results, validators and parameters", async () => {
    const { result } = await call("block_results", { height: "2" });
    expect(result.txs_results.map((each: { code: number }) => each.code)).toEqual([0, 5]);
    const set = (await call("validators", { height: "4", page: "1", per_page: "50" })).result;
    expect(set).toMatchObject({ block_height: "4", count: "1", total: "1" });
    expect((await call("validators")).result.block_height).toBe("4");
    const params = (await call("consensus_params", { height: "1" })).result;
    expect(params.consensus_params.block).toEqual({ max_bytes: "22020096", max_gas: "1000000000" });
  });

  it("that do not exist are refused in the reference's words", async () => {
    const refused = async (method: string, params: unknown) => (await call(method, params)).error;
    const internal = (data: string) => ({ code: -32603, message: "Internal error", data });
    expect(await refused("block", { height: "0" })).toEqual(internal("height must be greater than 0, but got 0"));
    const above = "height 9 must be less than or equal to the current blockchain height";
    for (const method of ["block", "header", "commit", "block_results"]) {
      expect(await refused(method, { height: "9" })).toEqual(internal(`${above} 3`));
    }
    for (const method of ["validators", "consensus_params"]) {
      expect(await refused(method, { height: "9" })).toEqual(internal(`${above} 4`));
    }
    expect(await refused("validators", { page: "2" })).toEqual(internal("page should be within [1, 1] range, given 2"));
  });
});

describe("transactions", () => {
  it("are found by hash, with a proof when one is asked for", async () => {
    const plain = (await call("tx", { hash: toBase64(sha256(FAILED)) })).result;
    expect(plain).toMatchObject({ hash: hashOf(FAILED), height: "2", index: 1, tx: toBase64(FAILED) });
    expect(plain.proof).toBeUndefined();
    const proven = (await call("tx", { hash: toBase64(sha256(FAILED)), prove: true })).result;
    const { block } = (await call("block", { height: "2" })).result;
    expect(proven.proof.root_hash).toBe(block.header.data_hash);
    expect(proven.proof.proof).toMatchObject({ total: "2", index: "1" });
    const hash = "AB".repeat(32);
    expect((await call("tx", { hash: toBase64(fromHex(hash) ?? new Uint8Array()) })).error.data).toBe(
      `tx (${hash}) not found`,
    );
  });

  it("are searched in pages, and blocks with lists that are never null", async () => {
    const search = async (params: Record<string, unknown>) => (await call("tx_search", params)).result;
    const all = await search({ query: "tx.height=2", page: "1", per_page: "1" });
    expect(all.total_count).toBe("2");
    expect(all.txs.map((each: { hash: string }) => each.hash)).toEqual([hashOf(SENT)]);
    const last = await search({ query: "tx.height=2", order_by: "desc", per_page: "1" });
    expect(last.txs[0].hash).toBe(hashOf(FAILED));
    expect(await search({ query: "send_packet.packet_connection='connection-0'" })).toEqual({
      txs: [],
      total_count: "0",
    });
    const blocks = await call("block_search", { query: "send_packet.packet_connection='connection-0'" });
    expect(blocks.result).toEqual({ blocks: [], total_count: "0" });
    const heights = (await call("block_search", { query: "block.height>1" })).result;
    expect(heights.blocks.map((each: { block: { header: { height: string } } }) => each.block.header.height)).toEqual([
      "3",
      "2",
    ]);
    expect((await call("tx_search", { query: "tx.height=2", order_by: "up" })).error.data).toMatch(
      /^expected order_by/,
    );
    expect((await call("tx_search", { query: "tx.height=2", page: "2" })).error.data).toBe(
      "page should be within [1, 1] range, given 2",
    );
    expect((await call("tx_search", { query: "" })).error.code).toBe(-32603);
    expect((await call("tx_search", { query: "x" })).error.code).toBe(-32603);
  });

  it("are broadcast in three ways", async () => {
    const tx = payment(2n);
    const sync = (await call("broadcast_tx_sync", { tx: toBase64(tx) })).result;
    expect(shape(sync)).toEqual(shapeOf("bcast1"));
    expect(sync).toEqual({ code: 0, data: "", log: "", codespace: "", hash: hashOf(tx) });
    expect((await call("broadcast_tx_sync", { tx: toBase64(tx) })).error.data).toBe("tx already exists in cache");
    expect(shape((await call("unconfirmed_txs")).result)).toEqual(shapeOf("unconf1"));
    expect(shape((await call("num_unconfirmed_txs")).result)).toEqual(shapeOf("unconf0"));
    expect((await call("num_unconfirmed_txs")).result.total).toBe("1");

    const bad = (await call("broadcast_tx_sync", { tx: "AA==" })).result;
    expect(bad).toMatchObject({ code: 2, codespace: "sdk", hash: hashOf(Uint8Array.of(0)) });
    const async_ = (await call("broadcast_tx_async", { tx: toBase64(payment(3n)) })).result;
    expect(async_.hash).toBe(hashOf(payment(3n)));
    expect((await call("check_tx", { tx: toBase64(payment(9n)) })).result).toMatchObject({ code: 32 });

    const waiting = call("broadcast_tx_commit", { tx: toBase64(payment(4n)) });
    await Promise.resolve();
    setTimeout(() => node.produce(), 20);
    const { result } = await waiting;
    expect(result).toMatchObject({
      check_tx: { code: 0 },
      tx_result: { code: 0 },
      hash: hashOf(payment(4n)),
      height: "4",
    });
    const refused = (await call("broadcast_tx_commit", { tx: toBase64(payment(99n)) })).result;
    expect(refused).toMatchObject({ check_tx: { code: 32 }, tx_result: { code: 0, data: null }, height: "0" });
  });
});

describe("abci_query", () => {
  const query = async (path: string, data = "", extra: Record<string, unknown> = {}) =>
    (await call("abci_query", { path, data, prove: false, ...extra })).result.response;

  it("answers routes of the chain and of this package by their gRPC names", async () => {
    const params = await query("/cosmos.auth.v1beta1.Query/Params");
    expect(params.code).toBe(0);
    expect(Number(params.height)).toBe(node.backend.latestHeight());
    const { input } = Service.method.simulate;
    const request = encode(input, create(input, { txBytes: payment(5n) }));
    const simulated = await query("/cosmos.tx.v1beta1.Service/Simulate", toHex(request));
    expect(simulated.code).toBe(0);
    expect(simulated.value.length).toBeGreaterThan(100);
  });

  it("fails with the codes and texts that relayers look for", async () => {
    const nobody = "secret1nx3prmmcdvtyyxnq906fde6f4r5xms3flrw7tm";
    const missing = await query("/cosmos.auth.v1beta1.Query/Account", `0a2d${toHex(fromUtf8(nobody))}`);
    expect(missing).toMatchObject({
      code: 22,
      codespace: "sdk",
      log: `rpc error: code = NotFound desc = account ${nobody} not found: key not found`,
      value: null,
    });
    expect(Number(missing.height)).toBeGreaterThan(0);
    expect(await query("/cosmos.auth.v1beta1.Query/Account", "ff")).toMatchObject({ code: 18, codespace: "sdk" });
    expect(await query("/cosmos.auth.v1beta1.Query/Params", "", { height: "999" })).toMatchObject({
      code: 26,
      log: "cannot query with height in the future; please provide a valid height: invalid height",
    });
    expect(await query("/secret.compute.v1beta1.Query/Code", "0807")).toMatchObject({
      code: 6,
      log: "not found: unknown request",
    });
    expect(await query("/secret.compute.v1beta1.Query/CodeHashByCodeId", "0807")).toMatchObject({
      code: 18,
      log: "failed to get code info for code id 7: invalid request",
    });
    expect(await query("/no.such/Route")).toMatchObject({ code: 6, codespace: "sdk" });
  });
});

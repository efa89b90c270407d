// SPDX-License-Identifier: Apache-2.0
import { request } from "node:http";
import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { fromBase64, toBase64 } from "@sotto/bytes";
import { QueryBalanceRequest, QueryBalanceResponse } from "cosmjs-types/cosmos/bank/v1beta1/query.js";
import { TxEncodeAminoRequest, TxEncodeAminoResponse } from "cosmjs-types/cosmos/tx/v1beta1/service.js";
import { MsgSend, type SecretNetworkClient, Wallet } from "secretjs";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { clientOf, must, quick, withGas } from "./client.ts";
import { heightOf, removeAll, TestNode, untilHeight } from "./node.ts";

let node: TestNode;
let alice: SecretNetworkClient;

beforeAll(async () => {
  node = await TestNode.start({ flags: ["--block-time=100ms"] });
  alice = clientOf(node, "a");
});
afterAll(removeAll);

const payment = (to: string, amount: string) =>
  new MsgSend({ from_address: alice.address, to_address: to, amount: [{ denom: "uscrt", amount }] });
const pay = async (to: string, amount: string) =>
  must(await alice.tx.broadcast([payment(to, amount)], withGas(50_000)));

describe("gRPC", () => {
  const BALANCE = "/cosmos.bank.v1beta1.Query/Balance";

  function balance(path: string, asked: Uint8Array, height?: number): Promise<{ amount: string; height: string }> {
    const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
    const metadata = new Metadata();
    if (height !== undefined) metadata.set("x-cosmos-block-height", String(height));
    return new Promise((resolve, reject) => {
      let told = "";
      const call = client.makeUnaryRequest(
        path,
        (value: Uint8Array) => Buffer.from(value),
        (bytes: Buffer) => QueryBalanceResponse.decode(bytes),
        asked,
        metadata,
        (error, answer) => {
          client.close();
          if (error !== null) reject(error);
          else resolve({ amount: answer?.balance?.amount ?? "", height: told });
        },
      );
      call.on("metadata", (back) => {
        told = String(back.get("x-cosmos-block-height")[0]);
      });
    });
  }

  test("answers a stock client, also of an old height", async () => {
    const address = new Wallet().address;
    const tx = await pay(address, "12");
    const asked = QueryBalanceRequest.encode({ address, denom: "uscrt" }).finish();
    expect(await balance(BALANCE, asked)).toMatchObject({ amount: "12" });
    const before = await balance(BALANCE, asked, tx.height - 1);
    expect(before).toEqual({ amount: "0", height: String(tx.height - 1) });
  });

  test.each([
    ["an unknown method", "/cosmos.bank.v1beta1.Query/Nothing", new Uint8Array(0), undefined, status.UNIMPLEMENTED],
    ["bytes that are no message", BALANCE, new Uint8Array([0xff, 0xff]), undefined, undefined],
    [
      "an address that is none",
      BALANCE,
      QueryBalanceRequest.encode({ address: "x", denom: "uscrt" }).finish(),
      undefined,
      status.INVALID_ARGUMENT,
    ],
    [
      "a height to come",
      BALANCE,
      QueryBalanceRequest.encode({ address: "x", denom: "uscrt" }).finish(),
      99_999_999,
      undefined,
    ],
  ])("refuses %s", async (_, path, asked, height, code) => {
    const failed: ServiceError = await balance(path, asked, height).then(
      () => {
        throw new Error("answered");
      },
      (error) => error,
    );
    expect(failed.details).not.toBe("");
    expect(failed.code).toBeGreaterThan(0);
    expect(failed.details).not.toContain("internal error");
    if (code !== undefined) expect(failed.code).toBe(code);
  });
});

describe("the legacy amino form of a transaction", () => {
  const json = (memo: string): string =>
    `{"type":"cosmos-sdk/StdTx","value":{"msg":[{"type":"cosmos-sdk/MsgSend","value":{"from_address":"${alice.address}","to_address":"${alice.address}","amount":[{"denom":"uscrt","amount":"7"}]}}],"fee":{"amount":[],"gas":"200000"},"signatures":[{"pub_key":null,"signature":"AQID"}],"memo":"${memo}","timeout_height":"0"}}`;

  test("is made over gRPC and read over REST", async () => {
    const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
    const binary = await new Promise<Uint8Array>((resolve, reject) =>
      client.makeUnaryRequest(
        "/cosmos.tx.v1beta1.Service/TxEncodeAmino",
        (aminoJson: string) => Buffer.from(TxEncodeAminoRequest.encode({ aminoJson }).finish()),
        (bytes: Buffer) => TxEncodeAminoResponse.decode(bytes).aminoBinary,
        json("hello"),
        (error, value) => (error === null && value !== undefined ? resolve(value) : reject(error)),
      ),
    );
    client.close();
    const response = await fetch(`${node.rest}/cosmos/tx/v1beta1/decode/amino`, {
      method: "POST",
      body: JSON.stringify({ amino_binary: toBase64(binary) }),
    });
    expect(await response.json()).toEqual({ amino_json: json("hello") });
  });
});

describe("CometBFT's RPC", () => {
  interface RoundState {
    readonly height: string;
    readonly step: number;
    readonly last_commit: { readonly votes: readonly string[] };
    readonly validators: { readonly validators: readonly { readonly address: string }[] };
  }
  interface Answers {
    readonly dump_consensus_state: { readonly round_state: RoundState };
    readonly consensus_state: { readonly round_state: { readonly "height/round/step": string } };
    readonly status: {
      readonly sync_info: { readonly latest_block_height: string };
      readonly validator_info: { readonly address: string };
    };
  }
  const get = async (path: string) =>
    (await (await fetch(`${node.rpc}/${path}`)).json()) as { readonly result: never; readonly error: unknown };
  const ask = async <K extends keyof Answers>(method: K): Promise<Answers[K]> => (await get(method)).result;
  const accuse = async (evidence: string) =>
    (await get(`broadcast_evidence?evidence=${encodeURIComponent(evidence)}`)).error;

  test("tells where consensus stands while blocks are made", async () => {
    let last = 0;
    const proposers = new Set<string | undefined>();
    for (let i = 0; i < 40; i++) {
      if (i % 8 === 0) await pay(new Wallet().address, "1");
      const { round_state: state } = await ask("dump_consensus_state");
      const height = Number(state.height);
      expect(height).toBeGreaterThanOrEqual(last);
      expect(state.last_commit.votes).toEqual([
        expect.stringContaining(` ${height - 1}/00/SIGNED_MSG_TYPE_PRECOMMIT(Precommit) `),
      ]);
      // Step 8: a decided block is in execution; step 1: no block is.
      const decided = { step: 8, commit_round: 0, proposal_block: { header: { height: String(height) } } };
      expect(state).toMatchObject(state.step === 8 ? decided : { step: 1, commit_round: -1, proposal_block: null });
      proposers.add(state.validators.validators[0]?.address);
      last = height;
    }
    const { validator_info: validator } = await ask("status");
    expect(proposers).toEqual(new Set([validator.address]));
    // A block is told to other endpoints when its index is written.
    await untilHeight(node, last - 1);
    expect((await ask("consensus_state")).round_state["height/round/step"]).toMatch(/^[0-9]+\/0\/[18]$/);
  });

  test("hears accusations of validators and refuses those that are none", async () => {
    expect(await accuse('{"type":"x","value":{}}')).toMatchObject({
      code: -32602,
      data: expect.stringContaining('unknown type "x"'),
    });
    expect(await accuse('{"type":"tendermint/DuplicateVoteEvidence","value":{}}')).toMatchObject({
      data: "evidence.ValidateBasic failed: one or both of the votes are empty nil-Vote, nil-Vote",
    });
  });
});

describe("messages without end", () => {
  test("gRPC refuses one of more than 10 MB, the WebSocket one of more than 4 MB, and both go on", async () => {
    const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
    const code = await new Promise<number | undefined>((resolve) => {
      const keep = (value: Buffer): Buffer => value;
      const path = "/cosmos.bank.v1beta1.Query/Balance";
      client.makeUnaryRequest(path, keep, keep, Buffer.alloc(11 * 1024 * 1024), new Metadata(), (error) =>
        resolve(error?.code),
      );
    });
    client.close();
    expect(code).toBe(status.RESOURCE_EXHAUSTED);
    const socket = new WebSocket(`${node.rpc.replace("http", "ws")}/websocket`);
    const closed = new Promise((resolve) => socket.on("close", resolve).on("error", () => undefined));
    await new Promise((resolve) => socket.once("open", resolve));
    socket.send("x".repeat(5 * 1024 * 1024));
    await closed;
    await pay(new Wallet().address, "1");
    expect(node.stderr).toBe("");
  });
});

describe("gRPC-web", () => {
  const frame = (message: Uint8Array): Uint8Array => {
    const out = new Uint8Array(5 + message.length);
    new DataView(out.buffer).setUint32(1, message.length);
    out.set(message, 5);
    return out;
  };

  test.each([
    ["binary", "application/grpc-web+proto"],
    ["text", "application/grpc-web-text"],
  ])("answers a browser's fetch in its %s form", async (_, type) => {
    const isText = type.includes("text");
    const address = new Wallet().address;
    await pay(address, "34");
    const body = frame(QueryBalanceRequest.encode({ address, denom: "uscrt" }).finish());
    const response = await fetch(`http://127.0.0.1:${node.ports.grpcWeb}/cosmos.bank.v1beta1.Query/Balance`, {
      method: "POST",
      headers: { "content-type": type, "x-grpc-web": "1" },
      body: isText ? toBase64(body) : (body as Uint8Array<ArrayBuffer>),
    });
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    const bytes = isText
      ? (fromBase64(await response.text()) ?? new Uint8Array())
      : new Uint8Array(await response.arrayBuffer());
    const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(1);
    expect(QueryBalanceResponse.decode(bytes.slice(5, 5 + length)).balance?.amount).toBe("34");
    expect(new TextDecoder().decode(bytes.slice(5 + length))).toMatch(/grpc-status: ?0/);
  });
});

describe("the WebSocket", () => {
  interface Told {
    readonly id?: number;
    readonly result?: { readonly query?: string; readonly events?: Readonly<Record<string, readonly string[]>> };
    readonly error?: { readonly message: string };
  }

  /** Sends requests, and ends with the first answer that `wanted` picks. */
  async function converse(
    requests: readonly (object | string)[],
    wanted: (told: Told) => boolean,
    meanwhile: () => Promise<unknown> = async () => {},
  ): Promise<Told> {
    const socket = new WebSocket(`${node.rpc.replace("http", "ws")}/websocket`);
    try {
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      const found = new Promise<Told>((resolve, reject) => {
        socket.on("message", (data) => {
          const told: Told = JSON.parse(String(data));
          if (wanted(told)) resolve(told);
        });
        socket.on("close", () => reject(new Error("closed")));
      });
      for (const each of requests) socket.send(typeof each === "string" ? each : JSON.stringify(each));
      const [told] = await Promise.all([found, meanwhile()]);
      return told;
    } finally {
      socket.terminate();
    }
  }
  const subscribe = (query: string) => ({ jsonrpc: "2.0", id: 1, method: "subscribe", params: { query } });

  test("tells subscribers of a transaction and of blocks", async () => {
    const address = new Wallet().address;
    const told = await converse(
      [subscribe(`tm.event='Tx' AND transfer.recipient='${address}'`)],
      ({ result }) => result?.events !== undefined,
      () => pay(address, "56"),
    );
    expect(told.result?.events?.["transfer.amount"]).toContain("56uscrt");
    expect(told.result?.events?.["tx.hash"]).toHaveLength(1);
    const block = await converse([subscribe("tm.event='NewBlock'")], ({ result }) => result?.events !== undefined);
    expect(block.result?.query).toBe("tm.event='NewBlock'");
  });

  test("answers what is broken with an error and goes on", async () => {
    const isError = ({ error }: Told): boolean => error !== undefined;
    expect((await converse(["{ this is not"], isError)).error?.message).toMatch(/parse|invalid/i);
    expect((await converse([subscribe("tm.event=")], isError)).error).toBeDefined();
    const unknown = await converse([{ jsonrpc: "2.0", id: 3, method: "nothing", params: {} }], isError);
    expect(unknown.error?.message).toMatch(/not found/i);
    const good = await converse(["[", { jsonrpc: "2.0", id: 4, method: "health", params: {} }], ({ id }) => id === 4);
    expect(good.result).toEqual({});
  });
});

describe("the documents", () => {
  test("OpenAPI describes the routes, and a page shows it", async () => {
    const response = await fetch(`${node.rest}/openapi.json`);
    const document = (await response.json()) as { openapi: string; paths: Readonly<Record<string, object>> };
    expect(document.openapi).toMatch(/^3\./);
    for (const path of [
      "/compute/v1beta1/query/{contract_address}",
      "/cosmos/tx/v1beta1/txs",
      "/registration/v1beta1/tx-key",
    ]) {
      expect(Object.keys(document.paths)).toContain(path);
    }
    for (const path of ["/swagger", "/swagger/"]) {
      const page = await fetch(`${node.rest}${path}`);
      expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
      expect(await page.text()).toContain("openapi.json");
    }
  });

  test("a browser of any page may ask", async () => {
    for (const url of [`${node.rest}/cosmos/tx/v1beta1/txs`, node.rpc]) {
      const asked = await fetch(url, { method: "OPTIONS", headers: { origin: "https://example.org" } });
      expect([asked.status, asked.headers.get("access-control-allow-origin")]).toEqual([204, "*"]);
    }
  });
});

describe("bad requests", () => {
  afterEach(async () => {
    const before = await heightOf(node);
    await pay(new Wallet().address, "1");
    expect(await heightOf(node)).toBeGreaterThan(before);
    expect(node.stderr).toBe("");
  });

  const post = (body: string | Uint8Array): RequestInit => ({ method: "POST", body: body as string });

  /** Every refusal has a JSON body with a message, which clients show. */
  async function refusal(url: string, init?: RequestInit): Promise<{ status: number; message: string }> {
    const response = await fetch(url, init);
    const { message, error } = (await response.json()) as {
      message?: string;
      error?: { message: string; data: string };
    };
    return { status: response.status, message: message ?? `${error?.message} ${error?.data}` };
  }

  test.each([
    ["an unknown path", "/nothing/here", undefined, [501], /not implemented/i],
    ["a path of nothing but slashes", "//////", undefined, [501], /not implemented/i],
    ["an unknown verb", "/cosmos/bank/v1beta1/params", { method: "DELETE" }, [501], /not implemented/i],
    ["a broken escape in the query", "/cosmos/bank/v1beta1/supply/by_denom?denom=%zz", undefined, [400, 404], /./],
    ["an address that is none", "/cosmos/bank/v1beta1/balances/nobody", undefined, [400], /address|bech32/i],
    [
      "a height that is none",
      "/cosmos/bank/v1beta1/params",
      { headers: { "x-cosmos-block-height": "abc" } },
      [500],
      /height/i,
    ],
    [
      "a height below nothing",
      "/cosmos/bank/v1beta1/params",
      { headers: { "x-cosmos-block-height": "-1" } },
      [500],
      /height/i,
    ],
    ["JSON that breaks off", "/cosmos/tx/v1beta1/txs", post('{"txBytes":"AA'), [400], /./],
    ["JSON that is deep", "/cosmos/tx/v1beta1/txs", post("[".repeat(100_000)), [400], /./],
    ["JSON that is no object", "/cosmos/tx/v1beta1/txs", post("[1,2]"), [400], /cannot unmarshal array/],
    [
      "base64 that is none",
      "/cosmos/tx/v1beta1/txs",
      post('{"txBytes":"***","mode":"BROADCAST_MODE_SYNC"}'),
      [400],
      /./,
    ],
    ["no transaction", "/cosmos/tx/v1beta1/txs", post("{}"), [400], /empty tx/],
    ["a body that is empty", "/cosmos/tx/v1beta1/txs", post(""), [400], /./],
    ["a simulation of nonsense", "/cosmos/tx/v1beta1/simulate", post('{"txBytes":"AAAA"}'), [400, 500], /./],
    ["a hash that is none", "/cosmos/tx/v1beta1/txs/xyz", undefined, [400], /hash/],
    ["a search that is none", "/cosmos/tx/v1beta1/txs?query=%3D%3D", undefined, [400, 500], /search|query/],
    ["a contract that is none", "/compute/v1beta1/query/nobody?query=AAAA", undefined, [400, 500], /./],
    [
      "a query that is not base64",
      "/compute/v1beta1/query/secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne?query=***",
      undefined,
      [400],
      /./,
    ],
    ["a block to come", "/cosmos/base/tendermint/v1beta1/blocks/99999999", undefined, [400, 500], /height/],
    ["a number that is too long", `/cosmos/base/tendermint/v1beta1/blocks/${"9".repeat(400)}`, undefined, [400], /./],
    [
      "a page that is too far",
      "/cosmos/bank/v1beta1/supply?pagination.limit=99999999999999999999999",
      undefined,
      [400],
      /./,
    ],
  ] as const)("REST refuses %s", async (_, path, init, statuses, message) => {
    const refused = await refusal(`${node.rest}${path}`, init);
    expect(statuses).toContain(refused.status);
    expect(refused.message).toMatch(message);
    expect(refused.message).not.toMatch(/internal error|\.ts:|\.js:/);
  });

  test("REST takes a long contract query in the URL, and refuses one without end", async () => {
    const long = `${node.rest}/compute/v1beta1/query/secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne?query=${"A".repeat(200_000)}`;
    const refused = await refusal(long);
    expect(refused.status).not.toBe(431);
    expect(refused.message).toMatch(/contract|not found/);
    const label = "l".repeat(300);
    expect((await refusal(`${node.rest}/compute/v1beta1/contract_address/${label}`)).message).toContain(
      `unknown address: ${label}`,
    );
    const endless = await fetch(`${node.rest}/${"x".repeat(2 * 1024 * 1024)}`).catch(() => undefined);
    expect(endless === undefined || endless.status === 431).toBe(true);
  });

  test.each([
    ["REST", () => `${node.rest}/cosmos/tx/v1beta1/txs`],
    ["RPC", () => node.rpc],
    ["gRPC-web", () => `http://127.0.0.1:${node.ports.grpcWeb}/cosmos.bank.v1beta1.Query/Balance`],
    ["faucet", () => `http://127.0.0.1:${node.ports.faucet}/faucet`],
  ])("%s refuses a body of more than 10 MB", async (_, url) => {
    const refused = await new Promise<number>((resolve, reject) => {
      const sent = request(
        url(),
        { method: "POST", headers: { "content-length": String(11 * 1024 * 1024) } },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      );
      sent.on("error", reject);
      sent.write(Buffer.alloc(64 * 1024, "a"));
    });
    expect(refused).toBe(413);
  });

  test("a transaction of nearly 10 MB is answered", async () => {
    const txBytes = toBase64(new Uint8Array(7 * 1024 * 1024));
    const response = await fetch(
      `${node.rest}/cosmos/tx/v1beta1/txs`,
      post(JSON.stringify({ txBytes, mode: "BROADCAST_MODE_SYNC" })),
    );
    const answer = (await response.json()) as { tx_response?: { code: number }; message?: string };
    expect(answer.tx_response?.code ?? answer.message).not.toBe(0);
  });

  test.each([
    ["JSON that breaks off", '{"jsonrpc":"2.0",'],
    ["JSON that is deep", "[".repeat(100_000)],
    ["a method that is none", '{"jsonrpc":"2.0","id":1,"method":"nothing","params":{}}'],
    ["a parameter of the wrong kind", '{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":{"a":1}}}'],
    ["a height to come", '{"jsonrpc":"2.0","id":1,"method":"block","params":{"height":"99999999"}}'],
    ["base64 that is none", '{"jsonrpc":"2.0","id":1,"method":"broadcast_tx_sync","params":{"tx":"***"}}'],
    ["a query path that is none", '{"jsonrpc":"2.0","id":1,"method":"tx","params":{"hash":"AAAA"}}'],
    ["a search that is none", '{"jsonrpc":"2.0","id":1,"method":"tx_search","params":{"query":"=="}}'],
  ])("RPC refuses %s", async (_, body) => {
    const response = await fetch(node.rpc, post(body));
    const { error } = (await response.json()) as { error?: { message: string; data?: string } };
    expect(error?.message).toBeTruthy();
    expect(`${error?.message} ${error?.data}`).not.toMatch(/internal error in|\.ts:|\.js:/);
  });

  test("transactions that are none get a code and leave the account as it was", async () => {
    const good = await alice.tx.signTx([payment(alice.address, "1")], withGas(50_000));
    for (const bytes of [new Uint8Array([1, 2, 3]), good.slice(0, -1), new Uint8Array([...good, 0])]) {
      const answer = await fetch(
        `${node.rest}/cosmos/tx/v1beta1/txs`,
        post(JSON.stringify({ txBytes: toBase64(bytes), mode: "BROADCAST_MODE_SYNC" })),
      );
      const { tx_response } = (await answer.json()) as { tx_response: { code: number; codespace: string } };
      expect([tx_response.code, tx_response.codespace]).toEqual([2, "sdk"]);
    }
    must(await alice.tx.broadcastSignedTx(good, quick));
  });
});

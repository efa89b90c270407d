// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { type Form, NodeError } from "@sotto/backend";
import { beU32, concat, fromBase64, fromUtf8, readBeU32, toBase64 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { InvariantBroken } from "@sotto/errors";
import { Query as BankQuery, QueryBalanceResponseSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { Service as TxService } from "@sotto/proto/cosmos.tx.v1beta1";
import { createRpc } from "@sotto/rpc";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { a, finished, openNode, type TestNode, textOf } from "../../../test/support/node.ts";
import { answerHistory, openHistoryAnswer } from "../src/history.ts";
import { createGrpcWeb, createRest, createRoutes, type GrpcMethod, grpcMethods, isGrpcWeb } from "../src/index.ts";

let node: TestNode;
let methods: readonly GrpcMethod[];

const PATH = "/cosmos.bank.v1beta1.Query/Balance";
const balanceOf = (address: string) => {
  const { input } = BankQuery.method.balance;
  return encode(input, create(input, { address, denom: "uscrt" }));
};
const methodOf = (path: string): GrpcMethod => {
  const found = methods.find((each) => each.path === path);
  if (found === undefined) throw new Error(`no method ${path}`);
  return found;
};

beforeAll(() => {
  node = openNode();
  methods = grpcMethods(node.backend, createRoutes(node.backend));
  node.produce([]);
});
afterAll(() => node.close());

describe("gRPC", () => {
  it("has every query of the chain and every service of this package", () => {
    const paths = new Set(methods.map(({ path }) => path));
    for (const path of node.queries.routes.keys()) expect(paths).toContain(path);
    for (const { name } of TxService.methods) expect(paths).toContain(`/cosmos.tx.v1beta1.Service/${name}`);
    expect(paths).toContain("/cosmos.base.tendermint.v1beta1.Service/GetLatestBlock");
    expect(paths).toContain("/cosmos.base.node.v1beta1.Service/Config");
  });

  it("takes bytes and a height, and gives bytes and a height", async () => {
    const { value, height } = await methodOf(PATH).call(balanceOf(a.text), undefined);
    expect(decode(QueryBalanceResponseSchema, value).balance?.amount).toBe("1000000000000000000");
    expect(height).toBe(1);
    expect((await methodOf(PATH).call(balanceOf(a.text), "1")).height).toBe(1);
  });

  it("fails with a status", async () => {
    await expect(methodOf(PATH).call(balanceOf("x"), undefined)).rejects.toMatchObject({
      name: "StatusError",
      code: 3,
    });
    await expect(methodOf(PATH).call(balanceOf(a.text), "x")).rejects.toMatchObject({ code: 2 });
    await expect(methodOf(PATH).call(balanceOf(a.text), "77")).rejects.toMatchObject({ code: 2 });
    await expect(methodOf(PATH).call(Uint8Array.of(0xff), undefined)).rejects.toMatchObject({ code: 3 });
  });
});

describe("gRPC-web", () => {
  const frame = (payload: Uint8Array) => concat(Uint8Array.of(0), beU32(payload.length), payload);
  const send = async (path: string, body: Uint8Array, type = "application/grpc-web+proto", headers = {}) => {
    const web = createGrpcWeb(methods);
    return web({ method: "POST", url: path, headers: { "content-type": type, ...headers }, body });
  };
  const framesOf = (body: Uint8Array) => {
    const out: { flag: number; payload: Uint8Array }[] = [];
    for (let at = 0; at < body.length; ) {
      const length = readBeU32(body, at + 1);
      out.push({ flag: body[at] ?? -1, payload: body.subarray(at + 5, at + 5 + length) });
      at += 5 + length;
    }
    return out;
  };

  it("is told from REST by its content type", () => {
    expect(isGrpcWeb({ headers: { "content-type": "application/grpc-web-text" } })).toBe(true);
    expect(isGrpcWeb({ headers: { "content-type": "application/json" } })).toBe(false);
    expect(isGrpcWeb({ headers: {} })).toBe(false);
  });

  it("answers a message and trailers, in binary and in text", async () => {
    const binary = await send(PATH, frame(balanceOf(a.text)));
    const [message, trailers] = framesOf(binary.body);
    expect(binary.headers).toMatchObject({
      "content-type": "application/grpc-web+proto",
      "x-cosmos-block-height": "1",
    });
    expect(message?.flag).toBe(0);
    expect(decode(QueryBalanceResponseSchema, message?.payload ?? new Uint8Array()).balance?.denom).toBe("uscrt");
    expect(trailers).toMatchObject({ flag: 0x80 });
    expect(textOf(trailers?.payload ?? new Uint8Array())).toBe("grpc-status: 0\r\n");

    const request = frame(balanceOf(a.text));
    // Two parts with separate padding, as from a client that flushes in between.
    const parts = toBase64(request.subarray(0, 7)) + toBase64(request.subarray(7));
    const text = await send(PATH, fromUtf8(parts), "application/grpc-web-text+proto");
    expect(text.headers["content-type"]).toBe("application/grpc-web-text+proto");
    expect(fromBase64(textOf(text.body))).toEqual(binary.body);
  });

  it("fails in the trailers", async () => {
    const trailersOf = async (path: string, body: Uint8Array, type?: string) => {
      const { status, body: answer } = await send(path, body, type);
      const frames = framesOf(answer);
      expect({ status, frames: frames.length, flag: frames[0]?.flag }).toEqual({ status: 200, frames: 1, flag: 0x80 });
      return textOf(frames[0]?.payload ?? new Uint8Array());
    };
    expect(await trailersOf(PATH, frame(balanceOf("é")))).toMatch(/^grpc-status: 3\r\ngrpc-message: [ -~]*\r\n$/);
    expect(await trailersOf("/no.such/Method", frame(new Uint8Array()))).toMatch(/^grpc-status: 12/);
    expect(await trailersOf(PATH, new Uint8Array())).toMatch(/^grpc-status: 3/);
    expect(await trailersOf(PATH, Uint8Array.of(0, 0, 0, 0, 9, 1))).toMatch(/^grpc-status: 3/);
    expect(await trailersOf(PATH, Uint8Array.of(1, 0, 0, 0, 0))).toMatch(/^grpc-status: 12/);
    const text = await send(PATH, fromUtf8("!!!!"), "application/grpc-web-text");
    expect(textOf(framesOf(fromBase64(textOf(text.body)) ?? new Uint8Array())[0]?.payload ?? new Uint8Array())).toMatch(
      /^grpc-status: 3/,
    );
  });
});

describe("a search that the node refuses", () => {
  it("says what to do at every endpoint, and is no fault", async () => {
    const why = "narrow it with `=` and a rarer value";
    const refuse = () => Promise.reject(NodeError.tooMuch(why));
    const faults: unknown[] = [];
    const onFault = (thrown: unknown) => faults.push(thrown);
    // biome-ignore lint/correctness/useYield: it refuses at once.
    const searchTxs = function* (): Generator<number, never, void> {
      throw NodeError.tooMuch(why);
    };
    const history = async (path: string, bytes: Uint8Array, form: Form) =>
      openHistoryAnswer(finished(answerHistory({ ...node.history, searchTxs }, path, bytes, form, 1)));
    const refusing = { ...node.backend, history, searchTxsJson: refuse, searchBlocksJson: refuse, onFault };
    const routes = createRoutes(refusing);
    const rpc = createRpc(refusing, routes);
    const request = { method: "GET", headers: {}, body: new Uint8Array() };
    for (const method of ["tx_search", "block_search"]) {
      const { status, body } = await rpc.handle({ ...request, url: `/${method}?query="a.b EXISTS"` });
      expect([status, JSON.parse(textOf(body)).error]).toEqual([
        500,
        { code: -32603, message: "Internal error", data: why },
      ]);
    }
    const rest = await createRest(
      refusing,
      routes,
    )({
      ...request,
      url: "/cosmos/tx/v1beta1/txs?query=a.b%20EXISTS",
    });
    expect([rest.status, JSON.parse(textOf(rest.body))]).toMatchObject([429, { code: 8 }]);
    expect(JSON.parse(textOf(rest.body)).message).toContain(why);
    expect(faults).toEqual([]);
  });
});

describe("a fault of the node", () => {
  it("is reported and shows nothing to the client, at every endpoint", async () => {
    const secret = "what the client must not see";
    const faults: unknown[] = [];
    const broken = {
      ...node.backend,
      query: () => Promise.reject(new InvariantBroken(secret)),
      queryJson: () => Promise.reject(new InvariantBroken(secret)),
      history: () => Promise.reject(new TypeError(secret)),
      blockJson: () => Promise.reject(new TypeError(secret)),
      onFault: (thrown: unknown) => faults.push(thrown),
    };
    const routes = createRoutes(broken);
    const rest = createRest(broken, routes);
    const rpc = createRpc(broken, routes);
    const request = { method: "GET", headers: {}, body: new Uint8Array() };
    const answers = [
      await rest({ ...request, url: "/cosmos/auth/v1beta1/params" }),
      await rest({ ...request, url: "/cosmos/base/tendermint/v1beta1/blocks/1" }),
      await rpc.handle({ ...request, url: "/block?height=1" }),
      await rpc.handle({
        ...request,
        url: `/abci_query?path=${encodeURIComponent('"/cosmos.auth.v1beta1.Query/Params"')}`,
      }),
    ];
    for (const { body } of answers) expect(textOf(body)).not.toContain(secret);
    expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 200]);
    expect(textOf(answers[0]?.body ?? new Uint8Array())).toBe('{"code":13,"message":"internal error","details":[]}');
    expect(textOf(answers[3]?.body ?? new Uint8Array())).toContain(
      '"log":"rpc error: code = Internal desc = internal error: unknown request"',
    );
    expect(faults).toHaveLength(4);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Answer, makeComet, type TestComet } from "../../../../test/support/cometbft.ts";
import { blockSources, lightPath, remoteSources, rpcSource, withHonest } from "../../src/index.ts";

// An RPC server that alters the answers of a stock CometBFT.

type Draft = { [name: string]: Draft } & Draft[] & (string | boolean | number);
type Change = (result: Draft) => void;

const put = (target: Draft, name: string, value: unknown): void => {
  target[name] = value as Draft;
};

const HEIGHT = 6;
const TIMEOUT_MS = 400;

let comet: TestComet;
let hash: Uint8Array;
const servers: Server[] = [];

beforeAll(async () => {
  comet = await makeComet();
  await comet.start();
  await comet.reached(HEIGHT + 2);
  hash = await comet.hashAt(HEIGHT);
});

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

afterAll(() => comet.remove());

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function serve(handler: Handler): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** The real answers, of which those whose path begins so are changed. */
const altered = (changes: Readonly<Record<string, Change>>): Promise<string> =>
  serve(async ({ url = "" }, response) => {
    const answer: Answer = await comet.ask(url);
    for (const [path, change] of Object.entries(changes)) {
      if (url.startsWith(path)) change(answer["result"] as unknown as Draft);
    }
    response.end(JSON.stringify(answer));
  });

const look = (url: string, timeoutMs = 20_000) => rpcSource(url, { name: "it", timeoutMs }).look(HEIGHT, hash);
const text = (body: string) => serve((_request, response) => void response.end(body));

const OWN = `/commit?height=${HEIGHT}`;
const BEFORE = `/commit?height=${HEIGHT - 1}`;
const BLOCK = `/block?height=${HEIGHT}`;
const signed = (result: Draft): Draft => result["signed_header"] as Draft;
const commitOf = (result: Draft): Draft => signed(result)["commit"] as Draft;
const forge = (commit: Draft): void => {
  const [signature] = commit["signatures"] as Draft;
  if (signature !== undefined) put(signature, "timestamp", "2020-01-01T00:00:00Z");
};

describe("another block", () => {
  const FIELDS: readonly (readonly [name: string, value: unknown])[] = [
    ["app_hash", "AB"],
    ["data_hash", "AB".repeat(32)],
    ["time", "2020-01-01T00:00:00Z"],
    ["chain_id", "other"],
    ["height", "7"],
    ["last_block_id", null],
  ];

  test.each(FIELDS)("is refused when the header has another %s", async (name, value) => {
    const url = await altered({ [OWN]: (result) => put(signed(result)["header"] as Draft, name, value) });
    await expect(look(url)).rejects.toThrow(
      /^it has another block 6: [0-9A-F]{64} of height [67], and CometBFT executes/,
    );
  });

  test("is refused when the commit is one for another block or another height", async () => {
    const id = await altered({
      [OWN]: (result) => {
        put(commitOf(result)["block_id"] as Draft, "hash", "AB".repeat(32));
      },
    });
    await expect(look(id)).rejects.toThrow(/^it has the commit of another block for block 6/);
    const height = await altered({ [OWN]: (result) => put(commitOf(result), "height", "5") });
    await expect(look(height)).rejects.toThrow(/^it has the commit of another block for block 6: .* of height 5/);
  });
});

describe("another last commit", () => {
  test("is not taken: the block's own one is asked for", async () => {
    const cases: Change[] = [
      (result) => forge(commitOf(result)),
      (result) => put(result, "canonical", false),
      (result) => put(commitOf(result), "height", "1"),
      (result) => put(signed(result), "commit", null),
    ];
    for (const change of cases) {
      expect(await look(await altered({ [BEFORE]: change }))).toMatchObject({ lastCommit: { height: HEIGHT - 1 } });
    }
  });

  test("is not taken from the block either", async () => {
    const url = await altered({
      [BEFORE]: (result) => forge(commitOf(result)),
      [BLOCK]: (result) => forge((result["block"] as Draft)["last_commit"] as Draft),
    });
    expect(await look(url)).toBe("its block 6 has not the last commit of its header");
  });
});

describe("an answer without end or form", () => {
  test("of any size is bounded", async () => {
    const piece = Buffer.alloc(64 * 1024, " ");
    const url = await serve((_request, response) => {
      const write = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once("drain", write);
      };
      write();
    });
    expect(await look(url)).toBe("answered more than 8388608 bytes");
  });

  test("that stops in the middle is none", async () => {
    const url = await serve((_request, response) => {
      response.writeHead(200, { "content-length": "1000" });
      response.write('{"jsonrpc":"2.0"');
      setTimeout(() => response.destroy(), 20);
    });
    expect(await look(url)).toBe("ended in its answer");
  });

  test("that never comes is not waited for", async () => {
    const never = "did not answer within 0.4 s";
    expect(await look(await serve(() => {}), TIMEOUT_MS)).toBe(never);
    const drips = await serve((_request, response) => {
      const timer = setInterval(() => response.write(" "), 20);
      response.on("close", () => clearInterval(timer));
    });
    expect(await look(drips, TIMEOUT_MS)).toBe(never);
  });

  test.each([
    ["", "its answer is not JSON"],
    ["<html>", "its answer is not JSON"],
    ["[".repeat(100_000), "its answer is not JSON"],
    ["[]", "its answer is not one of JSON-RPC"],
    ["{}", "its answer has no result"],
    ['{"result":null}', "its answer has no result"],
    ['{"result":{}}', "its commit of height 6 is empty"],
    ['{"result":[]}', /^its commit of height 6 cannot be read: json/],
    ['{"result":{"signed_header":{"header":{"height":6}}}}', /^its commit of height 6 cannot be read: invalid 64-bit/],
    ['{"result":{"signed_header":{"header":{"time":"now"}}}}', /^its commit of height 6 cannot be read: JSON time/],
    [
      `{"error":{"code":1,"message":"a\\u001b[31m","data":"${"b".repeat(1000)}"}}`,
      /^answers "a \[31m: b{190,}\.\.\."$/,
    ],
  ])("%.40s is none", async (body, said) => {
    const found = await look(await text(body));
    if (typeof said === "string") expect(found).toBe(said);
    else expect(found).toMatch(said);
  });

  test("that redirects is not followed", async () => {
    const url = await serve((request, response) => {
      response.writeHead(302, { location: comet.rpc + request.url }).end();
    });
    expect(await look(url)).toBe("its answer is not JSON");
  });
});

test("a hostile node does not keep a block from an honest one, and is told", async () => {
  const liar = await altered({
    [OWN]: (result) => put(signed(result)["header"] as Draft, "app_hash", "AB"),
  });
  const silent = await serve(() => {});
  const told: string[] = [];
  const sources = remoteSources([liar, silent, comet.rpc], 2_000);
  const blocks = blockSources(sources, { onLie: (line) => told.push(line) });
  expect(await blocks.must(HEIGHT, hash)).toMatchObject({ header: { height: HEIGHT } });
  expect(told).toEqual([
    expect.stringMatching(`^for block ${HEIGHT}, the RPC ${liar} of another node is not used: .* has another block`),
  ]);
  await blocks.close();
});

test("parts with the right hashes that their user refuses are asked for elsewhere", async () => {
  // The hash of a commit does not cover its round, and that of a block not the parts of its commit.
  const liar = await altered({
    [OWN]: (result) => put(commitOf(result), "round", 7),
  });
  const told: string[] = [];
  const blocks = blockSources(remoteSources([liar, comet.rpc], 5_000), { onLie: (line) => told.push(line) });
  const parts = await blocks.use(HEIGHT, hash, async (found) =>
    found.commit.round === 7 ? { refused: "its signatures are false" } : { value: found },
  );
  expect(parts.commit.round).toBe(0);
  await blocks.close();
  const alone = blockSources(remoteSources([liar], 5_000), { onLie: (line) => told.push(line) });
  const refusal = alone.use(HEIGHT, hash, async () => ({ refused: "its signatures are false" }));
  await expect(refusal).rejects.toThrow(`the RPC ${liar} of another node: gives false parts: its signatures are false`);
  expect(told.at(-1)).toContain(`for block ${HEIGHT}, the RPC ${liar} of another node is not used: gives false parts`);
});

describe("light blocks of several servers", () => {
  const pathTo = async (urls: readonly string[], told: string[] = []) => {
    const chainId = (await comet.ask("/status"))["result"]?.["node_info"]?.["network"] as string;
    const onLie = (line: string): void => void told.push(line);
    const servers = { urls, chainId, onLie, signal: new AbortController().signal, timeoutMs: 5_000 };
    return withHonest(servers, (blocks) => lightPath(blocks, { from: 1, to: HEIGHT, trustingPeriod: 1000 }));
  };
  // A set and its commit belong together, so that each block of the liar is consistent in itself.
  const liar = () =>
    altered({
      [OWN]: (result) => {
        for (const each of commitOf(result)["signatures"] as Draft)
          put(each, "signature", "AA".repeat(43).concat("=="));
      },
    });

  test("lead to a height although one of them lies, which is told", async () => {
    const honest = await pathTo([comet.rpc]);
    const [url, told] = [await liar(), [] as string[]];
    const found = await pathTo([url, comet.rpc], told);
    expect(found.map(({ lightBlock }) => lightBlock)).toHaveLength(honest.length);
    expect(told).toEqual([expect.stringMatching(`^the headers of ${url}, then ${comet.rpc}: `)]);
  });

  test("lead there when each honest one has parts only", async () => {
    const lacking = (from: number, to: number) =>
      serve(async ({ url = "" }, response) => {
        const height = Number(new URL(url, "http://a").searchParams.get("height"));
        const lacks = height >= from && height <= to;
        response.end(lacks ? '{"error":{"code":1,"message":"pruned"}}' : JSON.stringify(await comet.ask(url)));
      });
    const urls = [await lacking(3, 1000), await lacking(1, 2), await liar()];
    expect((await pathTo(urls)).length).toBeGreaterThan(0);
    await expect(pathTo(urls.slice(1, 2))).rejects.toThrow("leads to headers that hold");
  });

  test("are not waited for when the node stops", async () => {
    const stopping = new AbortController();
    const servers = { urls: [await serve(() => {})], chainId: "x", onLie: () => {}, signal: stopping.signal };
    const waiting = withHonest(servers, (blocks) => blocks.must(1));
    setTimeout(() => stopping.abort(), 50);
    const from = performance.now();
    await expect(waiting).rejects.toThrow("the node stops");
    expect(performance.now() - from).toBeLessThan(5_000);
  });
});

test("who waits for a block is told at once that the node stops", async () => {
  const silent = await serve(() => {});
  const blocks = blockSources(remoteSources([silent]));
  const waiting = blocks.must(HEIGHT, hash);
  waiting.catch(() => {});
  const from = performance.now();
  setTimeout(() => void blocks.close(), 50);
  await expect(waiting).rejects.toThrow("the node stops");
  expect(performance.now() - from).toBeLessThan(5_000);
});

test.each(["127.0.0.1:26657", "ftp://a", "unix://rpc.sock", "http://", ""])("%s is no address", (url) => {
  expect(() => rpcSource(url)).toThrow(/is no address of an RPC server: expected http:/);
});

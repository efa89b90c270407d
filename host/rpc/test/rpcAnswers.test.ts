// SPDX-License-Identifier: Apache-2.0
/**
 * Systematic requests with the answers of a running CometBFT v0.38.19
 * (tools/oracle/rpcAnswers.mjs), sent to this node.
 */
import { readFileSync } from "node:fs";
import { createRoutes } from "@sotto/api";
import { textBytes } from "@sotto/backend";
import { fromUtf8 } from "@sotto/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRpc, createRpcSession, type Rpc } from "../src/index.ts";

interface Asked {
  readonly method?: string;
  readonly get?: string;
  readonly post?: string;
  readonly path?: string;
  readonly type?: string;
  readonly ws?: string;
}
interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly answer: string;
}

const { answers } = JSON.parse(readFileSync(new URL("rpcAnswers.json", import.meta.url), "utf8")) as {
  answers: readonly (Answer & { asked: readonly Asked[] })[];
};

/** The differences, with reasons. */
const LEFT: readonly (readonly [why: string, is: (answer: Answer, asked: Asked) => boolean])[] = [
  ["the reference panics", ({ answer }) => answer.includes("runtime error: ")],
  ["text that is no UTF-8 is kept as U+FFFD", ({ answer }) => answer.includes("invalid input \ufffd")],
  ["long queries are refused before they are read", (_, { ws, post }) => /([ax])\1{400}/.test(ws ?? post ?? "")],
];

let node: TestNode;
let rpc: Rpc;

beforeAll(() => {
  node = openNode();
  for (let i = 0; i < 3; i++) node.produce([]);
  rpc = createRpc(node.backend, createRoutes(node.backend));
});
afterAll(() => {
  expect(node.faults).toEqual([]);
  node.close();
});

/** As the recorder shortens answers: a whole error, or only the presence of a result. */
function shortOf(body: string): string {
  if (body.startsWith("<html>")) return "PAGE";
  let parsed: unknown;
  try {
    parsed = JSON.parse(body);
  } catch {
    return body;
  }
  const one = (answer: Record<string, unknown>) =>
    answer?.["result"] === undefined ? answer : { ...answer, result: "RESULT" };
  return JSON.stringify(Array.isArray(parsed) ? parsed.map(one) : one(parsed as Record<string, unknown>))
    .replace(/blockchain height \d+/g, "blockchain height N")
    .replace(/can't be greater than max height \d+/g, "can't be greater than max height N");
}

const KEPT = ["content-type", "cache-control", "x-content-type-options", "location", "allow"];

async function overHttp({ method, get, post, path, type }: Asked): Promise<Answer> {
  const sent = method ?? (post === undefined ? "GET" : "POST");
  const headers = type === undefined ? {} : { "content-type": type };
  // The endpoint answers HEAD as GET, without the body.
  const { status, body, ...rest } = await rpc.handle({
    method: sent === "HEAD" ? "GET" : sent,
    url: get ?? path ?? "/",
    headers,
    body: fromUtf8(post ?? ""),
  });
  const kept = Object.fromEntries(
    KEPT.flatMap((name) => {
      const value = rest.headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return { status, headers: kept, answer: sent === "HEAD" ? "" : shortOf(textOf(body)) };
}

async function overSocket(text: string): Promise<Answer> {
  const told: string[] = [];
  const session = createRpcSession(rpc.context, (answer) => told.push(textOf(textBytes(answer))) > 0);
  await session.receive(text);
  session.close();
  return { answer: shortOf(told.join("\n")) };
}

const ask = (asked: Asked): Promise<Answer> => (asked.ws === undefined ? overHttp(asked) : overSocket(asked.ws));

describe("CometBFT's answers", () => {
  it("are given to each request, but for what is left different", async () => {
    const others: unknown[] = [];
    const left = new Set<string>();
    for (const { asked, ...answer } of answers) {
      for (const each of asked) {
        const ours = await ask(each);
        if (JSON.stringify(ours) === JSON.stringify(answer)) continue;
        const why = LEFT.find(([, is]) => is(answer, each))?.[0];
        if (why === undefined) others.push({ asked: each, answer, ours });
        else left.add(why);
      }
    }
    expect(others).toEqual([]);
    expect([...left].sort()).toEqual(LEFT.map(([why]) => why).sort());
  }, 60_000);
});

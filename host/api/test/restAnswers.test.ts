// SPDX-License-Identifier: Apache-2.0
/**
 * Requests recorded with the SDK's gRPC gateway (tools/oracle/restAnswers.mjs), sent to this one.
 */
import { readFileSync } from "node:fs";
import { type ApiRoute, StatusError } from "@sotto/backend";
import { fromUtf8, toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRest, createRoutes, type Rest } from "../src/index.ts";

interface ReflectionQuery {
  readonly method?: string;
  readonly get: string;
  readonly post?: string;
  readonly height?: string;
}
interface Answer {
  readonly status: number;
  readonly type?: string;
  readonly location?: string;
  readonly body: string;
}

const { answers } = JSON.parse(readFileSync(new URL("restAnswers.json", import.meta.url), "utf8")) as {
  answers: readonly (Answer & { asked: readonly ReflectionQuery[] })[];
};

/** The differences, with reasons. */
const LEFT: readonly (readonly [why: string, is: (answer: Answer, asked: ReflectionQuery) => boolean])[] = [
  [
    "an empty name is no field here, and the first one there",
    (_, { get }) => /[?&]((pagination)?\.(\.?limit)?)?=/.test(get),
  ],
  ["Go's names of types are not known here", ({ body }) => /is not a valid tx\.|field type \*/.test(body)],
  ["HEAD is answered wherever GET is", (_, { method }) => method === "HEAD"],
  ["slashes that follow each other are one, without a redirect", ({ status }) => status === 301],
  ["heights are read by the node, not by the gateway", (_, { height }) => height !== undefined],
  ["escapes that are no UTF-8 are refused", (_, { get }) => get.includes("%ff")],
  ["an escaped slash stays within its segment, more paths than Go's are known", ({ status }) => status === 501],
  ["an empty verb is one", (_, { get }) => get.endsWith(":")],
  ["bytes in messages are base64, not lists", (_, { post }) => post?.includes("[1,2]") === true],
  ["of several faults Go tells any", (_, { get }) => get.includes("&prove=")],
  ["the JSON of messages is refused with other words", ({ status }, { post }) => post !== undefined && status === 400],
];

let node: TestNode;
let rest: Rest;

beforeAll(() => {
  node = openNode();
  // As in the recorder, each call fails with its path and its request.
  const echo = (route: ApiRoute): ApiRoute => ({
    ...route,
    json: (request) =>
      Promise.reject(
        new StatusError(10, `${route.path} ${toHex(encode(route.method.input, decode(route.method.input, request)))}`),
      ),
  });
  const routes = [...createRoutes(node.backend)].map(([path, route]) => [path, echo(route)] as const);
  rest = createRest(node.backend, new Map(routes));
});
afterAll(() => node.close());

describe("the gateway's answers", () => {
  it("are given to each request", async () => {
    const others: unknown[] = [];
    const left = new Set<string>();
    for (const { asked, ...answer } of answers) {
      for (const each of asked) {
        const headers = each.height === undefined ? {} : { "x-cosmos-block-height": each.height };
        const { method = "GET", get: url, post = "" } = each;
        const { status, headers: told, body } = await rest({ method, url, headers, body: fromUtf8(post) });
        const ours = {
          status,
          type: told["content-type"],
          location: told["location"],
          body: method === "HEAD" ? "" : textOf(body),
        };
        const same = (["status", "type", "location", "body"] as const).every((name) => ours[name] === answer[name]);
        if (same) continue;
        const why = LEFT.find(([, is]) => is(answer, each))?.[0];
        if (why === undefined) others.push({ asked: each, answer, ours });
        else left.add(why);
      }
    }
    if (process.env["DUMP"]) (await import("node:fs")).writeFileSync(process.env["DUMP"], JSON.stringify(others));
    expect(others).toEqual([]);
    expect([...left].sort()).toEqual(LEFT.map(([why]) => why).sort());
  });
});

// SPDX-License-Identifier: Apache-2.0
/** The OpenAPI document of the REST routes and the page that shows it. */
import { fromUtf8 } from "@sotto/bytes";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openNode, payment, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRest, createRoutes, type Rest } from "../src/index.ts";

let node: TestNode;
let rest: Rest;

const ask = async (method: string, url: string, body = "") => {
  const answer = await rest({ method, url, headers: {}, body: fromUtf8(body) });
  const text = textOf(answer.body);
  return { status: answer.status, headers: answer.headers, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
};
const get = (url: string) => ask("GET", url);
const post = (url: string, body: unknown) => ask("POST", url, JSON.stringify(body));

beforeAll(() => {
  node = openNode();
  rest = createRest(node.backend, createRoutes(node.backend));
  node.produce([]);
  node.produce([payment(0n)]);
});
afterAll(() => {
  expect(node.faults).toEqual([]);
  node.close();
});

describe("documents", () => {
  it("describe every route", async () => {
    const { json } = await get("/openapi.json");
    expect(json.openapi).toBe("3.0.3");
    const bindings = [...createRoutes(node.backend).values()].flatMap((route) => route.rest);
    const operations = Object.values(json.paths as Record<string, object>).flatMap((verbs) => Object.keys(verbs));
    expect(operations).toHaveLength(bindings.length);
    const balance = json.paths["/cosmos/bank/v1beta1/balances/{address}/by_denom"].get;
    expect(
      balance.parameters.map((each: { name?: string; in?: string }) => `${each.in} ${each.name}`).slice(0, 2),
    ).toEqual(["path address", "query denom"]);
    expect(json.paths["/cosmos/bank/v1beta1/denoms_metadata/{denom}"]).toBeDefined();
    const text = JSON.stringify(json);
    const references = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name));
    for (const name of references) expect(json.components.schemas[name ?? ""]).toBeTruthy();
  });

  it("say of every route what it does, with values for its variables that give an answer", async () => {
    const { json } = await get("/openapi.json");
    // Routes without an answer on a chain without contracts, registered nodes, records,
    // permissions, proposals, evidence, allowances, unbondings, schedules, a foundation or that
    // transaction.
    const none = new Map<RegExp, readonly number[]>([
      [/^\/compute\//, [200, 400, 404, 500, 501]],
      [/circuit\/v1\/accounts\/\{address\}/, [500]],
      // The text and the bytes of an address share a path: the first of the two answers.
      [/\/bech32\/\{address_string\}/, [400]],
      [/unbonding_delegation$|signing_infos\/\{|evidence\/\{|cron\/schedule\/\{/, [404]],
      [/gov\/[a-z0-9]+\/proposals\/\{proposal_id\}/, [200, 400, 404]],
      [/foundation_tax|feegrant\/v1beta1\/allowance\//, [500]],
      [/encrypted-seed|params\/v1beta1\/params|\/txs\/\{hash\}|denoms_metadata/, [200, 400, 404, 500]],
    ]);
    type Operation = { summary: string; parameters: { name: string; in: string; example?: string }[] };
    const wrong: string[] = [];
    for (const [path, verbs] of Object.entries(json.paths as Record<string, Record<string, Operation>>)) {
      for (const [verb, { summary, parameters }] of Object.entries(verbs)) {
        expect([path, verb, summary.length > 10]).toEqual([path, verb, true]);
        if (verb !== "get") continue;
        let url = path;
        const query = new URLSearchParams();
        for (const each of parameters) {
          if (each.in === "path")
            expect([path, each.name, each.example]).toEqual([path, each.name, expect.any(String)]);
          if (each.example === undefined) continue;
          if (each.in === "path") url = url.replace(`{${each.name}}`, encodeURIComponent(each.example));
          else query.append(each.name, each.example);
        }
        const { status } = await get(`${url}?${query}`);
        const allowed = [...none].find(([pattern]) => pattern.test(path))?.[1] ?? [200];
        if (!allowed.includes(status)) wrong.push(`${status} ${url}?${query}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  type Posted = { requestBody: { content: Record<string, { example: unknown }> } };

  it("give bodies that their routes can read", async () => {
    const { json } = await get("/openapi.json");
    for (const [path, verbs] of Object.entries(json.paths as Record<string, { post?: Posted }>)) {
      if (verbs.post === undefined) continue;
      const example = verbs.post.requestBody.content["application/json"]?.example;
      const { status, json: answer } = await post(path, example);
      // The transaction is not signed: whether it simulates depends on the sender's sequence.
      const expected = path.endsWith("/simulate") ? expect.any(Number) : 200;
      expect([path, status, answer]).toEqual([path, expected, answer]);
    }
  });

  it("are shown by a page that asks no other host", async () => {
    expect((await get("/")).headers).toMatchObject({ location: "/swagger/" });
    const { text, headers } = await get("/swagger/");
    expect(headers["content-type"]).toMatch(/^text\/html/);
    expect(text).not.toMatch(/https?:\/\//);
    const script = /<script>([\s\S]*)<\/script>/.exec(text)?.[1] ?? "";
    expect(() => new Function(script)).not.toThrow();
  });
});

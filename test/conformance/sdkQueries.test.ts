// SPDX-License-Identifier: Apache-2.0
/**
 * Compares every query of auth, bank and baseapp's own paths with the Go SDK's answer, also for odd
 * arguments.
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { createRoutes } from "@sotto/api";
import { queryServices } from "@sotto/app/facts";
import { type ApiBackend, routesOf } from "@sotto/backend";
import { toBase64, toHex } from "@sotto/bytes";
import type { QueryResult } from "@sotto/kernel";
import { abciQuery } from "@sotto/rpc";
import { describe, expect, it } from "vitest";
import { TestChain } from "../support/testChain.ts";
import { chainOf } from "./sdk/program.ts";

interface Question {
  readonly path: string;
  readonly request: string | null;
  readonly height?: number;
  readonly prove?: boolean;
}
interface Answer {
  readonly code: number;
  readonly codespace?: string;
  readonly log?: string;
  readonly height: number;
  readonly key?: string;
  readonly value: string | null;
}
interface Vector {
  readonly genesis: { readonly app_state: Record<string, unknown> };
  readonly script: {
    readonly chain_id: string;
    readonly blocks: readonly { readonly txs: readonly { tx: string }[]; readonly queries?: readonly Question[] }[];
  };
  readonly out: { readonly blocks: readonly { readonly queries?: readonly Answer[] }[] };
}

const file = new URL("../../vectors/sdk/queries-alone.json.gz", import.meta.url);
const vector: Vector = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8"));
const bytes = (base64: string | null): Uint8Array => new Uint8Array(Buffer.from(base64 ?? "", "base64"));

function openChain(): TestChain {
  const { app_state: state } = vector.genesis;
  const appState = new Map(["auth", "bank"].map((name) => [name, JSON.stringify(state[name])]));
  const chain = new TestChain({ chainId: vector.script.chain_id, definition: chainOf("bank").definition, appState });
  // The test chain has made its first block; the vector's first block is empty.
  for (const { txs } of vector.script.blocks.slice(1)) {
    const { txResults } = chain.block(...txs.map(({ tx }) => bytes(tx)));
    expect(txResults.map(({ code }) => code)).toEqual(txs.map(() => 0));
  }
  return chain;
}

/** The part of a node's API that ABCI queries need. */
function apiOf(chain: TestChain) {
  const backend = {
    routes: routesOf(queryServices),
    latestHeight: () => chain.store.version,
    async query(path: string, request: Uint8Array, height: number) {
      const route = chain.queries.routes.get(path);
      if (route === undefined) throw new TypeError(`no route ${path}`);
      return chain.queries.run(route, request, height);
    },
    abciQuery: async (request: Parameters<ApiBackend["abciQuery"]>[0]) => chain.queries.query(request),
    onFault: (thrown: unknown) => {
      throw thrown;
    },
  } as unknown as ApiBackend;
  const routes = createRoutes(backend);
  return (request: Parameters<ApiBackend["abciQuery"]>[0]) => abciQuery(backend, routes, request);
}

const shown = ({ code, codespace, log, height, key, value }: QueryResult) => ({
  code,
  codespace,
  log,
  height,
  key: toBase64(key),
  value: toHex(value),
});
type ShownAnswer = ReturnType<typeof shown>;
const wanted = ({ code, codespace = "", log = "", height, key = "", value }: Answer): ShownAnswer => ({
  code,
  codespace,
  log,
  height,
  key,
  value: toHex(bytes(value)),
});

/** The compared part of an answer that differs on purpose. */
function comparable({ path, height = 0 }: Question, want: ShownAnswer, each: ShownAnswer): ShownAnswer | string {
  if (path === "/app/version") return { ...each, value: "its own" };
  if (/unexpected EOF|proto:/.test(want.log)) return { ...each, log: "names the fault of the bytes in other words" };
  // The reference shows the newest rows at any height.
  if (path === "/store/bank/subspace" && height !== 0 && height !== HEIGHT) return "the rows of that height, or none";
  if (path === "/store/acc/subspace" && height === 2) return "the rows of that height";
  return each;
}
const HEIGHT = 4;

describe("queries of auth, bank and baseapp", () => {
  it("answer as the SDK does, for all arguments, heights, pages and proofs", async () => {
    const chain = openChain();
    expect(chain.store.version).toBe(HEIGHT);
    const ask = apiOf(chain);
    const questions = vector.script.blocks.at(-1)?.queries ?? [];
    const answers = vector.out.blocks.at(-1)?.queries ?? [];
    expect(questions.length).toBeGreaterThan(700);
    expect(answers.length).toBe(questions.length);
    for (const [i, question] of questions.entries()) {
      const { path, request, height = 0, prove = false } = question;
      const want = wanted(answers[i] as Answer);
      const got = shown(await ask({ path, data: bytes(request), height, prove }));
      expect({ question, answer: comparable(question, want, got) }).toEqual({
        question,
        answer: comparable(question, want, want),
      });
    }
    chain.close();
  });
});

// SPDX-License-Identifier: Apache-2.0
/**
 * The pages of every paginated query of the chain, whatever its module: they join to the whole
 * list, in both directions, after any key. The queries are those whose requests have a page; the
 * vector `pages` has the chain and a request for each, and `sdkChain.test.ts` compares its answers.
 */
import { create, type DescMethod, type Message } from "@bufbuild/protobuf";
import { toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { isPanic, type QueryRoute } from "@sotto/kernel";
import {
  type PageRequest,
  PageRequestSchema,
  type PageResponse,
  PageResponseSchema,
} from "@sotto/proto/cosmos.base.query.v1beta1";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { SdkChain } from "./sdk/chain.ts";
import { chainOf } from "./sdk/program.ts";
import { base64, readVector } from "./sdk/vector.ts";

const vector = readVector(new URL("../../vectors/sdk/pages.json.gz", import.meta.url));
const chain = new SdkChain(vector, chainOf(undefined), { onTransaction: () => {} });
afterAll(() => chain.close());
chain.start();
for (const block of vector.script.blocks) chain.run(block);

/** The name of a request's page; undefined for a query without pages. */
const pageField = ({ input }: DescMethod): string | undefined =>
  input.fields.find((field) => field.message?.typeName === PageRequestSchema.typeName)?.localName;
const paginated = [...chain.queries.routes.values()].filter(({ method }) => pageField(method) !== undefined);

type Fields = Message & Record<string, unknown>;
type Page = Partial<Pick<PageRequest, "key" | "offset" | "limit" | "countTotal" | "reverse">>;

/** Requests of the vector for the last block, without their pages, and each once. */
function requestsOf({ path, method }: QueryRoute): readonly Uint8Array[] {
  const field = pageField(method) as string;
  const asked = vector.script.blocks.flatMap(({ queries = [] }) => queries.filter((each) => each.path === path));
  const found = asked.map(({ request }) => {
    const { [field]: _page, ...rest } = decode(method.input, base64(request ?? "")) as Fields;
    return encode(method.input, create(method.input, rest as Record<string, unknown>));
  });
  return [...new Map(found.map((bytes) => [toHex(bytes), bytes])).values()];
}

function answerOf({ method, ...route }: QueryRoute, request: Uint8Array, page: Page) {
  const field = pageField(method) as string;
  const asked = create(method.input, {
    ...(decode(method.input, request) as object),
    [field]: create(PageRequestSchema, page),
  });
  const { value } = chain.queries.run({ method, ...route }, encode(method.input, asked), 0);
  const answer = decode(method.output, value) as Fields;
  const shown = method.output.fields.find((each) => each.message?.typeName === PageResponseSchema.typeName);
  const list = method.output.fields.find((each) => each.fieldKind === "list");
  const rows = answer[list?.localName ?? ""] as readonly unknown[];
  const paging = answer[shown?.localName ?? ""] as PageResponse;
  const text = (row: unknown) =>
    JSON.stringify(row, (_key, value) => (typeof value === "bigint" ? String(value) : value));
  return { rows: rows.map(text), nextKey: paging.nextKey, total: paging.total };
}

const cases = paginated.flatMap((route) =>
  requestsOf(route).map((request, i) => [`${route.path} ${i}`, route, request] as const),
);
/**
 * Compat: their offsets and totals count the rows that the filter hides
 * (collections_pagination.go).
 */
const COUNT_HIDDEN: ReadonlySet<string> = new Set(["/cosmos.gov.v1.Query/Proposals 1"]);
const MAX = (1n << 64n) - 1n;

it("every paginated query of the chain has rows in the vector", () => {
  expect(paginated.length).toBeGreaterThan(25);
  const most = new Map<string, number>();
  for (const [, route, request] of cases) {
    const { rows } = answerOf(route, request, { limit: 1_000n });
    most.set(route.path, Math.max(most.get(route.path) ?? 0, rows.length));
  }
  const short = paginated.filter(({ path }) => (most.get(path) ?? 0) < 2).map(({ path }) => path);
  // A new query needs rows and a request in tools/sdkapp/play_pages.go.
  expect(short).toEqual([]);
});

describe.each(cases)("%s", (name, route, request) => {
  const ask = (page: Page) => answerOf(route, request, page);
  const all = ask({ limit: 1_000n }).rows;

  it("pages of one row join to the list, forwards and backwards", () => {
    for (const reverse of [false, true]) {
      const seen: string[] = [];
      let key: Uint8Array | undefined = new Uint8Array(0);
      while (key !== undefined) {
        const { rows, nextKey }: ReturnType<typeof ask> = ask({ key, limit: 1n, reverse });
        seen.push(...rows);
        key = nextKey.length === 0 ? undefined : nextKey;
        expect(seen.length).toBeLessThanOrEqual(all.length);
      }
      expect(seen).toEqual(reverse ? [...all].reverse() : all);
    }
  });

  it("offsets and totals are those of the list, and a key has neither", () => {
    for (let offset = 0; offset <= all.length && !COUNT_HIDDEN.has(name); offset++) {
      const page = ask({ offset: BigInt(offset), limit: 2n, countTotal: true });
      expect(page.rows).toEqual(all.slice(offset, offset + 2));
      expect(page.total).toBe(BigInt(all.length));
    }
    const { rows, nextKey } = ask({ offset: 1n << 62n, limit: 1n });
    expect([rows, nextKey]).toEqual([[], new Uint8Array(0)]);
    expect(() => ask({ key: Uint8Array.of(1), offset: 1n })).toThrow("either offset or key is expected, got both");
    expect(() => ask({ key: Uint8Array.of(1), offset: 1n })).toThrow(ChainError);
  });

  it("after any key, a page of any limit is a part of the list, or an error", () => {
    const key = fc.uint8Array({ minLength: 1, maxLength: 70 });
    const limit = fc.oneof(fc.constant(MAX), fc.bigInt({ min: 0n, max: MAX }), fc.bigInt({ min: 0n, max: 3n }));
    fc.assert(
      fc.property(key, limit, fc.boolean(), (from, most, reverse) => {
        try {
          const { rows } = ask({ key: from, limit: most, reverse, countTotal: true });
          const whole = (reverse ? [...all].reverse() : all).join("\n");
          expect(whole).toContain(rows.join("\n"));
        } catch (thrown) {
          // The SDK panics on a page backwards from the last row.
          if (!(thrown instanceof ChainError && isPanic(thrown) && reverse)) throw thrown;
        }
      }),
      { numRuns: 20 },
    );
  });
});

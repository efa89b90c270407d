// SPDX-License-Identifier: Apache-2.0
import type { ApiBackend } from "@sotto/backend";
import type { Int } from "./arguments.ts";
import { assertPage, blockJsonAt, knownHeight, metaAt, perPageOf } from "./height.ts";
import {
  blockMetaJson,
  commitJson,
  headerJson,
  int,
  list,
  NO_BLOCK,
  object,
  paramsJson,
  validatorJson,
} from "./json.ts";
import type { Method } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Limit: CometBFT rpc/core/blocks.go BlockchainInfo. */
const MOST_METAS = 20;

const HEIGHT = [["height", "int64"]] as const;

/** Bounds of `blockchain`, from the request (filterMinMax). */
function metaRange(backend: ApiBackend, min: Int, max: Int): { from: number; to: number } {
  if (min < 0 || max < 0) throw new RpcError("heights must be non-negative");
  const latest = backend.latestHeight();
  const to = Math.min(latest, max === 0 ? latest : Number(max));
  const from = Math.max(backend.earliestHeight(), min === 0 ? 1 : Number(min), to - MOST_METAS + 1);
  if (from > to)
    throw new RpcError(`min height ${typeof min === "bigint" ? min : from} can't be greater than max height ${to}`);
  return { from, to };
}

const blockchain: Method = {
  parameters: [
    ["minHeight", "int64"],
    ["maxHeight", "int64"],
  ],
  async call({ backend }, given) {
    const { from, to } = metaRange(backend, given.int("minHeight") ?? 0, given.int("maxHeight") ?? 0);
    const heights = Array.from({ length: to - from + 1 }, (_, i) => to - i);
    const metas = await Promise.all(heights.map((height) => metaAt(backend, height)));
    return `{"last_height":${int(backend.latestHeight())},"block_metas":${list(metas, blockMetaJson)}}`;
  },
};

const blockResults: Method = {
  parameters: HEIGHT,
  async call({ backend }, given) {
    const height = knownHeight(backend, backend.latestHeight(), given.int("height"));
    const results = height === 0 ? undefined : await backend.resultsJson(height);
    if (results === undefined) throw new RpcError(`could not find results for height #${height}`);
    return results;
  },
};

const commit: Method = {
  parameters: HEIGHT,
  async call({ backend }, given) {
    const { header } = await metaAt(backend, given.int("height"));
    const found = await backend.commit(header.height);
    if (found === undefined) throw new RpcError(`could not find the commit of height ${header.height}`);
    const signed = `{"header":${headerJson(header)},"commit":${commitJson(found.commit)}}`;
    return `{"signed_header":${signed},"canonical":${found.canonical}}`;
  },
};

const validators: Method = {
  parameters: [
    ["height", "int64"],
    ["page", "int"],
    ["per_page", "int"],
  ],
  async call({ backend }, given) {
    // The set after the latest block is already known.
    const height = knownHeight(backend, backend.latestHeight() + 1, given.int("height"));
    const set = await backend.validators(height);
    if (set === undefined) throw new RpcError(`could not find validator set for height #${height}`);
    const total = set.validators.length;
    const perPage = perPageOf(given.int("per_page"));
    const page = given.int("page");
    assertPage(page, perPage, total);
    const from = (Number(page ?? 1) - 1) * perPage;
    const shown = set.validators.slice(from, from + perPage);
    return object([
      ["block_height", int(height)],
      ["validators", list(shown, validatorJson)],
      ["count", int(shown.length)],
      ["total", int(total)],
    ]);
  },
};

const consensusParams: Method = {
  parameters: HEIGHT,
  async call({ backend }, given) {
    const height = knownHeight(backend, backend.latestHeight() + 1, given.int("height"));
    const params = await backend.consensusParams(height);
    if (params === undefined) throw new RpcError(`could not find consensus params for height #${height}`);
    return `{"block_height":${int(height)},"consensus_params":${paramsJson(params, true)}}`;
  },
};

/** Blocks and the data of their heights. */
export const blockMethods = {
  block: {
    parameters: HEIGHT,
    call: ({ backend }, given) => blockJsonAt(backend, given.int("height")),
  },
  header: {
    parameters: HEIGHT,
    call: async ({ backend }, given) => `{"header":${headerJson((await metaAt(backend, given.int("height"))).header)}}`,
  },
  block_by_hash: {
    parameters: [["hash", "base64"]],
    async call({ backend }, given) {
      const meta = await backend.metaByHash(given.bytes("hash"));
      return (meta && (await backend.blockJson(meta.header.height))) ?? NO_BLOCK;
    },
  },
  header_by_hash: {
    parameters: [["hash", "hex"]],
    async call({ backend }, given) {
      const stored = await backend.metaByHash(given.bytes("hash"));
      return `{"header":${stored === undefined ? "null" : headerJson(stored.header)}}`;
    },
  },
  blockchain,
  block_results: blockResults,
  commit,
  validators,
  consensus_params: consensusParams,
} as const satisfies Readonly<Record<string, Method>>;

// SPDX-License-Identifier: Apache-2.0
import { fieldsOf, listOf, readValidator } from "@sotto/backend/comet-json";
import type { Json } from "@sotto/codec";
import { assertLightBlock, type LightBlock, type Validator, validatorSetOf } from "@sotto/comet";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import type { LightBlocks } from "../lightPath.ts";
import { type RpcClient, rpcClient } from "./client.ts";
import { type RpcOptions, reading, signedAt } from "./source.ts";

/** CometBFT gives at most this many validators at once. */
const PAGE = 100;
/** Limit of CometBFT: validators of a set. */
const MOST_VALIDATORS = 10_000;
/** Limit: 100 validators take 30 kB. */
const PAGE_BYTES = 1024 * 1024;
/** Light blocks that are kept: a search between two heights asks for some of them again. */
const KEPT = 64;

function readPage(result: Json): { readonly total: number; readonly list: readonly Validator[] } {
  const fields = fieldsOf(result, "ResultValidators");
  const list = listOf(fields.get("validators"), readValidator).flatMap((each): Validator[] =>
    each?.publicKey === undefined ? [] : [{ ...each, publicKey: each.publicKey }],
  );
  return { total: Number(fields.get("total") ?? 0), list };
}

async function validatorsAt(client: RpcClient, height: number): Promise<readonly Validator[] | string> {
  const all: Validator[] = [];
  for (let page = 1; page <= MOST_VALIDATORS / PAGE; page++) {
    const answer = await client.get(`/validators?height=${height}&page=${page}&per_page=${PAGE}`, PAGE_BYTES);
    if (typeof answer === "string") return answer;
    const found = reading(`set of height ${height}`, () => readPage(answer.result));
    if (typeof found === "string") return found;
    all.push(...found.list);
    if (found.list.length === 0 || all.length >= found.total) return all;
  }
  return `its set of height ${height} has over ${MOST_VALIDATORS} validators`;
}

/** The light block of a height, consistent in itself; a text says why there is none. */
async function lightAt(client: RpcClient, chainId: string, height: number): Promise<LightBlock | string> {
  const signed = await signedAt(client, height);
  if (typeof signed === "string") return signed;
  const validators = await validatorsAt(client, height);
  if (typeof validators === "string") return validators;
  try {
    const { header, commit } = signed;
    const block = { header, commit, validators: validatorSetOf(validators) };
    assertLightBlock(block, chainId);
    return header.height === height ? block : `it has block ${header.height} in place of ${height}`;
  } catch (thrown) {
    if (thrown instanceof ChainError) return `its block ${height} is not valid: ${thrown.message}`;
    throw thrown;
  }
}

/**
 * Light blocks over the RPC of other nodes: each is asked until one has the block, that of the last
 * answer first, so that a server without blocks or answers costs one request. Header, commit
 * and set belong together; signatures are not verified. Answers are bounded in size and time.
 */
export function lightBlocks(
  urls: readonly string[],
  chainId: string,
  options: Pick<RpcOptions, "timeoutMs"> = {},
): LightBlocks {
  let clients = urls.map((url) => rpcClient(url, options.timeoutMs));
  const kept = new Map<number, LightBlock>();
  return {
    async must(height) {
      const known = kept.get(height);
      if (known !== undefined) return known;
      const said: string[] = [];
      const silent = new Set<RpcClient>();
      for (const client of clients) {
        const found = await lightAt(client, chainId, height);
        if (typeof found === "string") {
          said.push(`${client.url} ${found}`);
          silent.add(client);
          continue;
        }
        const [oldest] = kept.keys();
        if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
        kept.set(height, found);
        clients = [...clients.filter((each) => !silent.has(each)), ...silent];
        return found;
      }
      throw new EnvironmentFault(
        `no server of --comet-others gives header, commit and validators of block ${height}: ${said.join("; ")}`,
      );
    },
    close() {
      for (const client of clients) client.close();
    },
  };
}

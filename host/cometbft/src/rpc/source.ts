// SPDX-License-Identifier: Apache-2.0
import { ArgumentError } from "@sotto/backend";
import { fieldsOf, listOf, parseEvidence, readCommit, readHeader } from "@sotto/backend/comet-json";
import type { Json } from "@sotto/codec";
import type { Commit, Evidence, Header } from "@sotto/comet";
import { encodeAttack, encodeDuplicateVote } from "@sotto/comet/evidence";
import {
  assertAsked,
  type BlockSource,
  type DecidedParts,
  hasEvidence,
  isEvidenceOf,
  isFirst,
  isLastCommit,
  sourceOf,
} from "../decided.ts";
import { type RpcClient, rpcClient } from "./client.ts";

/** Limit: 10,000 signatures of 250 bytes, CometBFT's largest set, fit three times. */
const COMMIT_BYTES = 8 * 1024 * 1024;
/** Limit: CometBFT's largest block, 100 MiB, in base64, and 6 MiB for the rest. */
const BLOCK_BYTES = 140 * 1024 * 1024;

/** Reads JSON; a text says what is wrong with it. */
export function reading<T>(what: string, read: () => T | undefined): T | string {
  try {
    return read() ?? `its ${what} is empty`;
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return `its ${what} cannot be read: ${error.message.slice(0, 200)}`;
  }
}

export interface SignedAnswer {
  readonly header: Header;
  readonly commit: Commit;
  readonly canonical: boolean;
}

function readSigned(result: Json): SignedAnswer | undefined {
  const fields = fieldsOf(result, "ResultCommit");
  const signed = fieldsOf(fields.get("signed_header") ?? null, "SignedHeader");
  const header = readHeader(signed.get("header"));
  const commit = readCommit(signed.get("commit"));
  const canonical = fields.get("canonical") === true;
  return header === undefined || commit === undefined ? undefined : { header, commit, canonical };
}

function readOneEvidence(item: Json): Evidence | undefined {
  const wrapper = fieldsOf(item, "interfaceWrapper");
  const type = wrapper.get("type");
  const given = parseEvidence(typeof type === "string" ? type : "", wrapper.get("value"));
  return given.kind === "duplicateVote" ? encodeDuplicateVote(given.evidence) : encodeAttack(given.evidence);
}

interface BlockRest {
  readonly lastCommit: Commit;
  readonly evidence: readonly Evidence[];
}

function readRest(result: Json): BlockRest | undefined {
  const block = fieldsOf(fieldsOf(result, "ResultBlock").get("block") ?? null, "Block");
  const lastCommit = readCommit(block.get("last_commit"));
  const list = fieldsOf(block.get("evidence") ?? null, "EvidenceData").get("evidence");
  const evidence = listOf(list, readOneEvidence).filter((each) => each !== undefined);
  return lastCommit === undefined ? undefined : { lastCommit, evidence };
}

/** A text says why there is none. */
export async function signedAt(client: RpcClient, height: number): Promise<SignedAnswer | string> {
  const answer = await client.get(`/commit?height=${height}`, COMMIT_BYTES);
  return typeof answer === "string" ? answer : reading(`commit of height ${height}`, () => readSigned(answer.result));
}

/** Last commit and evidence from the block itself. */
async function restOf(client: RpcClient, header: Header): Promise<BlockRest | string> {
  const answer = await client.get(`/block?height=${header.height}`, BLOCK_BYTES);
  if (typeof answer === "string") return answer;
  const rest = reading(`block ${header.height}`, () => readRest(answer.result));
  if (typeof rest === "string") return rest;
  if (!isLastCommit(header, rest.lastCommit)) return `its block ${header.height} has not the last commit of its header`;
  if (!isEvidenceOf(header, rest.evidence)) return `its block ${header.height} has not the evidence of its header`;
  return rest;
}

async function look(client: RpcClient, name: string, height: number, hash: Uint8Array): Promise<DecidedParts | string> {
  // At the same time, so that the second one costs no time.
  const [signed, before] = await Promise.all([
    signedAt(client, height),
    height > 1 ? signedAt(client, height - 1) : "there is no block before the first",
  ]);
  if (typeof signed === "string") return signed;
  const { header, commit } = signed;
  assertAsked(name, height, hash, header, commit);
  // Only the block's own last commit is canonical; another one has other signatures or another
  // round, which the hash of the header does not cover.
  const isSettled = typeof before !== "string" && before.canonical && isLastCommit(header, before.commit);
  if (isSettled && !isFirst(header) && !hasEvidence(header)) {
    return { header, commit, lastCommit: before.commit, evidence: [] };
  }
  const rest = await restOf(client, header);
  return typeof rest === "string" ? rest : { header, commit, ...rest };
}

export interface RpcOptions {
  /** For messages. */
  readonly name?: string;
  /** Of one request. Default 10 s. */
  readonly timeoutMs?: number;
}

/**
 * Decided blocks over the RPC of a CometBFT: `http://host:port`, `tcp://host:port`, `https://host`
 * or `unix:///path`. Its answers are bounded in size and time, and compared with the asked hash.
 * Throws EnvironmentFault for an address of another form.
 */
export function rpcSource(url: string, options: RpcOptions = {}): Required<BlockSource> {
  const { name = `the RPC ${url}` } = options;
  const client = rpcClient(url, options.timeoutMs);
  return sourceOf(
    name,
    (height, hash) => look(client, name, height, hash),
    async () => client.close(),
  );
}

/** The same over the RPC of other nodes, each of which is a place of its own. */
export const remoteSources = (urls: readonly string[], timeoutMs?: number): readonly Required<BlockSource>[] =>
  urls.map((url) =>
    rpcSource(url, { name: `the RPC ${url} of another node`, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
  );

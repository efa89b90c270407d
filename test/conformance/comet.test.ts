// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { ProtoReader } from "@sotto/codec";
import {
  assertBlock,
  assertLightBlock,
  blockId,
  changeValidators,
  commitHash,
  consensusAddress,
  consensusParamsHash,
  dataHash,
  decodeBlock,
  decodeBlockId,
  decodeHashedParams,
  decodeHeader,
  decodeLightBlock,
  decodeValidatorSet,
  decodeVote,
  encodeBlock,
  encodeBlockId,
  encodeHeader,
  encodeLightBlock,
  encodeValidatorSet,
  encodeVote,
  evidenceHash,
  headerHash,
  type IndexedEvent,
  matchesSearch,
  nextRound,
  type PublicKey,
  parseQuery,
  parseTime,
  planSearch,
  proposerOf,
  resultsHash,
  txHash,
  validatorSetHash,
  verifyLightStep,
  voteSignBytes,
} from "@sotto/comet";
import { ChainError } from "@sotto/errors";
import { describe, expect, test } from "vitest";
import { bytes, fields, load } from "./vectorFiles.ts";

interface Comet {
  data_hash_of_transactions: { items: string[]; hash: string }[];
  headers: { header_proto: string; hash: string }[];
  validator_sets: { validator_set_proto: string; hash: string; next_proposers: string[] }[];
  validator_set_changes: {
    before_proto: string;
    change_pubkey_power: string[];
    after_proto?: string;
    error?: string;
  }[];
  votes: { chain_id: string; vote_proto: string; sign_bytes: string }[];
  blocks: {
    block_proto: string;
    block_id_proto: string;
    data_hash: string;
    evidence_hash: string;
    last_commit_hash: string;
  }[];
  results: { exec_tx_results_proto: string[]; last_results_hash: string }[];
  consensus_params: { header_proto: string; hash: string }[];
  light_client: {
    name: string;
    trusted_light_block_proto: string;
    trusted_next_validators_proto: string;
    new_light_block_proto: string;
    trusting_period_seconds: number;
    now: string;
    accepted: boolean;
    error?: string;
  }[];
  search_transactions: {
    height: number;
    index: number;
    tx: string;
    hash: string;
    events: { type: string; attributes: { key: string; value: string; index?: boolean }[] }[];
  }[];
  searches: { query: string; found: string[]; error?: string }[];
}
const comet = load<Comet>("comet");

test("comet.json has only parts that this test checks", () => {
  fields(
    comet,
    "data_hash_of_transactions",
    "headers",
    "validator_sets",
    "validator_set_changes",
    "votes",
    "blocks",
    "results",
    "consensus_params",
    "light_client",
    "search_transactions",
    "searches",
  );
});

test("data hashes", () => {
  for (const entry of comet.data_hash_of_transactions) {
    fields(entry, "items", "hash");
    expect(toHex(dataHash(entry.items.map(bytes)))).toBe(entry.hash);
  }
});

test("headers", () => {
  for (const entry of comet.headers) {
    fields(entry, "header_proto", "hash");
    const header = decodeHeader(bytes(entry.header_proto));
    expect(toHex(encodeHeader(header))).toBe(entry.header_proto);
    expect(toHex(headerHash(header) ?? new Uint8Array())).toBe(entry.hash);
  }
});

test("validator sets and their next proposers", () => {
  for (const entry of comet.validator_sets) {
    fields(entry, "validator_set_proto", "hash", "next_proposers");
    const set = decodeValidatorSet(bytes(entry.validator_set_proto));
    expect(toHex(encodeValidatorSet(set))).toBe(entry.validator_set_proto);
    expect(toHex(validatorSetHash(set))).toBe(entry.hash);
    for (const { address, publicKey } of set.validators) expect(consensusAddress(publicKey)).toEqual(address);
    let round = set;
    expect(entry.next_proposers.length).toBe(12);
    for (const proposer of entry.next_proposers) {
      round = nextRound(round);
      expect(toHex(proposerOf(round)?.address ?? new Uint8Array())).toBe(proposer);
    }
    expect(toHex(encodeValidatorSet(nextRound(set, 12)))).toBe(
      toHex(encodeValidatorSet(nextRound(nextRound(set, 5), 7))),
    );
  }
});

test("validator set changes", () => {
  for (const entry of comet.validator_set_changes) {
    fields(entry, "before_proto", "change_pubkey_power", "after_proto", "error");
    const changes = entry.change_pubkey_power.map((text) => {
      const [key, power] = text.split(":") as [string, string];
      const publicKey: PublicKey = { type: "ed25519", bytes: bytes(key) };
      return { publicKey, address: consensusAddress(publicKey), votingPower: BigInt(power) };
    });
    const run = () => changeValidators(decodeValidatorSet(bytes(entry.before_proto)), changes);
    if (entry.error !== undefined) expect(run).toThrow(ChainError);
    else expect(toHex(encodeValidatorSet(run()))).toBe(entry.after_proto);
  }
});

test("votes", () => {
  for (const entry of comet.votes) {
    fields(entry, "chain_id", "vote_proto", "sign_bytes");
    const vote = decodeVote(bytes(entry.vote_proto));
    expect(toHex(encodeVote(vote))).toBe(entry.vote_proto);
    expect(toHex(voteSignBytes(entry.chain_id, vote))).toBe(entry.sign_bytes);
  }
});

test("blocks", () => {
  for (const entry of comet.blocks) {
    fields(entry, "block_proto", "block_id_proto", "data_hash", "evidence_hash", "last_commit_hash");
    const block = decodeBlock(bytes(entry.block_proto));
    expect(toHex(encodeBlock(block))).toBe(entry.block_proto);
    const id = blockId(block.header, bytes(entry.block_proto));
    if (id === undefined || block.lastCommit === undefined) throw new Error("incomplete block");
    expect(toHex(encodeBlockId(id))).toBe(entry.block_id_proto);
    expect(decodeBlockId(bytes(entry.block_id_proto))).toEqual(id);
    expect(toHex(dataHash(block.txs))).toBe(entry.data_hash);
    expect(toHex(evidenceHash(block.evidence))).toBe(entry.evidence_hash);
    expect(toHex(commitHash(block.lastCommit))).toBe(entry.last_commit_hash);
    assertBlock(block);
    expect(() => assertBlock({ ...block, txs: [...block.txs, Uint8Array.of(1)] })).toThrow("wrong DataHash");
  }
});

/** The hashed fields of an abci ExecTxResult. */
function readResult(hex: string) {
  const r = new ProtoReader(bytes(hex));
  const result = { code: 0, data: new Uint8Array() as Uint8Array, gasWanted: 0n, gasUsed: 0n };
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08) result.code = r.uint32();
    else if (tag === 0x12) result.data = r.bytes();
    else if (tag === 0x28) result.gasWanted = r.int64();
    else if (tag === 0x30) result.gasUsed = r.int64();
    else r.skip(tag);
  }
  return result;
}

test("results hashes", () => {
  for (const entry of comet.results) {
    fields(entry, "exec_tx_results_proto", "last_results_hash");
    expect(toHex(resultsHash(entry.exec_tx_results_proto.map(readResult)))).toBe(entry.last_results_hash);
  }
});

test("consensus parameters", () => {
  for (const entry of comet.consensus_params) {
    fields(entry, "header_proto", "hash");
    expect(toHex(consensusParamsHash(decodeHashedParams(bytes(entry.header_proto))))).toBe(entry.hash);
  }
});

const CODE_OF_ERROR: readonly (readonly [RegExp, number])[] = [
  [/^invalid header: invalid commit|^invalid header: wrong signature/, 3],
  [/^invalid header|^invalid signed header|^expected validator hash/, 4],
  [/^expected old header next validators|^cant trust|^old header has expired/, 5],
];

describe("light client", () => {
  for (const entry of comet.light_client) {
    test(entry.name, () => {
      fields(
        entry,
        "name",
        "trusted_light_block_proto",
        "trusted_next_validators_proto",
        "new_light_block_proto",
        "trusting_period_seconds",
        "now",
        "accepted",
        "error",
      );
      const trusted = decodeLightBlock(bytes(entry.trusted_light_block_proto));
      const untrusted = decodeLightBlock(bytes(entry.new_light_block_proto));
      expect(toHex(encodeLightBlock(trusted))).toBe(entry.trusted_light_block_proto);
      expect(toHex(encodeLightBlock(untrusted))).toBe(entry.new_light_block_proto);
      const now = parseTime(entry.now);
      if (now === undefined) throw new Error("unreadable time");
      let failure: unknown;
      try {
        assertLightBlock(untrusted, trusted.header.chainId);
        verifyLightStep({
          trusted,
          trustedNext: decodeValidatorSet(bytes(entry.trusted_next_validators_proto)),
          untrusted,
          untrustedValidators: untrusted.validators,
          trustingPeriodSeconds: entry.trusting_period_seconds,
          now,
          maxClockDriftSeconds: 10,
          trustLevel: { numerator: 1n, denominator: 3n },
        });
      } catch (thrown) {
        failure = thrown;
      }
      expect(failure === undefined).toBe(entry.accepted);
      if (entry.accepted) return;
      const want = CODE_OF_ERROR.find(([text]) => text.test(entry.error ?? ""));
      expect(failure).toBeInstanceOf(ChainError);
      expect((failure as ChainError).code, String(failure)).toBe(want?.[1]);
    });
  }
});

const indexed = (tx: Comet["search_transactions"][number]): IndexedEvent[] =>
  tx.events.map((event) => ({
    type: event.type,
    attributes: event.attributes.flatMap((attribute) => {
      fields(attribute, "key", "value", "index");
      return attribute.index === true ? [{ key: attribute.key, value: attribute.value }] : [];
    }),
  }));

test("transactions of the searches", () => {
  for (const tx of comet.search_transactions) {
    fields(tx, "height", "index", "tx", "hash", "events");
    for (const event of tx.events) fields(event, "type", "attributes");
    expect(toHex(txHash(bytes(tx.tx)))).toBe(tx.hash);
  }
});

describe("searches", () => {
  for (const entry of comet.searches) {
    test(entry.query === "" ? "the empty query" : entry.query, () => {
      fields(entry, "query", "found", "error");
      if (entry.error !== undefined) {
        let failure: unknown;
        try {
          parseQuery(entry.query);
        } catch (thrown) {
          failure = thrown;
        }
        expect((failure as ChainError).detail).toBe(entry.error);
        expect(entry.found).toEqual([]);
        return;
      }
      const plan = planSearch(parseQuery(entry.query), "tx.height");
      const found = comet.search_transactions.filter((tx) =>
        plan.hash === undefined ? matchesSearch(plan, tx.height, indexed(tx)) : plan.hash === tx.hash,
      );
      expect(found.map(({ height, index }) => `${height}/${index}`)).toEqual(entry.found);
    });
  }
});

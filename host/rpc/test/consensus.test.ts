// SPDX-License-Identifier: Apache-2.0
/** Round states and evidence: the texts of CometBFT v0.38.19, and evidence against a real chain. */
import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { createRoutes } from "@sotto/api";
import type { ConsensusState } from "@sotto/backend";
import { fromHex, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { encode } from "@sotto/codec";
import {
  blockId,
  decodeBlock,
  decodeCommit,
  decodeLightBlock,
  decodeValidatorSet,
  formatTime,
  type Header,
  headerHash,
  parseTime,
  signCommit,
  type Time,
  VoteType,
  voteSignBytes,
} from "@sotto/comet";
import {
  attackBlock,
  attackFault,
  duplicateVoteFault,
  encodeAttack,
  encodeDuplicateVote,
  malformedDuplicateVote,
} from "@sotto/comet/evidence";
import { sha256 } from "@sotto/crypto";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CHAIN_ID, openNode, type TestNode, textOf } from "../../../test/support/node.ts";
import { fromJson } from "../src/arguments.ts";
import { roundStateJson, simpleRoundStateJson } from "../src/consensusJson.ts";
import { attackText, duplicateVoteText } from "../src/evidenceText.ts";
import { createRpc, type Rpc } from "../src/index.ts";
import { commitJson, headerJson, validatorJson } from "../src/json.ts";
import { readArguments } from "../src/method.ts";

interface RoundFact {
  readonly start: string;
  readonly height: number;
  readonly validators: string;
  readonly last_validators?: string;
  readonly last_commit?: string;
  readonly block?: string;
  readonly commit?: string;
  readonly simple: string;
  readonly dump: string;
}
interface EvidenceFact {
  readonly name: string;
  readonly json: string;
  readonly parse?: string;
  readonly basic?: string;
  readonly verify?: string;
  readonly text?: string;
  /** As a block contains it, of well-formed evidence. */
  readonly bytes?: string;
}
const facts = JSON.parse(readFileSync(new URL("consensusFacts.json", import.meta.url), "utf8")) as {
  readonly chain_id: string;
  readonly validators: string;
  readonly rounds: Readonly<Record<"first" | "waiting" | "executing", RoundFact>>;
  readonly evidence: readonly EvidenceFact[];
  readonly attacks: readonly (EvidenceFact & { readonly common: string; readonly trusted: string })[];
};

const bytesOf = (hex: string): Uint8Array => {
  const bytes = fromHex(hex);
  if (bytes === undefined) throw new Error("a fact is not hex");
  return bytes;
};
const timeOf = (text: string): Time => {
  const time = parseTime(text);
  if (time === undefined) throw new Error(`${text} is no time`);
  return time;
};

/** The state of a printed fact. */
function stateOf(fact: RoundFact): ConsensusState {
  const optional = <T>(hex: string | undefined, read: (bytes: Uint8Array) => T) =>
    hex === undefined ? undefined : read(bytesOf(hex));
  const block = optional(fact.block, decodeBlock);
  const commit = optional(fact.commit, decodeCommit);
  const bytes = optional(fact.block, (each) => each);
  const id = block === undefined || bytes === undefined ? undefined : blockId(block.header, bytes);
  return {
    height: fact.height,
    validators: decodeValidatorSet(bytesOf(fact.validators)),
    lastValidators: optional(fact.last_validators, decodeValidatorSet),
    lastCommit: optional(fact.last_commit, decodeCommit),
    decided:
      block === undefined || commit === undefined || id === undefined
        ? undefined
        : { block: { block, blockId: id, size: 0 }, commit },
    genesisTime: timeOf(fact.start),
    pauseMs: 1000,
  };
}

describe("the round state", () => {
  it.each(["first", "waiting", "executing"] as const)("is printed as CometBFT prints it: %s", (name) => {
    const fact = facts.rounds[name];
    const state = stateOf(fact);
    expect(`{"round_state":${simpleRoundStateJson(state)}}`).toBe(fact.simple);
    // The reference's block was made without a list; a proposer's and a received one have an empty
    // list.
    const dump = fact.dump.replace('"evidence":{"evidence":null}', '"evidence":{"evidence":[]}');
    expect(`{"round_state":${roundStateJson(state)},"peers":[]}`).toBe(dump);
  });

  it.each([
    [1n, 8n, "0.12"],
    [3n, 8n, "0.38"],
    [5n, 8n, "0.62"],
    [7n, 8n, "0.88"],
    [2n, 3n, "0.67"],
  ])("rounds %d of %d as Go does", (voted, total, expected) => {
    const state = stateOf(facts.rounds.executing);
    const validators = {
      ...state.validators,
      validators: state.validators.validators.map((each, i) => ({
        ...each,
        votingPower: i === 0 ? voted : total - voted,
      })),
      totalPower: total,
    };
    expect(simpleRoundStateJson({ ...state, validators })).toContain(`BA{2:x_} ${voted}/${total} = ${expected}`);
  });
});

/** Evidence for a method. */
const evidenceOf = (json: string) =>
  readArguments(new Map([["evidence", fromJson("evidence", json)]])).evidence("evidence");

describe("evidence", () => {
  const set = decodeValidatorSet(bytesOf(facts.validators));

  it.each(facts.evidence)("is judged as CometBFT judges it: $name", (fact) => {
    const parse = () => evidenceOf(fact.json);
    if (fact.parse !== undefined) {
      expect(parse).toThrow(fact.parse);
      return;
    }
    const parsed = parse();
    if (parsed?.kind !== "duplicateVote") {
      expect(fact).toMatchObject({ name: "null", json: "null" });
      return;
    }
    const { evidence } = parsed;
    expect(malformedDuplicateVote(evidence)).toBe(fact.basic);
    if (fact.basic !== undefined) return;
    expect(encodeDuplicateVote(evidence)).toEqual({ kind: "duplicateVote", bytes: bytesOf(fact.bytes ?? "") });
    const { voteA, voteB } = evidence;
    if (voteA === undefined || voteB === undefined) throw new Error("well formed without votes");
    expect(duplicateVoteText(evidence)).toBe(fact.text);
    expect(duplicateVoteFault({ ...evidence, voteA, voteB }, facts.chain_id, set)).toBe(fact.verify);
  });
});

describe("evidence of an attack on light clients", () => {
  const set = decodeValidatorSet(bytesOf(facts.validators));

  it.each(facts.attacks)("is judged as CometBFT judges it: $name", (fact) => {
    const parsed = evidenceOf(fact.json);
    if (parsed?.kind !== "lightClientAttack") throw new Error("not read as an attack");
    const { evidence } = parsed;
    const block = attackBlock(evidence);
    if (typeof block === "string") {
      expect(block).toBe(fact.basic);
      return;
    }
    expect(fact.basic).toBeUndefined();
    expect(encodeAttack(evidence)).toEqual({ kind: "lightClientAttack", bytes: bytesOf(fact.bytes ?? "") });
    // The hash of the commit is there only if the reference computed it before.
    expect(attackText(evidence, block)).toBe(fact.text);
    const [common, trusted] = [fact.common, fact.trusted].map((hex) => decodeLightBlock(bytesOf(hex)));
    if (common === undefined || trusted === undefined) throw new Error("no headers");
    const shared = evidence.commonHeight === 3 ? common : trusted;
    expect(attackFault(evidence, block, { header: shared.header, set }, trusted)).toBe(fact.verify);
  });
});

describe("a chain", () => {
  let node: TestNode;
  let rpc: Rpc;
  beforeAll(() => {
    node = openNode();
    rpc = createRpc(node.backend, createRoutes(node.backend));
    for (let i = 0; i < 3; i++) node.produce([]);
  });
  afterAll(() => {
    expect(node.faults).toEqual([]);
    node.close();
  });

  const call = async (method: string, params: unknown = {}) => {
    const body = fromUtf8(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }));
    return JSON.parse(textOf((await rpc.handle({ method: "POST", url: "/", headers: {}, body })).body));
  };

  it("waits for the height after its last block, whose votes it shows", async () => {
    const { result } = await call("dump_consensus_state");
    const state = result.round_state;
    const [{ result: commit }, { result: simple }, { result: block }] = await Promise.all([
      call("commit", { height: "3" }),
      call("consensus_state"),
      call("block", { height: "3" }),
    ]);
    expect(simple.round_state["height/round/step"]).toBe("4/0/1");
    expect(state).toMatchObject({ height: "4", round: 0, step: 1, commit_round: -1, proposal_block: null });
    const [signature] = commit.signed_header.commit.signatures;
    expect(state.commit_time).toBe(signature.timestamp);
    expect(timeOf(state.start_time).seconds).toBe(timeOf(signature.timestamp).seconds + 1);
    const print = block.block_id.hash.slice(0, 12);
    expect(state.last_commit.votes).toEqual([
      expect.stringContaining(`3/00/SIGNED_MSG_TYPE_PRECOMMIT(Precommit) ${print} `),
    ]);
    expect(state.last_commit.votes_bit_array).toMatch(/^BA\{1:x\} ([0-9]+)\/\1 = 1\.00$/);
    const { result: validators } = await call("validators", { height: "4" });
    expect(state.validators.validators).toEqual(validators.validators);
    expect(simple.round_state.proposer).toEqual({ address: validators.validators[0].address, index: 0 });
    node.produce([]);
    expect((await call("consensus_state")).result.round_state["height/round/step"]).toBe("5/0/1");
  });

  /**
   * Two precommits of the chain's own validator for different blocks of a height, as a witness
   * would send them.
   */
  async function accusation(height: number, change: Readonly<Record<string, unknown>> = {}) {
    const { result } = await call("validators", { height: String(height) });
    const [validator] = result.validators;
    const time = (await call("header", { height: String(Math.min(height, 3)) })).result.header.time;
    const vote = (seed: string) => {
      const hash = sha256(fromUtf8(seed));
      const signed = { type: VoteType.precommit, height, round: 0, blockId: { hash, parts: { total: 1, hash } } };
      const signature = node.key.sign(voteSignBytes(CHAIN_ID, { ...signed, timestamp: timeOf(time) }));
      const shown = toHex(hash).toUpperCase();
      return {
        type: 2,
        height: String(height),
        round: 0,
        block_id: { hash: shown, parts: { total: 1, hash: shown } },
        timestamp: time,
        validator_address: validator.address,
        validator_index: 0,
        signature: toBase64(signature),
      };
    };
    const votes = [vote("one"), vote("two")].sort((a, b) => (a.block_id.hash < b.block_id.hash ? -1 : 1));
    const value = {
      vote_a: votes[0],
      vote_b: votes[1],
      TotalVotingPower: validator.voting_power,
      ValidatorPower: validator.voting_power,
      Timestamp: time,
      ...change,
    };
    return { evidence: { type: "tendermint/DuplicateVoteEvidence", value } };
  }
  const failure = async (params: unknown) => (await call("broadcast_evidence", params)).error;

  it("finds good evidence good, and says that its blocks cannot carry it", async () => {
    const { code, data } = await failure(await accusation(2));
    expect(code).toBe(-32603);
    expect(data).toMatch(/^failed to add evidence: can't add evidence to pending list: the evidence is valid, but /);
  });

  it("takes it from a URL as well", async () => {
    const { evidence } = await accusation(2);
    const url = `/broadcast_evidence?evidence=${encodeURIComponent(JSON.stringify(evidence))}`;
    const answer = await rpc.handle({ method: "GET", url, headers: {}, body: new Uint8Array() });
    expect(textOf(answer.body)).toContain("the evidence is valid");
  });

  it("refuses evidence of another time, of a height to come, and with a forged vote", async () => {
    const other = await failure(await accusation(2, { Timestamp: "2023-11-14T22:13:20.5Z" }));
    expect(other.data).toMatch(
      /^failed to add evidence: Invalid evidence: evidence has a different time to the block it is associated with \(2023-11-14 22:13:20\.5 \+0000 UTC != 2023-11-14 [0-9:.]+ \+0000 UTC\)\. Evidence: DuplicateVoteEvidence\{VoteA: Vote\{0:/,
    );
    const { evidence } = await accusation(2);
    const height = "99";
    const [a, b] = [evidence.value.vote_a, evidence.value.vote_b].map((vote) => ({ ...vote, height }));
    const later = await failure({ evidence: { ...evidence, value: { ...evidence.value, vote_a: a, vote_b: b } } });
    expect(later.data).toMatch(/^failed to add evidence: Invalid evidence: don't have header #99\. Evidence: /);
    const forged = { ...evidence.value.vote_b, signature: evidence.value.vote_a?.signature };
    const bad = await failure(await accusation(2, { vote_b: forged }));
    expect(bad.data).toMatch(
      /^failed to add evidence: Invalid evidence: verifying VoteB: invalid signature\. Evidence: /,
    );
  });

  /**
   * A second block of a height, signed by the chain's validator: an attack on light clients.
   */
  async function attack(common: number, height: number, change: Partial<Header>) {
    const stored = await node.backend.block(Math.min(height, 3));
    const set = await node.backend.validators(Math.min(height, 3));
    const shared = await node.backend.block(common);
    const [validator] = set?.validators ?? [];
    if (stored === undefined || set === undefined || shared === undefined || validator === undefined) {
      throw new Error("no block");
    }
    const header = { ...stored.block.header, height, ...change };
    const hash = headerHash(header) ?? new Uint8Array();
    const vote = { height, round: 0, blockId: { hash, parts: { total: 1, hash } }, timestamp: header.time };
    const signature = signCommit(CHAIN_ID, vote, validator.address, (message) => node.key.sign(message));
    const commit = { height, round: 0, blockId: vote.blockId, signatures: [signature] };
    const named = validatorJson(validator);
    const value = `{"ConflictingBlock":{"signed_header":{"header":${headerJson(header)},"commit":${commitJson(commit)}},"validator_set":{"validators":[${named}],"proposer":${named}}},"CommonHeight":"${common}","ByzantineValidators":[${named}],"TotalVotingPower":"${set.totalPower}","Timestamp":"${formatTime(shared.block.header.time)}"}`;
    return { evidence: JSON.parse(`{"type":"tendermint/LightClientAttackEvidence","value":${value}}`) };
  }

  it("judges attacks on light clients against its own headers", async () => {
    const other = sha256(fromUtf8("another chain"));
    const equivocation = await failure(await attack(2, 2, { dataHash: other }));
    expect(equivocation.data).toContain("the evidence is valid, but ");
    const lunatic = await failure(await attack(1, 2, { appHash: other }));
    expect(lunatic.data).toContain("the evidence is valid, but ");
    const own = await failure(await attack(1, 2, {}));
    expect(own.data).toMatch(
      /^failed to add evidence: Invalid evidence: trusted header hash matches the evidence's conflicting header hash: [0-9A-F]{64}\. Evidence: LightClientAttackEvidence\{\n/,
    );
    const invented = await failure(await attack(2, 2, { appHash: other }));
    expect(invented.data).toContain("expected the conflicting block to be correctly derived yet it wasn't");
    // The latest block has no final commit, so a later block cannot be compared with it.
    const latest = node.backend.latestHeight();
    const later = await failure(await attack(1, latest + 5, { appHash: other }));
    expect(later.data).toContain(`Invalid evidence: don't have commit at height #${latest}. `);
  });

  it("refuses what is past the age of evidence in blocks and in time, and only then", async () => {
    const judge = async (blocks: bigint, seconds: bigint) => {
      const evidence = { maxAgeNumBlocks: blocks, maxAgeDuration: { seconds, nanos: 0 }, maxBytes: 1n };
      const params = encode(ConsensusParamsSchema, create(ConsensusParamsSchema, { evidence }));
      const backend = { ...node.backend, consensusParams: async () => params };
      const { handle } = createRpc(backend, createRoutes(backend));
      const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "broadcast_evidence", params: await accusation(2) });
      return textOf((await handle({ method: "POST", url: "/", headers: {}, body: fromUtf8(body) })).body);
    };
    expect(await judge(1n, 0n)).toMatch(
      /Invalid evidence: evidence from height 2 \(created at: 2023-[0-9-]+ [0-9:.]+ \+0000 UTC\) is too old; min height is 3 and evidence can not be older than 2023-/,
    );
    expect(await judge(2n, 0n)).toContain("the evidence is valid");
    expect(await judge(0n, 3n)).toContain("the evidence is valid");
  });

  it("refuses what is malformed, and nothing", async () => {
    expect((await failure(await accusation(2, { vote_b: null }))).data).toMatch(
      /^evidence\.ValidateBasic failed: one or both of the votes are empty Vote\{.*\}, nil-Vote$/,
    );
    expect(await failure({ evidence: { type: "x", value: {} } })).toMatchObject({
      code: -32602,
      data: 'error converting json params to arguments: unknown type "x"',
    });
    for (const nothing of [{}, { evidence: null }]) {
      expect(await failure(nothing)).toMatchObject({ code: -32603, data: "no evidence was provided" });
    }
    const attack = { type: "tendermint/LightClientAttackEvidence", value: {} };
    expect((await failure({ evidence: attack })).data).toBe("evidence.ValidateBasic failed: conflicting block is nil");
  });
});

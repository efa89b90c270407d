// SPDX-License-Identifier: Apache-2.0
/**
 * A chain that several keys decide, as it comes from a network: the sequencer executes it, and the
 * enclave's light client follows it.
 */
import { type BlockLog, decodeBlockResult, encodeBlockResult, openBlockLog, resultsKey, toTime } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import {
  ABSENT,
  type BlockId,
  type Commit,
  consensusAddress,
  encodeValidatorSet,
  proposerOf,
  signCommit,
  type ValidatorSet,
  validatorSetHash,
  verifyCommit,
} from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import type { DecidedBlock } from "@sotto/kernel";
import type { SubmitBlockRequest, Untrusted } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import { trustGenesis, verifyBlock } from "@sotto/verify";
import { afterAll, describe, expect, test } from "vitest";
import { genesisState, stateAfter } from "../src/chainState.ts";
import { decidedBlock } from "../src/decided.ts";
import { createSequencer } from "../src/index.ts";
import { makeBlock } from "../src/makeBlock.ts";
import { GENESIS_TIME, genesisOf, nowAt } from "./chain.mjs";
import { createLedger, openLedgerStore } from "./ledger.mjs";
import { verifyChain } from "./verifyChain.ts";

const keys = [11, 12, 13, 14].map((byte) => new Ed25519Key(new Uint8Array(32).fill(byte)));
const [first, , , newcomer] = keys as [Ed25519Key, Ed25519Key, Ed25519Key, Ed25519Key];
const addressOf = ({ publicKey }: Ed25519Key): string => toHex(consensusAddress({ type: "ed25519", bytes: publicKey }));
/**
 * The first has half of the power: more than a third, so that light clients trust later what it
 * signs alone.
 */
const genesis = genesisOf({
  validators: keys.slice(0, 3).map(({ publicKey }, i) => ({ pubKey: publicKey, power: i === 0 ? 20n : 10n })),
});
const { chainId } = genesis;

const LAST = 9;
/**
 * The fourth validator comes with block 1 and signs from height 3 on; from height 8 on the first
 * decides alone.
 */
const txsAt = (height: number): Uint8Array[] => {
  const texts = [`set height ${height}`];
  if (height === 1) texts.push(`power ${toHex(newcomer.publicKey)} 10`);
  if (height === 6) texts.push(`power ${toHex(first.publicKey)} 1000`);
  return texts.map(fromUtf8);
};
/** The second one is away at height 5: three of four go on. */
const isAway = (height: number, address: string): boolean =>
  height === 5 && address === addressOf(keys[1] as Ed25519Key);

function commitOf(height: number, blockId: BlockId, set: ValidatorSet, signs: (address: string) => boolean): Commit {
  const signatures = set.validators.map(({ address }, i) => {
    const key = keys.find((each) => addressOf(each) === toHex(address));
    if (key === undefined || !signs(toHex(address))) return ABSENT;
    const vote = { height, round: 0, blockId, timestamp: toTime(nowAt(height) + BigInt(i * 2)) };
    return signCommit(chainId, vote, address, (message) => key.sign(message));
  });
  return { height, round: 0, blockId, signatures };
}

/** Decides and executes blocks as a network of all keys would. */
function drive(store: StateStore, log: BlockLog): DecidedBlock[] {
  const app = createLedger(store);
  log.setGenesis(genesis);
  let state = genesisState(genesis, app.initChain(genesis));
  const decided: DecidedBlock[] = [];
  while (state.height <= LAST) {
    const { height, validators, nextValidators } = state;
    const proposer = proposerOf(validators)?.address ?? new Uint8Array();
    const { block, bytes, id } = makeBlock(state, chainId, proposer, txsAt(height));
    const commit = commitOf(height, id, validators, (address) => !isAway(height, address));
    const named = { header: block.header, blockId: id, commit, validators, nextValidators, consensusParams: undefined };
    log.append({ ...named, bytes, size: bytes.length, txCount: block.txs.length });
    const given = decidedBlock(state, block, id, commit);
    decided.push(given);
    const result = app.finalizeBlock(given);
    const appHash = app.commit(new Map([[resultsKey(height), encodeBlockResult(result)]]));
    state = stateAfter({ ...state, blockId: id, commit, result, appHash });
  }
  return decided;
}

describe("a chain of several keys whose set changes through results of blocks", () => {
  const store = openLedgerStore(undefined);
  const log = openBlockLog({ path: undefined });
  const decided = drive(store, log);
  afterAll(() => {
    log.close();
    store.close();
  });
  const signers = (height: number): number =>
    log.meta(height)?.commit.signatures.filter(({ signature }) => signature.length > 0).length ?? 0;

  test("is verified by a stranger: headers name the sets, commits have more than one key", () => {
    verifyChain(log, store, GENESIS_TIME);
    expect([2, 3, 5, 9].map(signers)).toEqual([3, 4, 3, 4]);
    const hashes = [2, 3, 7, 8].map((height) => toHex(log.meta(height)?.header.validatorsHash ?? new Uint8Array()));
    expect(new Set(hashes).size).toBe(3);
    expect(hashes[1]).toBe(hashes[2]);
    for (const height of [1, 6]) {
      expect(decodeBlockResult(store.extra(resultsKey(height)) ?? new Uint8Array()).validatorUpdates.length).toBe(1);
      const announced = log.meta(height + 1)?.header.nextValidatorsHash;
      const held = log.validators(height + 2);
      expect(held && toHex(validatorSetHash(held))).toBe(toHex(announced ?? new Uint8Array()));
    }
    const proposers = new Set(decided.map(({ proposer }) => toHex(proposer)));
    expect(proposers.size).toBeGreaterThan(2);
  });

  test("needs more than two thirds of the set of each height", () => {
    const [meta, set] = [log.meta(4), log.validators(4)];
    if (meta === undefined || set === undefined) throw new Error("no block 4");
    const { blockId } = meta;
    const by = (count: number) => {
      const addresses = set.validators.slice(0, count).map(({ address }) => toHex(address));
      return () =>
        verifyCommit(
          chainId,
          set,
          blockId,
          4,
          commitOf(4, blockId, set, (each) => addresses.includes(each)),
        );
    };
    expect(by(2)).toThrow();
    expect(by(3)).not.toThrow();
  });

  test("says to the application who voted", () => {
    const votes = (height: number) =>
      decided[height - 1]?.lastCommit.votes.map(({ address, flag }) => [toHex(address), flag] as const) ?? [];
    expect(votes(1)).toEqual([]);
    expect(votes(6).filter(([, flag]) => flag === "absent")).toEqual([[addressOf(keys[1] as Ed25519Key), "absent"]]);
    expect(new Map(votes(4)).get(addressOf(newcomer))).toBe("commit");
  });

  test("is followed by the enclave's light client", () => {
    const genesisSet = log.validators(1);
    if (genesisSet === undefined) throw new Error("no validators");
    let checkpoint = trustGenesis(chainId, encodeValidatorSet(genesisSet), 1);
    for (const { proof, height, hash } of decided) {
      // What crosses the boundary is untrusted by its type alone.
      const verified = verifyBlock(checkpoint, { ...proof } as unknown as Untrusted<SubmitBlockRequest>);
      expect([verified.height, verified.hash]).toEqual([height, hash]);
      ({ checkpoint } = verified);
    }
  });

  test("is executed by a sequencer to the same state, which goes on when its key decides", () => {
    const again = openLedgerStore(undefined);
    const replayed: number[] = [];
    const sequencer = createSequencer({
      app: createLedger(again),
      log,
      keys: [first],
      genesis,
      onReplay: (height) => void replayed.push(height),
    });
    expect([replayed.length, toHex(sequencer.appHash)]).toEqual([LAST, toHex(store.appHash)]);
    sequencer.produce(nowAt(LAST + 1), []);
    expect(signers(LAST + 1)).toBe(1);
    verifyChain(log, again, GENESIS_TIME);
    again.close();
  });
});

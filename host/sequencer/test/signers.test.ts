// SPDX-License-Identifier: Apache-2.0
/** A sequencer that signs for several validators, of which some are absent. */
import { openBlockLog } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { type Commit, consensusAddress, nextRound, proposerOf, VoteFlag } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { afterEach, describe, expect, test } from "vitest";
import { createSequencer, type Misses } from "../src/index.ts";
import { GENESIS_TIME, genesisOf, nowAt } from "./chain.mjs";
import { createLedger, openLedgerStore } from "./ledger.mjs";
import { verifyChain } from "./verifyChain.ts";

const keys = [21, 22, 23, 24].map((byte) => new Ed25519Key(new Uint8Array(32).fill(byte)));
const foreign = new Ed25519Key(new Uint8Array(32).fill(25));
const addressOf = ({ publicKey }: Ed25519Key): string => toHex(consensusAddress({ type: "ed25519", bytes: publicKey }));
const genesis = genesisOf({ validators: keys.map(({ publicKey }) => ({ pubKey: publicKey, power: 10n })) });
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

function files() {
  const store = openLedgerStore(undefined);
  const log = openBlockLog({ path: undefined });
  closers.push(() => {
    log.close();
    store.close();
  });
  return { store, log };
}

function start({ store, log }: ReturnType<typeof files>, misses?: Misses) {
  return createSequencer({ app: createLedger(store), log, keys, genesis, ...(misses && { misses }) });
}

const absentOf = ({ signatures }: Commit): number[] =>
  signatures.flatMap(({ flag }, i) => (flag === VoteFlag.absent ? [i] : []));

describe("a sequencer of four keys", () => {
  test("signs with all of them, in the order of the set, and each proposes every fourth block", () => {
    const chain = files();
    const sequencer = start(chain);
    const proposers: string[] = [];
    for (let height = 1; height <= 8; height++) {
      const { block, commit, validators } = sequencer.produce(nowAt(height), []);
      proposers.push(toHex(block.header.proposerAddress));
      expect([commit.round, absentOf(commit)]).toEqual([0, []]);
      expect(commit.signatures.map(({ validatorAddress }) => toHex(validatorAddress))).toEqual(
        validators.validators.map(({ address }) => toHex(address)),
      );
    }
    expect(new Set(proposers.slice(0, 4))).toEqual(new Set(keys.map(addressOf)));
    expect(proposers.slice(4)).toEqual(proposers.slice(0, 4));
    verifyChain(chain.log, chain.store, GENESIS_TIME);
  });

  test("leaves a key out of the blocks that it misses, and the next in turn proposes in a later round", () => {
    const chain = files();
    const sequencer = start(chain, (key, height) => key === 1 && height >= 3 && height <= 8);
    const gone = addressOf(keys[1] as Ed25519Key);
    const rounds: number[] = [];
    for (let height = 1; height <= 10; height++) {
      const { block, commit, validators } = sequencer.produce(nowAt(height), []);
      const place = validators.validators.findIndex(({ address }) => toHex(address) === gone);
      const misses = height >= 3 && height <= 8;
      expect(absentOf(commit)).toEqual(misses ? [place] : []);
      const turn = commit.round === 0 ? validators : nextRound(validators, commit.round);
      expect(block.header.proposerAddress).toEqual(proposerOf(turn)?.address);
      expect(proposerOf(validators)?.address).toSatisfy(
        (first: Uint8Array) => commit.round === (misses && toHex(first) === gone ? 1 : 0),
      );
      if (misses) rounds.push(commit.round);
    }
    // Six blocks contain one or two turns of each of four.
    const later = rounds.filter((round) => round === 1).length;
    expect([1, 2]).toContain(later);
    verifyChain(chain.log, chain.store, GENESIS_TIME);
  });

  test("stops before a block that would have no two thirds, names the absent ones, and goes on later", () => {
    const chain = files();
    const misses: Misses = (key, height) => key < 2 && height === 3;
    const sequencer = start(chain, misses);
    sequencer.produce(nowAt(1), []);
    sequencer.produce(nowAt(2), []);
    const names = keys.slice(0, 2).map((each) => `${addressOf(each).toUpperCase()} of power 10 misses this block`);
    const thrown = (run: () => unknown): string => {
      try {
        run();
      } catch (fault) {
        if (fault instanceof EnvironmentFault) return fault.message;
        throw fault;
      }
      return "";
    };
    for (const message of [thrown(() => sequencer.produce(nowAt(3), [])), thrown(() => start(chain, misses))]) {
      expect(message).toContain("block 3 needs more than two thirds of the voting power 40, but its signers have 20: ");
      for (const name of names) expect(message).toContain(name);
    }
    expect(chain.log.height).toBe(2);
    start(chain).produce(nowAt(3), []);
    verifyChain(chain.log, chain.store, GENESIS_TIME);
  });

  test("never signs for a validator whose key it does not have", () => {
    const chain = files();
    const sequencer = start(chain);
    sequencer.produce(nowAt(1), [fromUtf8(`power ${toHex(foreign.publicKey)} 15`)]);
    for (let height = 2; height <= 12; height++) {
      const { commit, validators, block } = sequencer.produce(nowAt(height), []);
      const place = validators.validators.findIndex(({ address }) => toHex(address) === addressOf(foreign));
      expect([height, absentOf(commit)]).toEqual([height, height < 3 ? [] : [place]]);
      expect(toHex(block.header.proposerAddress)).not.toBe(addressOf(foreign));
    }
    verifyChain(chain.log, chain.store, GENESIS_TIME);
    sequencer.produce(nowAt(13), [fromUtf8(`power ${toHex(foreign.publicKey)} 20`)]);
    sequencer.produce(nowAt(14), []);
    expect(() => sequencer.produce(nowAt(15), [])).toThrow(
      `its signers have 40: ${addressOf(foreign).toUpperCase()} of power 20 has no key in this node`,
    );
  });
});

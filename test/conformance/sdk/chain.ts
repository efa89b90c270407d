// SPDX-License-Identifier: Apache-2.0
/** The blocks of a vector, decided in this process. */
import type { ChainQueries } from "@sotto/app";
import type { Misbehavior, ValidatorUpdate, VoteInfo } from "@sotto/kernel";
import { BlockMaker } from "../../support/blockMaker.ts";
import { genesisOf, type Listeners, type Ran, VectorApp } from "./opened.ts";
import type { ReplayedChain } from "./program.ts";
import {
  base64,
  hex,
  nanosOf,
  type Row,
  type Rows,
  type ScriptBlock,
  type ScriptMisbehavior,
  type ScriptVote,
  type SdkVector,
  timeOf,
} from "./vector.ts";

const voteOf = ({ address, power, flag }: ScriptVote): VoteInfo => ({
  address: hex(address),
  power: BigInt(power),
  flag,
});

const misbehaviorOf = (each: ScriptMisbehavior): Misbehavior => ({
  type: each.type === "duplicate_vote" ? "duplicateVote" : "lightClientAttack",
  address: hex(each.address),
  power: BigInt(each.power),
  height: each.height,
  time: nanosOf(each.time),
  totalVotingPower: BigInt(each.total_power),
});

export class SdkChain {
  readonly #opened: VectorApp;
  readonly #maker: BlockMaker;
  readonly #vector: SdkVector;

  /** Nothing runs before `start`. */
  constructor(vector: SdkVector, replayed: ReplayedChain, listeners: Listeners) {
    this.#vector = vector;
    this.#maker = new BlockMaker(vector.script.chain_id, Number(vector.genesis.initial_height));
    this.#opened = new VectorApp(vector, replayed, listeners, this.#maker.validators);
  }

  get queries(): ChainQueries {
    return this.#opened.queries;
  }

  /** Reads the genesis. */
  start(): { readonly validators: readonly ValidatorUpdate[]; readonly appHash: Uint8Array } {
    const begun = this.#opened.app.initChain(genesisOf(this.#vector));
    this.#maker.start(begun.appHash);
    return begun;
  }

  /** Rows after the genesis, before the first block. */
  get genesisRows(): Rows {
    return this.#opened.genesisRows;
  }

  /**
   * Executes and commits the next block of the script. The enclave gets a proof of this chain's own
   * validator; the modules see the votes and faults of the script.
   */
  run(block: ScriptBlock): Ran {
    const { app } = this.#opened;
    this.#opened.prepare(block);
    const header = { time: timeOf(block.time) };
    const decided = this.#maker.make(
      block.txs.map(({ tx }) => base64(tx)),
      { header },
    );
    const result = app.finalizeBlock({
      ...decided,
      hash: hex(block.hash),
      proposer: hex(block.proposer),
      nextValidatorsHash: hex(block.next_validators_hash),
      lastCommit: { round: 0, votes: block.votes.map(voteOf) },
      misbehavior: (block.misbehavior ?? []).map(misbehaviorOf),
    });
    const appHash = app.commit();
    this.#maker.accept(decided, result.txResults, appHash);
    return this.#opened.ran(result);
  }

  rows(name: string): readonly Row[] {
    return this.#opened.rows(name);
  }

  close(): void {
    this.#opened.close();
  }
}

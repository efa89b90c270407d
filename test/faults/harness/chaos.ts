// SPDX-License-Identifier: Apache-2.0
/** Faults in an order that only the seed decides. */
import { setTimeout as sleep } from "node:timers/promises";
import { randomOf } from "../../../tools/tests/seed.mjs";
import type { Cluster, Program } from "./cluster.ts";
import type { LinkState } from "./links.ts";

export interface Fault {
  /** From 1 on. */
  readonly index: number;
  readonly title: string;
  /** Makes the fault, ends it, and waits until every node has new blocks. */
  run(cluster: Cluster): Promise<void>;
}

const PROGRAMS: readonly Program[] = ["node", "comet", "both"];
const STATES: readonly LinkState[] = ["stalled", "cut"];
const MOST_MS = 4_000;
const MOST_DELAY_MS = 300;
const MOST_LOSS = 0.1;

type Act = readonly [title: string, act: (cluster: Cluster) => Promise<void>];

/** The faults of a seed, without an end. `numbers`: of the nodes. */
export function* chaos(seed: number, numbers: readonly number[]): Generator<Fault, never> {
  const random = randomOf(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const one = <T>(list: readonly T[]): T => list[below(list.length)] as T;
  const kinds: readonly (() => Act)[] = [
    () => {
      const [number, program] = [one(numbers), one(PROGRAMS)];
      return [`kill ${program} of node ${number}`, async (cluster) => kill(cluster, number, program)];
    },
    () => {
      const [number, program, ms] = [one(numbers), one(PROGRAMS), below(MOST_MS)];
      return [`freeze ${program} of node ${number} for ${ms} ms`, (cluster) => freeze(cluster, number, program, ms)];
    },
    () => {
      const first = below(numbers.length);
      const group = [...numbers.slice(first), ...numbers.slice(0, first)].slice(0, 1 + below(numbers.length - 1));
      const [state, ms] = [one(STATES), below(MOST_MS)];
      return [
        `links of node ${group} ${state} for ${ms} ms`,
        async (cluster) => {
          cluster.links.part(group, state);
          await sleep(ms);
        },
      ];
    },
    () => {
      const quality = { delayMs: below(MOST_DELAY_MS), loss: random() * MOST_LOSS };
      const ms = below(MOST_MS);
      const loss = (quality.loss * 100).toFixed(1);
      return [
        `${quality.delayMs} ms of delay and ${loss} % of loss for ${ms} ms`,
        async (cluster) => {
          cluster.links.quality(quality);
          await sleep(ms);
        },
      ];
    },
  ];
  for (let index = 1; ; index++) {
    const [what, act] = one(kinds)();
    const run = async (cluster: Cluster): Promise<void> => {
      await act(cluster);
      cluster.links.heal();
      await cluster.advance(1);
    };
    yield { index, title: `${index}. ${what}`, run };
  }
}

/** The pair comes back by itself. */
function kill(cluster: Cluster, number: number, program: Program): void {
  if (cluster.signal(number, program, "SIGKILL") === 0) throw new Error(`node ${number} has no ${program} to kill`);
}

async function freeze(cluster: Cluster, number: number, program: Program, ms: number): Promise<void> {
  cluster.signal(number, program, "SIGSTOP");
  await sleep(ms);
  cluster.signal(number, program, "SIGCONT");
}

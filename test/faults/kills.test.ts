// SPDX-License-Identifier: Apache-2.0
/**
 * Kill -9 of a node, of its CometBFT, and of both, at every call of a block and at every moment of
 * the call, under private transfers. Each time the chain goes on, and the ledger holds.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { randomOf, SEED } from "../../tools/tests/seed.mjs";
import { newHome, removeAll } from "../e2e/node.ts";
import { Pair } from "../e2e/pair.ts";
import { Load, NEW_TRANSFER } from "./harness/load.ts";
import { AbciTap, MOMENTS, PHASES } from "./harness/tap.ts";

const CHAIN = "kills-1";
const LONG_MS = 400_000;
const PROGRAMS = ["node", "comet", "both"] as const;
/** A long run: 4,800 kills are 100 of each program at each moment of each call. */
const KILLS = Number(process.env["SOTTO_KILLS"] ?? 16);
/** Kills between two checks of all balances. */
const BETWEEN_CHECKS = 8;
/** A call on an idle machine takes less. */
const MOST_RUNNING_MS = 12;

let pair: Pair;
let tap: AbciTap;
let load: Load;

beforeAll(async () => {
  pair = await Pair.make(CHAIN);
  tap = await AbciTap.open(join(newHome(), "tap.sock"), join(pair.home, "abci.sock"));
  await pair.start(["--proxy_app", tap.address]);
  load = await Load.make({ chainId: CHAIN, numbers: [1], rest: () => pair.node.rest }, SEED);
  load.start();
}, LONG_MS);

afterAll(async () => {
  tap?.close();
  await removeAll();
  await pair?.comet.remove();
});

/** Rejects when one of the two ends, with the reason. */
async function failed({ node, engine }: Pair): Promise<never> {
  const why = await Promise.race([
    node.ended.then(({ code, signal }) => `the node has ended with ${code ?? signal}: ${node.stderr}`),
    engine.exited.then(({ reason }) => reason),
  ]);
  throw new Error(why);
}

/** The first 16 are all calls and moments, the next ones with other programs. */
const random = randomOf(SEED);
const firstProgram = PHASES.map(() => MOMENTS.map(() => Math.floor(random() * PROGRAMS.length)));
const kills = Array.from({ length: KILLS }, (_, i) => {
  const [phase, moment] = [i % PHASES.length, Math.floor(i / PHASES.length) % MOMENTS.length];
  const round = Math.floor(i / (PHASES.length * MOMENTS.length));
  const first = firstProgram[phase]?.[moment] ?? 0;
  return {
    number: i + 1,
    phase: PHASES[phase] ?? "commit",
    moment: MOMENTS[moment] ?? "asked",
    program: PROGRAMS[(first + round) % PROGRAMS.length] ?? "both",
    afterMs: Math.floor(random() * MOST_RUNNING_MS),
  };
});

describe(`a chain goes on, with no private balance lost or doubled (seed ${SEED})`, { timeout: LONG_MS }, () => {
  test.each(kills)("kill $number: $program, $phase $moment", async ({ number, phase, moment, program, afterMs }) => {
    const { node, engine } = pair;
    await tap.at(phase, moment, afterMs, () => {
      if (program !== "comet") process.kill(node.pid, "SIGKILL");
      if (program !== "node") engine.kill("SIGKILL");
    });
    await pair.engineEnds();
    if (program !== "comet") {
      await node.ended;
      await pair.startNode();
    } else expect(node.isRunning).toBe(true);
    await pair.startEngine({}, ["--proxy_app", tap.address]);
    await Promise.race([load.settles(NEW_TRANSFER), failed(pair)]);
    if (number % BETWEEN_CHECKS !== 0 && number !== KILLS) return;
    await load.stop();
    await load.check();
    load.start();
  });
});

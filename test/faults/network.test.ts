// SPDX-License-Identifier: Apache-2.0
/**
 * Four validators under private transfers, while links between them, a clock and a validator fail.
 * After each fault all nodes have one application hash, and every private balance is that of the
 * ledger on each node.
 */
import { formatAddress, prefix } from "@sotto/address";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { chaos } from "./harness/chaos.ts";
import { Cluster } from "./harness/cluster.ts";
import { accuse, consensusAddressOf } from "./harness/evidence.ts";
import { Load, NEW_TRANSFER } from "./harness/load.ts";
import { WrongClockSigner } from "./harness/signer.ts";
import { until } from "./harness/until.ts";

const LONG_MS = 600_000;
const HOUR = 3_600;
/** Blocks in which a fault must not stop the chain. */
const BLOCKS = Number(process.env["SOTTO_FAULT_BLOCKS"] ?? 5);
/** Two looks at the heights, between which a halted chain makes no block. */
const STANDS_MS = 4_000;
/** A long run: SOTTO_CHAOS_MINUTES=15 SOTTO_SEED=1 npm test -- test/faults/network. */
const CHAOS_MINUTES = Number(process.env["SOTTO_CHAOS_MINUTES"] ?? 0.5);
const CHAOS_MS = CHAOS_MINUTES * 60_000;
/** Faults between two checks of all balances. */
const CHAOS_CHECK = 10;
/** Its votes have a time of one hour ahead. */
const WRONG = 3;

let cluster: Cluster;
let load: Load;
let signer: WrongClockSigner;

/** JSON of a node's REST. */
async function rest<T>(number: number, path: string): Promise<T> {
  const answer = await fetch(cluster.rest(number) + path);
  return (await answer.json()) as T;
}

/** What must hold after each fault. */
async function expectWhole(): Promise<void> {
  await load.settles(NEW_TRANSFER);
  await load.stop();
  await cluster.agree();
  await load.check();
  load.start();
}

beforeAll(async () => {
  const signerAt = (home: string): string => `${home}/signer.sock`;
  cluster = await Cluster.make({
    chainId: "faults-1",
    seed: SEED,
    settings: (number, home) =>
      number === WRONG ? { other: { priv_validator_laddr: `unix://${signerAt(home)}` } } : {},
    // A node that is down often is not jailed: a set of fewer validators halts at the next fault.
    change: ({ app_state: { slashing } }) => {
      slashing.params.signed_blocks_window = "100000";
    },
  });
  signer = new WrongClockSigner(signerAt(cluster.cometHome(WRONG)), cluster.validatorKey(WRONG), HOUR);
  await cluster.start();
  load = await Load.make(cluster, SEED);
  load.start();
}, LONG_MS);

afterAll(async () => {
  signer?.close();
  await cluster?.remove();
}, LONG_MS);

describe(`a network of four validators (seed ${SEED})`, { timeout: LONG_MS }, () => {
  test("makes blocks over links with 200 ms of delay and 5 % of loss", async () => {
    cluster.links.quality({ delayMs: 200, loss: 0.05 });
    await cluster.advance(BLOCKS);
    cluster.links.heal();
    await expectWhole();
  });

  test("halts while it is parted in two halves, and goes on when the links are back", async () => {
    cluster.links.part([1, 2], "stalled");
    await until("the chain halts", async () => ((await cluster.stands(STANDS_MS)) ? true : undefined));
    cluster.links.heal();
    await cluster.advance(BLOCKS);
    await expectWhole();
  });

  test("goes on without a validator whose connections are cut, which catches up afterwards", async () => {
    cluster.links.part([4], "cut");
    const left = await cluster.height(4);
    await cluster.advance(BLOCKS, [1, 2, 3]);
    expect(await cluster.height(4)).toBeLessThanOrEqual(left + 1);
    cluster.links.heal();
    await cluster.advance(BLOCKS);
    await expectWhole();
  });

  test("keeps its time while the votes of one validator are an hour ahead", async () => {
    const wrong = Buffer.from(consensusAddressOf(cluster, WRONG)).toString("hex").toUpperCase();
    /** The time of that validator's vote in a commit, less the time of the block. */
    const ahead = await until("a commit has a vote of the wrong time", async () => {
      const signed = (await cluster.ask(1, `commit?height=${(await cluster.height(1)) - 1}`))?.["signed_header"];
      const vote = signed?.["commit"]?.["signatures"]?.find((each) => each["validator_address"] === wrong);
      if (signed === undefined || vote === undefined) return undefined;
      return Date.parse(vote["timestamp"] as string) - Date.parse(signed["header"]?.["time"] as string);
    });
    expect(ahead / 1_000).toBeGreaterThan(HOUR - 60);
    const time = (await cluster.ask(1, `header?height=${await cluster.height(1)}`))?.["header"]?.["time"] as string;
    expect(Math.abs(Date.now() - Date.parse(time)) / 1_000).toBeLessThan(60);
    await expectWhole();
  });

  test(`survives faults in an order of the seed, for ${CHAOS_MINUTES} minutes`, {
    timeout: LONG_MS + CHAOS_MS * 2,
  }, async () => {
    const end = performance.now() + CHAOS_MS;
    for (const fault of chaos(SEED, cluster.numbers)) {
      console.log(`chaos: ${fault.title}`);
      await fault.run(cluster);
      if (fault.index % CHAOS_CHECK === 0) await expectWhole();
      if (performance.now() > end) break;
    }
    await expectWhole();
  });

  test("slashes, jails and tombstones a validator that signed two blocks, on every node", async () => {
    const height = (await cluster.advance(1)) - 1;
    await accuse(cluster, 4, height);
    const address = formatAddress(consensusAddressOf(cluster, 4), prefix.consensus);
    await until("the set has three validators", async () =>
      (await cluster.ask(1, "validators"))?.["total"] === "3" ? true : undefined,
    );
    await cluster.advance(2);
    for (const number of cluster.numbers) {
      const { val_signing_info: info } = await rest<{ val_signing_info: object }>(
        number,
        `/cosmos/slashing/v1beta1/signing_infos/${address}`,
      );
      expect(info).toMatchObject({ tombstoned: true, jailed_until: "9999-12-31T23:59:59Z" });
      const { evidence } = await rest<{ evidence: readonly object[] }>(number, "/cosmos/evidence/v1beta1/evidence");
      expect(evidence).toMatchObject([{ height: String(height), consensus_address: address, power: "100000000000" }]);
      const { validators } = await rest<{ validators: readonly { readonly jailed: boolean }[] }>(
        number,
        "/cosmos/staking/v1beta1/validators",
      );
      // Five of a hundred are burnt.
      expect(validators.filter(({ jailed }) => jailed)).toMatchObject([{ tokens: "95000000000000000" }]);
    }
    await expectWhole();
  });
});

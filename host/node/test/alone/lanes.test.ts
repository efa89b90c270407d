// SPDX-License-Identifier: Apache-2.0
import { NodeError } from "@sotto/backend";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { afterEach, describe, expect, test } from "vitest";
import { type LaneLimits, Lanes } from "../../src/lanes.ts";
import { startThread } from "../../src/threads/port.ts";

interface Work {
  readonly [name: string]: (...args: never[]) => unknown;
  hold(): void;
  nap(ms: number): void;
  echo(value: number): number;
  fail(): void;
  die(): void;
  close(): void;
}

const LIMITS: LaneLimits = {
  least: 1,
  most: 3,
  forCheap: 1,
  forOthers: 1,
  given: 2,
  patienceMs: 20,
  idleMs: 60_000,
  maxWaiting: 100,
  maxWaitingBytes: 1_000,
};
/** Far below the time that a lane has for what it does, or for its start. */
const STOP_MS = 5_000;
const CHEAP = { weight: "cheap" } as const;
const opened: Lanes<Work>[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.stop()));
});

/** Lanes over real threads, and the gate that holds their work. */
function open(limits: Partial<LaneLimits> = {}, loadMs = 0) {
  const gate = new Int32Array(new SharedArrayBuffer(12));
  const faults: unknown[] = [];
  const names: string[] = [];
  const lanes = new Lanes<Work>({
    limits: { ...LIMITS, ...limits },
    onFault: (fault) => faults.push(fault),
    start(number) {
      const name = `query-${number}`;
      names.push(name);
      const entry = new URL("./laneThread.mjs", import.meta.url);
      return startThread(entry, { name, oldMb: 100, youngMb: 12 }, { gate: gate.buffer, loadMs }, (fault) =>
        faults.push(fault),
      );
    },
  });
  opened.push(lanes);
  let contracts = 0;
  const hold = (by = `contract ${contracts++}`): Promise<void> => lanes.ask({ weight: "costly", by }, 0, "hold");
  const nap = (by: string, ms: number): Promise<void> => lanes.ask({ weight: "costly", by }, 0, "nap", ms);
  const echo = (value: number): Promise<number> => lanes.ask(CHEAP, 0, "echo", value);
  const letGo = (passes: number): void => {
    Atomics.add(gate, 1, passes);
    Atomics.notify(gate, 1);
  };
  return { lanes, gate, faults, names, hold, nap, echo, letGo };
}

async function until(condition: () => boolean): Promise<void> {
  for (let left = 2_000; !condition(); left--) {
    if (left === 0) throw new Error(`never so: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const thrownBy = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error("it was answered");
    },
    (thrown: unknown) => thrown,
  );

const timed = async (work: Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work;
  return performance.now() - begin;
};

describe("requests and their lanes", () => {
  test("one lane serves what does not wait, in order", async () => {
    const { lanes, names, echo } = open({ patienceMs: 60_000 });
    const order: number[] = [];
    await Promise.all(Array.from({ length: 50 }, async (_, i) => order.push(await echo(i))));
    expect(order).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect([lanes.size, names]).toEqual([1, ["query-1"]]);
  });

  test("cheap requests behind a costly one get a lane of their own", async () => {
    const { lanes, gate, hold, echo, letGo } = open();
    const held = hold();
    const answered = await Promise.all(Array.from({ length: 20 }, (_, i) => echo(i)));
    expect(answered).toHaveLength(20);
    expect([lanes.size, Atomics.load(gate, 0)]).toEqual([2, 1]);
    letGo(1);
    await held;
  });

  test("costly requests use all lanes but one, up to the bound, and one of them never waits for a cheap one", async () => {
    const { lanes, gate, hold, echo, letGo } = open();
    const held = Array.from({ length: 6 }, () => hold());
    await until(() => Atomics.load(gate, 0) === 2);
    expect(await Promise.all([echo(1), echo(2), echo(3)])).toEqual([1, 2, 3]);
    expect([lanes.size, Atomics.load(gate, 0)]).toEqual([3, 2]);
    letGo(6);
    await Promise.all(held);
    expect(Atomics.load(gate, 2)).toBe(2);
    expect(lanes.size).toBe(3);
  });

  test("costly requests of one contract leave a lane to those of others, and all of them one to the cheap", async () => {
    const { lanes, gate, hold, echo, letGo } = open({ most: 4 });
    const burning = Array.from({ length: 8 }, () => hold("burner"));
    await until(() => lanes.size === 4 && !lanes.isStarting);
    expect([await echo(1), Atomics.load(gate, 0)]).toEqual([1, 2]);
    const other = hold("other");
    await until(() => Atomics.load(gate, 0) === 3);
    expect(await echo(2)).toBe(2);
    letGo(9);
    await Promise.all([...burning, other]);
    expect(Atomics.load(gate, 2)).toBe(3);
  });

  test("who has used little is served before who has used much, however many of those wait", async () => {
    const { nap } = open({ most: 1 });
    const order: string[] = [];
    const ask = (by: string): Promise<unknown> => nap(by, 20).then(() => order.push(by));
    const all = Array.from({ length: 6 }, () => ask("burner"));
    all.push(...Array.from({ length: 2 }, () => ask("other")));
    await Promise.all(all);
    // One was running; from then on the turns change, but for what a nap takes more or less.
    expect(order[0]).toBe("burner");
    expect(order.lastIndexOf("other")).toBeLessThan(4);
  });

  test("where no lane is kept one comes at once, and none is left when there is no work", async () => {
    const { lanes, names, faults, echo } = open({ least: 0, patienceMs: 60_000, idleMs: 30 });
    expect(lanes.size).toBe(0);
    expect(await echo(1)).toBe(1);
    await until(() => lanes.size === 0);
    expect(await Promise.all([echo(2), echo(3)])).toEqual([2, 3]);
    expect([names, faults]).toEqual([["query-1", "query-2"], []]);
  });

  test("where nothing is cheap, costly requests of one contract leave a lane to those of others", async () => {
    const { lanes, gate, hold, letGo } = open({ least: 0, most: 2, forCheap: 0, patienceMs: 0 });
    const burning = Array.from({ length: 4 }, () => hold("burner"));
    await until(() => lanes.size === 2 && !lanes.isStarting);
    expect(Atomics.load(gate, 0)).toBe(1);
    const other = hold("other");
    await until(() => Atomics.load(gate, 0) === 2);
    letGo(5);
    await Promise.all([...burning, other]);
    expect(Atomics.load(gate, 2)).toBe(2);
  });

  test("with a bound of one lane everything takes its turn", async () => {
    const { lanes, gate, hold, echo, letGo } = open({ most: 1 });
    const order: string[] = [];
    const all = [
      hold().then(() => order.push("first")),
      hold().then(() => order.push("second")),
      echo(3).then(() => order.push("third")),
    ];
    await until(() => Atomics.load(gate, 0) === 1);
    letGo(2);
    await Promise.all(all);
    expect([order, lanes.size]).toEqual([["first", "second", "third"], 1]);
  });

  test("a request that fails leaves its lane to the next", async () => {
    const { lanes, faults, echo } = open();
    expect(await thrownBy(lanes.ask(CHEAP, 0, "fail"))).toMatchObject({ message: "the work failed" });
    expect([await echo(1), lanes.size, faults]).toEqual([1, 1, []]);
  });
});

describe("the end of lanes", () => {
  test("lanes without work end, the first stays, and no fault is told; they come again", async () => {
    const { lanes, names, faults, hold, echo, letGo } = open({ idleMs: 30 });
    for (let round = 0; round < 3; round++) {
      const held = [hold(), hold()];
      await until(() => lanes.size === 3);
      letGo(2);
      await Promise.all(held);
      await until(() => lanes.size === 1);
      expect(await echo(round)).toBe(round);
    }
    expect(names).toHaveLength(7);
    expect(faults).toEqual([]);
  });

  test("a lane that dies is a fault, and so is what it was asked", async () => {
    const { lanes, faults, hold } = open();
    const held = thrownBy(hold());
    expect(await thrownBy(lanes.ask(CHEAP, 0, "die"))).toBeInstanceOf(EnvironmentFault);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatchObject({ message: "the query-2 thread ended" });
    await lanes.stop();
    expect(await held).toBeInstanceOf(EnvironmentFault);
    expect(faults).toHaveLength(1);
  });

  test("a stop ends lanes that work and refuses what waits", async () => {
    const { lanes, gate, faults, hold, echo } = open();
    const held = Array.from({ length: 4 }, () => thrownBy(hold()));
    await until(() => Atomics.load(gate, 0) === 2);
    expect(await timed(lanes.stop())).toBeLessThan(STOP_MS);
    for (const each of [...(await Promise.all(held)), await thrownBy(echo(1))]) {
      expect(each).toBeInstanceOf(EnvironmentFault);
    }
    expect([faults, lanes.size]).toEqual([[], 0]);
  });

  test("a stop ends lanes that start", async () => {
    const { lanes, faults, echo } = open({}, 20_000);
    const asked = thrownBy(echo(1));
    expect(await timed(lanes.stop())).toBeLessThan(STOP_MS);
    expect(await asked).toBeInstanceOf(EnvironmentFault);
    expect(faults).toEqual([]);
  });
});

describe("the bound on what waits", () => {
  test("is of each weight alone, and says what to do", async () => {
    const { gate, hold, echo, letGo } = open({ most: 1, maxWaiting: 3 });
    const first = hold();
    await until(() => Atomics.load(gate, 0) === 1);
    const waiting = [hold(), hold(), hold()];
    const refused = await thrownBy(hold());
    expect(ChainError.is(refused, NodeError.busy)).toBe(true);
    expect((refused as ChainError).message).toBe(
      "too many long queries and simulations wait for an answer; send fewer at once, or try again later: the node is busy",
    );
    const cheap = echo(7);
    letGo(4);
    await Promise.all([first, ...waiting]);
    expect(await cheap).toBe(7);
    const again = hold();
    letGo(1);
    await again;
  });

  test("counts bytes, and gives them back", async () => {
    const { lanes, gate, hold, letGo } = open({ most: 1 });
    const first = hold();
    await until(() => Atomics.load(gate, 0) === 1);
    const waiting = lanes.ask(CHEAP, 900, "echo", 1);
    expect(await thrownBy(lanes.ask(CHEAP, 101, "echo", 2))).toMatchObject({ codespace: "node", code: 2 });
    const fits = lanes.ask(CHEAP, 100, "echo", 3);
    letGo(1);
    expect([await first, await waiting, await fits]).toEqual([undefined, 1, 3]);
    expect(await lanes.ask(CHEAP, 1_000, "echo", 4)).toBe(4);
  });
});

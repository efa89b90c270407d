// SPDX-License-Identifier: Apache-2.0
import { equals } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { type Channel, type FrameHandler, MAX_FRAME } from "@sotto/protocol";
import { afterAll, describe, expect, it } from "vitest";
import {
  decodeRecording,
  encodeRecording,
  inlineChannel,
  type RecordedFrame,
  recordingChannel,
  replayingChannel,
  workerChannel,
} from "../src/index.ts";
import { testPeer } from "./peers.mjs";

const entry = new URL("./worker.mjs", import.meta.url);
const workers = [workerChannel(entry), workerChannel(entry, { spin: 0 })] as const;
afterAll(async () => {
  await Promise.all(workers.map((each) => each.close()));
});

const noAsk: FrameHandler = () => {
  throw new Error("asked");
};
const frames: RecordedFrame[] = [];

describe.each<[string, Channel]>([
  ["inline", inlineChannel(testPeer)],
  ["a worker", workers[0]],
  ["a worker that sleeps at once", workers[1]],
  ["inline, recorded", recordingChannel(inlineChannel(testPeer), (frame) => frames.push(frame))],
])("the channel %s", (_name, channel) => {
  const call = (bytes: readonly number[], serve: FrameHandler = noAsk) => channel.call(Uint8Array.from(bytes), serve);

  it("answers", () => {
    expect(call([0, 1, 2, 3])).toEqual(Uint8Array.of(0, 1, 2, 3));
    expect(call([0])).toEqual(Uint8Array.of(0));
  });

  it("serves asks while a call is open, many of them", () => {
    expect(call([1, 42], (ask) => Uint8Array.of((ask[0] ?? 0) + 1))).toEqual(Uint8Array.of(43));
    const served = call([2, 200], (ask) => Uint8Array.of(255 - (ask[0] ?? 0)));
    expect(served).toEqual(Uint8Array.from({ length: 200 }, (_, i) => 255 - i));
  });

  it("nests calls made while serving, last in first out", () => {
    const nested =
      (depth: number): FrameHandler =>
      (ask) =>
        depth === 0 ? ask.slice() : channel.call(Uint8Array.of(1, depth, ...ask), nested(depth - 1));
    expect([...call([1, 99], nested(8))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 99]);
  });

  it("carries frames of megabytes whole, both ways", () => {
    const big = new Uint8Array(2_700_003).map((_, i) => i * 31);
    big[0] = 3;
    const total = big.subarray(1).reduce((sum, byte) => (sum + byte) % 65536, 0);
    expect(channel.call(big, noAsk)).toEqual(Uint8Array.of(total >> 8, total & 255));
    expect(call([4]).length).toBe(3_000_001);
    expect(call([7], (ask) => ask.slice(0, 1_500_000)).length).toBe(1_500_000);
    const exact = new Uint8Array(1 << 20);
    expect(equals(channel.call(exact, noAsk), exact)).toBe(true);
  });
});

describe("a frame of the largest size", () => {
  it("passes every transport; a lane does not take a longer one", () => {
    for (const channel of [inlineChannel(testPeer), workers[0]]) {
      const largest = new Uint8Array(MAX_FRAME);
      largest[0] = 3;
      largest[MAX_FRAME - 1] = 7;
      expect(channel.call(largest, noAsk)).toEqual(Uint8Array.of(0, 7));
    }
    const lane = workerChannel(entry);
    expect(() => lane.call(new Uint8Array(MAX_FRAME + 1), noAsk)).toThrow(EnvironmentFault);
  });
});

describe("a worker", () => {
  it("is given copies: it does not see what the host does to a frame later", () => {
    const request = Uint8Array.of(5, 1, 1);
    workers[0].call(request, noAsk);
    request.fill(9);
    expect(workers[0].call(Uint8Array.of(6), noAsk)).toEqual(Uint8Array.of(5, 1, 1));
  });
});

describe("a worker whose peer is gone", () => {
  it("is a fault of the node at once, when its code has thrown", () => {
    const worker = workerChannel(entry);
    expect(() => worker.call(Uint8Array.of(99), noAsk)).toThrow(EnvironmentFault);
    expect(() => worker.call(Uint8Array.of(0), noAsk)).toThrow(EnvironmentFault);
  });

  it("is one at once when it was closed", async () => {
    const worker = workerChannel(entry);
    expect(worker.call(Uint8Array.of(0), noAsk)).toEqual(Uint8Array.of(0));
    await worker.close();
    await worker.close();
    expect(() => worker.call(Uint8Array.of(0), noAsk)).toThrow(EnvironmentFault);
  });

  it("is one at once when its module cannot be loaded, and says why", () => {
    const worker = workerChannel(new URL("./nothing.mjs", import.meta.url));
    expect(() => worker.call(Uint8Array.of(0), noAsk)).toThrow(EnvironmentFault);
    expect(() => worker.call(Uint8Array.of(0), noAsk)).toThrow(/thread has ended: .*Cannot find module.*nothing/);
  });
});

describe("a host that throws while serving", () => {
  it("through a lane breaks it, which is why the client answers instead", () => {
    const channel = inlineChannel(testPeer);
    expect(() => channel.call(Uint8Array.of(1, 2), noAsk)).toThrow("asked");
  });
});

describe("a recording", () => {
  const record = () => {
    const out: RecordedFrame[] = [];
    const channel = recordingChannel(inlineChannel(testPeer), (frame) => out.push(frame));
    const inner: FrameHandler = (ask) => channel.call(Uint8Array.of(0, ...ask), noAsk);
    channel.call(Uint8Array.of(2, 3), (ask) => ask.slice());
    channel.call(Uint8Array.of(1, 5), inner);
    return out;
  };
  const play = (channel: Channel) => {
    const inner: FrameHandler = (ask) => channel.call(Uint8Array.of(0, ...ask), noAsk);
    return [channel.call(Uint8Array.of(2, 3), (ask) => ask.slice()), channel.call(Uint8Array.of(1, 5), inner)];
  };

  it("is played back without the peer, nested calls included", () => {
    expect(play(replayingChannel(record()))).toEqual([Uint8Array.of(0, 1, 2), Uint8Array.of(0, 5)]);
  });

  it("refuses a host that does something else", () => {
    const other = (change: (channel: Channel) => void) => () => change(replayingChannel(record()));
    expect(other((channel) => channel.call(Uint8Array.of(2, 4), noAsk))).toThrow(EnvironmentFault);
    expect(other((channel) => channel.call(Uint8Array.of(2, 3), () => Uint8Array.of(77)))).toThrow(EnvironmentFault);
    expect(other((channel) => [...play(channel), channel.call(Uint8Array.of(0), noAsk)])).toThrow(EnvironmentFault);
  });

  it("is kept as bytes, and damaged ones are refused", () => {
    const recording = record();
    const bytes = encodeRecording(recording);
    expect(decodeRecording(bytes)).toEqual(recording);
    expect(decodeRecording(new Uint8Array(0))).toEqual([]);
    for (let cut = 1; cut < bytes.length; cut++) {
      try {
        expect(decodeRecording(bytes.slice(0, cut)).length).toBeLessThan(recording.length);
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(EnvironmentFault);
      }
    }
    expect(() => decodeRecording(bytes.map((byte, i) => (i === 0 ? 9 : byte)))).toThrow(EnvironmentFault);
  });
});

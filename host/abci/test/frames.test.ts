// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import { ChainError } from "@sotto/errors";
import { RequestSchema } from "@sotto/proto/tendermint.abci";
import { describe, expect, it } from "vitest";
import { randomOf } from "../../../tools/tests/seed.mjs";
import { AbciError } from "../src/errors.ts";
import { FrameReader } from "../src/frames.ts";
import { ABCI_LIMITS } from "../src/limits.ts";
import { METHODS } from "../src/methods.ts";
import { decodeRequest, openRequest } from "../src/requests.ts";
import { assertSize } from "../src/session.ts";
import { checkTx, echo, FLUSH, finalizeBlock, frameOf, info, varint } from "./support/client.ts";

const reader = () => new FrameReader((method, length) => assertSize(method, length, ABCI_LIMITS));

/** Pushes chunks; the method and the size of each frame. */
function cut(chunks: readonly Uint8Array[], of = reader()): (readonly [string, number])[] {
  const found: (readonly [string, number])[] = [];
  for (const chunk of chunks) {
    of.push(chunk);
    for (let frame = of.next(); frame !== undefined; frame = of.next()) {
      found.push([frame.method.name, frame.bytes.length]);
    }
  }
  return found;
}

function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

describe("frames of a socket", () => {
  it("are the same wherever the bytes are cut", () => {
    const frames = [FLUSH, info, echo("x".repeat(300)), checkTx(new Uint8Array(200_000)), finalizeBlock(7n), FLUSH];
    const whole = Buffer.concat(frames);
    const expected = cut([whole]);
    expect(expected.map(([name]) => name)).toEqual(["flush", "info", "echo", "checkTx", "finalizeBlock", "flush"]);
    const random = randomOf();
    for (let round = 0; round < 50; round++) {
      const most = 1 + Math.floor(random() ** 4 * whole.length);
      const chunks: Uint8Array[] = [];
      for (let at = 0; at < whole.length; ) {
        const end = at + 1 + Math.floor(random() * most);
        chunks.push(whole.subarray(at, end));
        at = end;
      }
      expect(cut(chunks)).toEqual(expected);
    }
    expect(cut(Array.from(whole.subarray(0, 1_000), (byte) => Uint8Array.of(byte)))).toEqual(
      cut([whole.subarray(0, 1_000)]),
    );
  });

  it("hold the bytes of their request, and nothing else", () => {
    const tx = Uint8Array.from({ length: 100_000 }, (_, i) => i);
    const of = reader();
    const bytes = checkTx(tx);
    of.push(bytes.subarray(0, 70_000));
    expect(of.next()).toBeUndefined();
    expect(of.isInside).toBe(true);
    of.push(Buffer.concat([bytes.subarray(70_000), FLUSH]));
    const frame = of.next();
    if (frame === undefined) throw new Error("no frame");
    const request = decodeRequest(frame.method, openRequest(frame.method, frame.bytes));
    expect(Buffer.compare(Reflect.get(request, "tx"), tx)).toBe(0);
    expect(of.next()?.method.name).toBe("flush");
    expect(of.isInside).toBe(false);
  });

  it.each([
    ["a length over five bytes", Uint8Array.of(255, 255, 255, 255, 255, 1)],
    ["a length that never ends", new Uint8Array(64).fill(128)],
    ["a length over 2^31-1", varint(2 ** 31)],
    ["no bytes", Uint8Array.of(0)],
  ])("refuse %s", (_what, bytes) => {
    const thrown = thrownBy(() => cut([bytes]));
    expect(ChainError.is(thrown, AbciError.malformed)).toBe(true);
  });

  it("refuse a request by its first bytes, before the others come", () => {
    const { consensusBytes, requestBytes } = ABCI_LIMITS;
    const begin = (length: number, ...tag: number[]) => Buffer.concat([varint(length), Uint8Array.of(...tag)]);
    // Field 8 is CheckTx, field 20 FinalizeBlock.
    const overs = [begin(requestBytes + 1, 0x42, 0), begin(consensusBytes + 1, 0xa2, 1), begin(2 ** 31 - 1, 0x42, 0)];
    for (const over of overs) {
      const thrown = thrownBy(() => cut([over]));
      expect(ChainError.is(thrown, AbciError.tooLarge)).toBe(true);
    }
    expect(cut([begin(requestBytes, 0x42, 0)])).toEqual([]);
    expect(cut([begin(consensusBytes, 0xa2, 1)])).toEqual([]);
    for (const tag of [[0x22], [0x3a], [0x08], [0x43], [0xff, 0x7f], [0xff, 0xff]]) {
      const thrown = thrownBy(() => cut([begin(1_000, ...tag, 0, 0)]));
      expect(ChainError.is(thrown, AbciError.unknownRequest)).toBe(true);
    }
  });
});

describe("requests", () => {
  it("have the numbers of CometBFT's proto file", () => {
    const numbers = METHODS.map(({ goName, field, answerField, kind }) => `${goName} ${field} ${answerField} ${kind}`);
    expect(numbers).toEqual([
      "Echo 1 2 undefined",
      "Flush 2 3 undefined",
      "Info 3 4 query",
      "Query 6 7 query",
      "CheckTx 8 9 mempool",
      "InitChain 5 6 consensus",
      "PrepareProposal 16 17 consensus",
      "ProcessProposal 17 18 consensus",
      "ExtendVote 18 19 consensus",
      "VerifyVoteExtension 19 20 consensus",
      "FinalizeBlock 20 21 consensus",
      "Commit 11 12 consensus",
      "ListSnapshots 12 13 snapshot",
      "OfferSnapshot 13 14 snapshot",
      "LoadSnapshotChunk 14 15 snapshot",
      "ApplySnapshotChunk 15 16 snapshot",
    ]);
  });

  it("are one field, and well formed inside", () => {
    const method = METHODS.find(({ name }) => name === "checkTx");
    if (method === undefined) throw new Error("no method");
    const one = toBinary(
      RequestSchema,
      create(RequestSchema, { value: { case: "checkTx", value: { tx: new Uint8Array(3) } } as never }),
    );
    expect(openRequest(method, one).length).toBe(5);
    for (const bytes of [Buffer.concat([one, one]), Buffer.concat([one, Uint8Array.of(0)]), one.subarray(0, 4)]) {
      const thrown = thrownBy(() => openRequest(method, bytes));
      expect(ChainError.is(thrown, AbciError.malformed)).toBe(true);
    }
    for (const body of [Uint8Array.of(0x0a, 9), Uint8Array.of(0x08, 1), Uint8Array.of(0xff), Uint8Array.of(0x0b)]) {
      const thrown = thrownBy(() => decodeRequest(method, body));
      expect(ChainError.is(thrown, AbciError.malformed)).toBe(true);
      expect(String(thrown)).toContain("CheckTx");
    }
    expect(frameOf({ case: "flush", value: {} })).toEqual(Buffer.from([2, 0x12, 0]));
  });
});

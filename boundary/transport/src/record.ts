// SPDX-License-Identifier: Apache-2.0
import { equals, readBeU32 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import type { Channel } from "@sotto/protocol";

/** Sender and purpose of a frame. Wire of a recording. */
const FrameKind = { request: 1, ask: 2, served: 3, answer: 4 } as const;
type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

/** All frames in order: the kind and the bytes of each. */
export interface RecordedFrame {
  readonly kind: FrameKind;
  readonly bytes: Uint8Array;
}

/**
 * Passes every frame on and shows it to `onFrame` first: crash reproduction, fuzz corpora, leak
 * tests.
 */
export function recordingChannel(inner: Channel, onFrame: (frame: RecordedFrame) => void): Channel {
  return {
    call(request, serve) {
      onFrame({ kind: FrameKind.request, bytes: request.slice() });
      const answer = inner.call(request, (ask) => {
        onFrame({ kind: FrameKind.ask, bytes: ask.slice() });
        const served = serve(ask);
        onFrame({ kind: FrameKind.served, bytes: served.slice() });
        return served;
      });
      onFrame({ kind: FrameKind.answer, bytes: answer.slice() });
      return answer;
    },
  };
}

/** One byte of kind, four of length (big-endian), the frame. */
export function encodeRecording(frames: readonly RecordedFrame[]): Uint8Array {
  const out = new Uint8Array(frames.reduce((n, frame) => n + 5 + frame.bytes.length, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const { kind, bytes } of frames) {
    out[at] = kind;
    view.setUint32(at + 1, bytes.length, false);
    out.set(bytes, at + 5);
    at += 5 + bytes.length;
  }
  return out;
}

/** Inverse of encodeRecording. Throws EnvironmentFault for a cut or foreign file. */
export function decodeRecording(bytes: Uint8Array): RecordedFrame[] {
  const frames: RecordedFrame[] = [];
  let at = 0;
  while (at < bytes.length) {
    const kind = bytes[at];
    if (bytes.length - at < 5 || kind === undefined || kind < 1 || kind > 4)
      throw new EnvironmentFault("not a recording of the boundary");
    const length = readBeU32(bytes, at + 1);
    if (length > bytes.length - at - 5) throw new EnvironmentFault("the recording of the boundary is cut short");
    frames.push({ kind: kind as FrameKind, bytes: bytes.slice(at + 5, at + 5 + length) });
    at += 5 + length;
  }
  return frames;
}

/**
 * Answers from a recording instead of an enclave: a node without an enclave re-executes blocks.
 * Requests and served answers must be equal to the recorded bytes; a difference throws
 * EnvironmentFault.
 */
export function replayingChannel(frames: readonly RecordedFrame[]): Channel {
  let at = 0;
  const expect = (kind: FrameKind, bytes: Uint8Array) => {
    const frame = frames[at++];
    if (frame === undefined || frame.kind !== kind || !equals(frame.bytes, bytes)) {
      throw new EnvironmentFault(`frame ${at - 1} differs from the recording`);
    }
  };
  return {
    call(request, serve) {
      expect(FrameKind.request, request);
      for (;;) {
        const frame = frames[at];
        if (frame === undefined) throw new EnvironmentFault("the recording ends inside a call");
        if (frame.kind === FrameKind.answer) {
          at++;
          return frame.bytes.slice();
        }
        if (frame.kind !== FrameKind.ask) throw new EnvironmentFault(`frame ${at} differs from the recording`);
        at++;
        const served = serve(frame.bytes.slice());
        expect(FrameKind.served, served);
      }
    },
  };
}

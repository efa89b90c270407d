// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault, OutOfGas } from "@sotto/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  BoundaryError,
  EnclaveError,
  type EnclaveService,
  enclaveClient,
  type HostService,
  MAX_FRAME,
  Method,
  type Peer,
  serveEnclave,
} from "../src/index.ts";
import { ReadStateAnswer } from "../src/messages.ts";

const NONE = new Uint8Array(0);
const METHODS = Object.values(Method);
const never = (): never => {
  throw new Error("plaintext of a secret contract");
};
/** A service that fails as with a bug: with a text that must not leave. */
const broken: EnclaveService = {
  start: never,
  submitBlock: never,
  call: never,
  reply: never,
  query: never,
  commitBlock: never,
  trust: never,
  createNode: never,
  admit: never,
  receiveKeys: never,
  showState: never,
};
const NO_PROOF = { proof: new Uint8Array(0), store: new Uint8Array(0) };
const client = (peer: Peer) => enclaveClient({ call: (request, serve) => peer(request, serve) });
const query = { contract: undefined, query: new Uint8Array(3), gasLimit: 1, depth: 1, height: 1, time: "1" };
const host = (changes: Partial<HostService> = {}): HostService => ({
  readState: never,
  proveRow: never,
  proveState: never,
  proveStore: never,
  queryChain: never,
  readCode: never,
  ...changes,
});

describe("what leaves the enclave's side", () => {
  const peer = serveEnclave(broken);

  it("is two bytes when the service fails, whatever it threw", () => {
    for (const method of METHODS) {
      expect(peer(Uint8Array.of(method), never)).toEqual(Uint8Array.of(2, EnclaveError.internal.code));
    }
  });

  it("is a refusal for unknown methods, no bytes, and any other bytes", () => {
    for (const bytes of [[], [0], [99], [255, 1]]) {
      expect(peer(Uint8Array.from(bytes), never)).toEqual(Uint8Array.of(1, BoundaryError.unknownMethod.code));
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(peer(bytes, never).length).toBe(2);
      }),
    );
  });

  it("becomes the same error again on the host's side", () => {
    const refusing = (error: Error) =>
      client(
        serveEnclave({
          ...broken,
          commitBlock: () => {
            throw error;
          },
        }),
      );
    for (const factory of [BoundaryError.wrongHeight, EnclaveError.txSignature]) {
      const expected = { codespace: factory.codespace, code: factory.code, message: factory.summary };
      expect(() => refusing(factory("detail that stays inside")).commitBlock()).toThrow(
        expect.objectContaining(expected),
      );
    }
  });

  it("is a fault of the node when it is no answer at all", () => {
    for (const bytes of [[], [1, 200], [9, 1]]) {
      expect(() => client(() => Uint8Array.from(bytes)).commitBlock()).toThrow(EnvironmentFault);
    }
  });
});

describe("a frame beyond the limit", () => {
  const long = new Uint8Array(MAX_FRAME + 1);
  const malformed = { codespace: "boundary", code: BoundaryError.malformedFrame.code };

  it("is refused by the enclave, whatever its method, and by its host as an answer", () => {
    for (const method of METHODS) {
      long[0] = method;
      expect(serveEnclave(broken)(long, never)).toEqual(Uint8Array.of(1, BoundaryError.malformedFrame.code));
    }
    long[0] = 0;
    expect(() => client(() => long).commitBlock()).toThrow(expect.objectContaining(malformed));
    expect(MAX_FRAME).toBe(33_554_432);
  });

  it("is refused as an ask and as what the host served", () => {
    const asking: EnclaveService = {
      ...broken,
      query: (_request, asked) => {
        asked.readState({ key: new Uint8Array(1), proof: 0 });
        throw new Error("unreachable");
      },
    };
    const request = ReadStateAnswer.encode({ value: undefined, ...NO_PROOF }, 5);
    long[0] = 0;
    expect(serveEnclave(asking)(request, () => long)).toEqual(Uint8Array.of(1, BoundaryError.malformedFrame.code));
    long[0] = 1;
    const stubborn: Peer = (_request, ask) => ask(long);
    expect(() => client(stubborn).query(query, host())).toThrow(expect.objectContaining(malformed));
  });

  it("is not written by either side, and the next one is", () => {
    const sent: number[] = [];
    const small = { header: NONE, commit: NONE, validators: NONE };
    const counting = client((request) => {
      sent.push(request.length);
      return Uint8Array.of(0);
    });
    expect(() => counting.submitBlock({ ...small, txs: [new Uint8Array(MAX_FRAME - 5)] })).toThrow(
      expect.objectContaining(malformed),
    );
    expect(sent).toEqual([]);
    // Method, tag and a length of four bytes stand before them.
    counting.submitBlock({ ...small, txs: [new Uint8Array(MAX_FRAME - 6)] });
    expect(sent).toEqual([MAX_FRAME]);
    const talkative = client(
      serveEnclave({
        ...broken,
        commitBlock: () => ({ sealed: new Uint8Array(MAX_FRAME), writes: undefined, headerProof: NONE }),
      }),
    );
    expect(() => talkative.commitBlock()).toThrow(expect.objectContaining(malformed));
  });
});

describe("what the host throws while it is asked", () => {
  const asking: EnclaveService = {
    ...broken,
    query: (_request, asked) => {
      asked.readState({ key: new Uint8Array(1), proof: 0 });
      throw new Error("unreachable");
    },
  };

  it("comes back to it, the very same", () => {
    for (const thrown of [new OutOfGas("ReadFlat"), new EnvironmentFault("disk"), new TypeError("bug")]) {
      const readState = () => {
        throw thrown;
      };
      expect(() => client(serveEnclave(asking)).query(query, host({ readState }))).toThrow(thrown);
    }
  });

  it("ends the call even when the enclave goes on asking", () => {
    let asks = 0;
    const stubborn: Peer = (_request, ask) => {
      for (let i = 0; i < 3; i++) ask(Uint8Array.of(1));
      return Uint8Array.of(0);
    };
    const readState = () => {
      asks++;
      throw new OutOfGas(`ask ${asks}`);
    };
    expect(() => client(stubborn).query(query, host({ readState }))).toThrow("ask 1");
    expect(asks).toBe(1);
  });

  it("is what an ask that is none gets too", () => {
    const peer: Peer = (_request, ask) => ask(Uint8Array.of(77));
    expect(() => client(peer).query(query, host())).toThrow(
      expect.objectContaining({ code: BoundaryError.unknownMethod.code }),
    );
  });

  it("cannot happen outside of a call: no host answers then", () => {
    const peer: Peer = (_request, ask) => ask(Uint8Array.of(1));
    expect(() => client(peer).commitBlock()).toThrow(expect.objectContaining({ code: BoundaryError.noCallOpen.code }));
  });
});

describe("a proof of a row", () => {
  it("is fetched with the row, as far as the enclave asks for it", () => {
    const row = Uint8Array.of(7);
    const serving = host({
      readState: () => row,
      proveRow: (key, known) => Uint8Array.of(known, ...key),
      proveStore: () => Uint8Array.of(2),
    });
    const seen: unknown[] = [];
    const asking: EnclaveService = {
      ...broken,
      query: (_request, asked) => {
        for (const proof of [0, 1, 2]) seen.push(asked.readState({ key: Uint8Array.of(9), proof }));
        throw BoundaryError.rowRefused();
      },
    };
    expect(() => client(serveEnclave(asking)).query(query, serving)).toThrow(
      expect.objectContaining({ code: BoundaryError.rowRefused.code }),
    );
    const none = new Uint8Array(0);
    expect(seen).toEqual([
      { value: row, proof: none, store: none },
      { value: row, proof: Uint8Array.of(0, 9), store: Uint8Array.of(2) },
      { value: row, proof: Uint8Array.of(1, 9), store: none },
    ]);
  });
});

describe("an absent row", () => {
  it("differs from an empty one", () => {
    expect(ReadStateAnswer.decode(ReadStateAnswer.encode({ value: undefined, ...NO_PROOF })).value).toBeUndefined();
    expect(ReadStateAnswer.decode(ReadStateAnswer.encode({ value: new Uint8Array(0), ...NO_PROOF })).value).toEqual(
      new Uint8Array(0),
    );
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { ContractRef } from "../src/index.ts";
import { ReadStateAnswer } from "../src/messages.ts";

const ref = {
  address: new Uint8Array(20).fill(1),
  codeHash: new Uint8Array(32).fill(2),
  ogKey: new Uint8Array(64).fill(3),
  currentKey: new Uint8Array(0),
  currentKeyProof: new Uint8Array(0),
  admin: "",
  adminProof: new Uint8Array(32).fill(4),
};

describe("what was decoded", () => {
  it.each([
    ["bytes", (bytes: Uint8Array) => bytes],
    ["a Buffer", (bytes: Uint8Array) => Buffer.from(bytes)],
    ["a Buffer inside a larger one", (bytes: Uint8Array) => Buffer.concat([Buffer.alloc(7), bytes]).subarray(7)],
  ])("from %s is the reader's own: the sender cannot change it afterwards", (_name, sent) => {
    const one = sent(ContractRef.encode(ref));
    const decoded = ContractRef.decode(one);
    const two = sent(
      ReadStateAnswer.encode({ value: Uint8Array.of(5, 6, 7), proof: new Uint8Array(0), store: new Uint8Array(0) }),
    );
    const row = ReadStateAnswer.decode(two);
    one.fill(255);
    two.fill(255);
    expect(decoded).toEqual(ref);
    expect(row.value).toEqual(Uint8Array.of(5, 6, 7));
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { segmentsIn, segmentsOf } from "../src/container.ts";
import {
  evidenceOfCopy,
  evidenceOfKeys,
  evidenceText,
  Found,
  hpkeOpen,
  type KeySet,
  lowestBits,
  newDevice,
  openAll,
  pcm16,
  raw8,
  type Sealed,
  seal,
  unwrapKeys,
  variantKey,
} from "../src/index.ts";
import { unmarkedSecret } from "../src/keys.ts";

const INFO = { title: "A song", mediaType: "audio/wav", uri: "https://example.org/1" };
const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "hex"));

/** The keys of a word. */
const keysOf = ({ master }: Sealed, word: (i: number) => 0 | 1, marked = 256): KeySet => ({
  version: 1,
  unmarked: unmarkedSecret(master),
  marked: Array.from({ length: marked }, (_, i) => variantKey(master, i, word(i))),
});

describe("HPKE", () => {
  // RFC 9180, A.2.1: base setup, the first encryption.
  const secretKey = bytes("8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb");
  const enc = bytes("1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a");
  const info = bytes("4f6465206f6e2061204772656369616e2055726e");
  const ct = bytes("1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28");

  it("opens the message of RFC 9180", () => {
    const text = hpkeOpen(secretKey, { enc, ct }, info, bytes("436f756e742d30"));
    expect(Buffer.from(text).toString()).toBe("Beauty is truth, truth beauty");
  });

  it("refuses another info, key or text, and says which device is needed", () => {
    expect(() => hpkeOpen(secretKey, { enc, ct }, bytes("00"))).toThrow();
    expect(() => hpkeOpen(newDevice().secretKey, { enc, ct }, info)).toThrow();
    const of = { contract: "secret1x", licence: 7n, version: 1 };
    expect(() => unwrapKeys(newDevice(), { enc, ct }, of)).toThrow(/the keys of licence 7 are for another device/);
  });
});

describe("a container", () => {
  it.each([1, 3, 511, 512, 513, 100_000])("of a file of %i bytes opens with the keys of any word", async (size) => {
    const file = Uint8Array.from({ length: size }, (_, i) => (i * 7) & 0xff);
    const sealed = seal(file, INFO);
    for (const word of [() => 0 as const, () => 1 as const, (i: number) => (i & 1) as 0 | 1])
      expect(await openAll(sealed.container, keysOf(sealed, word), sealed.item)).toEqual(file);
  });

  it("covers the file once, with its marked segments spread over it", () => {
    for (const size of [5, 5_000, 20_000_000]) {
      const parts = [...segmentsIn(new Uint8Array(size), 256)];
      expect(parts.length).toBe(segmentsOf(size, 256));
      expect(parts.reduce((sum, part) => sum + part.bytes.length, 0)).toBe(size);
      expect(parts.filter(({ mark }) => mark >= 0).map(({ mark }) => mark)).toEqual(
        Array.from({ length: 256 }, (_, i) => i),
      );
    }
  });

  it("of no bytes is refused", () => {
    expect(() => seal(new Uint8Array(0), INFO)).toThrow(/the file is empty/);
  });

  it("is refused with keys of another number of marked segments", async () => {
    const sealed = seal(new Uint8Array(1_000), INFO);
    const keys = keysOf(sealed, () => 0, 255);
    await expect(openAll(sealed.container, keys, sealed.item)).rejects.toThrow(/the keys are for 255 marked segments/);
  });

  it("is refused when a mark changes a length", () => {
    expect(() => seal(new Uint8Array(10_000), { ...INFO, mark: (part) => part.subarray(1) })).toThrow(RangeError);
  });
});

describe("evidence", () => {
  const file = Uint8Array.from({ length: 60_000 }, (_, i) => (i * 31 + (i >> 7)) & 0xff);

  it("of keys tells variant 0, variant 1, none and both", () => {
    const sealed = seal(file, INFO);
    const keys = [variantKey(sealed.master, 0, 0), variantKey(sealed.master, 1, 1)];
    keys.push(variantKey(sealed.master, 3, 0), variantKey(sealed.master, 3, 1), new Uint8Array(32));
    const evidence = evidenceOfKeys(sealed.master, keys);
    expect(evidence.slice(0, 5)).toEqual([Found.zero, Found.one, Found.absent, Found.both, Found.absent]);
    expect(Buffer.from(evidenceText(evidence), "base64")[0]).toBe(0b11_10_01_00);
  });

  it.each([
    ["pcm16", pcm16],
    ["raw8", raw8],
    ["24 bits", lowestBits(3)],
  ])("of a copy with the mark %s is the owner's word, and noise does not change it", async (_, mark) => {
    const sealed = seal(file, { ...INFO, mark });
    const word = (i: number): 0 | 1 => (((i * i + 3) >> 2) & 1 ? 1 : 0);
    const copy = await openAll(sealed.container, keysOf(sealed, word), sealed.item);
    for (let at = 0; at < copy.length; at += 17) copy[at] = (copy[at] ?? 0) ^ 1;
    expect(evidenceOfCopy(file, copy, mark)).toEqual(Array.from({ length: 256 }, (_each, i) => word(i)));
    expect(
      evidenceOfCopy(
        file,
        file.map(() => 0),
        (part) => part,
      ),
    ).toEqual(Array(256).fill(Found.absent));
    expect(() => evidenceOfCopy(file, file.subarray(1), mark)).toThrow(/align it first/);
  });
});

// SPDX-License-Identifier: Apache-2.0
/**
 * The file format `content/1`: the length of the header in 4 bytes, the header as JSON, then the
 * ciphertexts of all segments in order; of a marked segment first variant 0, then variant 1.
 */
import { gcm } from "@noble/ciphers/aes.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { base64 } from "@scure/base";
import { ByteReader } from "./byteReader.ts";
import { KEY_SIZE, type KeySet, numberBytes, segmentKey, unmarkedSecret, variantKey } from "./keys.ts";
import type { Mark } from "./marks.ts";

const FORMAT = "content/1";
const TAG = 16;
/** Each key encrypts one segment, so the nonce may be constant. */
const NONCE = new Uint8Array(12);
const LARGEST_SEGMENT = 16_384;
const LARGEST_HEADER = 1 << 26;

export interface Header {
  readonly format: typeof FORMAT;
  /** Random, 16 bytes in base64. */
  readonly id: string;
  readonly media_type: string;
  /** Bytes of the file. */
  readonly size: number;
  readonly segments: number;
  /** Segments with two variants, rising. */
  readonly positions: readonly number[];
  /** SHA-256 of each ciphertext in base64, in their order. */
  readonly hashes: readonly string[];
}

/** What the contract stores of a file and shows to everybody. */
export interface ItemInfo {
  readonly title: string;
  readonly media_type: string;
  readonly size: string;
  readonly uri: string;
  /** SHA-256 of the container's header in base64. */
  readonly sha256: string;
  readonly segments: number;
}

export interface SealOptions {
  readonly title: string;
  readonly mediaType: string;
  /** Where buyers can fetch the container. */
  readonly uri: string;
  /** Marked segments: the contract's query `config` has the number. 256 by default. */
  readonly marked?: number;
  /** Makes the variants differ; without it only keys can be traced, not the bare file. */
  readonly mark?: Mark;
}

export interface Sealed {
  readonly container: Uint8Array;
  readonly item: ItemInfo;
  /** 32 secret bytes: all keys are derived from it. */
  readonly master: Uint8Array;
}

/** The container differs from the published one. No byte of the named segment was returned. */
export class ContainerRefused extends Error {
  override readonly name = "ContainerRefused";
  /** From 0; undefined when the header is wrong. */
  readonly segment: number | undefined;

  constructor(problem: string, segment?: number) {
    super(segment === undefined ? problem : `segment ${segment} of the container ${problem}`);
    this.segment = segment;
  }
}

/** Segments begin at multiples of this, so that a mark finds whole samples. */
const ALIGNMENT = 4;

/** The first byte of a segment: all have nearly the same length. */
function startOf(segment: number, { size, segments }: { size: number; segments: number }): number {
  if (segment === segments) return size;
  return Math.floor((segment * size) / segments / ALIGNMENT) * ALIGNMENT;
}

/** Places of the marked segments, spread over the file. */
export const spread = (marked: number, segments: number): number[] =>
  Array.from({ length: marked }, (_, i) => Math.floor(((i + 0.5) * segments) / marked));

/** Segments of a file with so many marked ones. */
export const segmentsOf = (size: number, marked: number): number =>
  Math.max(2 * marked, Math.ceil(size / LARGEST_SEGMENT));

/** The plain segments of a file, and which of them are marked: the place among the marked or -1. */
export function* segmentsIn(
  file: Uint8Array,
  marked: number,
): Generator<{ segment: number; bytes: Uint8Array; mark: number }> {
  const segments = segmentsOf(file.length, marked);
  const places = new Map(spread(marked, segments).map((segment, mark) => [segment, mark]));
  const layout = { size: file.length, segments };
  for (let segment = 0; segment < segments; segment++) {
    const bytes = file.subarray(startOf(segment, layout), startOf(segment + 1, layout));
    yield { segment, bytes, mark: places.get(segment) ?? -1 };
  }
}

/** Encrypts a whole file. Throws RangeError for an empty one. */
export function seal(file: Uint8Array, options: SealOptions): Sealed {
  const { title, mediaType, uri, marked = 256, mark = (bytes) => bytes } = options;
  if (file.length === 0) throw new RangeError("the file is empty: there is nothing to sell");
  const master = randomBytes(KEY_SIZE);
  const unmarked = unmarkedSecret(master);
  const ciphertexts: Uint8Array[] = [];
  for (const { segment, bytes, mark: place } of segmentsIn(file, marked)) {
    if (place < 0) {
      ciphertexts.push(gcm(segmentKey(unmarked, segment), NONCE).encrypt(bytes));
      continue;
    }
    for (const variant of [0, 1] as const) {
      const text = mark(bytes, variant, place);
      if (text.length !== bytes.length) throw new RangeError("a mark must keep the length of a segment");
      ciphertexts.push(gcm(variantKey(master, place, variant), NONCE).encrypt(text));
    }
  }
  const segments = segmentsOf(file.length, marked);
  const header: Header = {
    format: FORMAT,
    id: base64.encode(randomBytes(16)),
    media_type: mediaType,
    size: file.length,
    segments,
    positions: spread(marked, segments),
    hashes: ciphertexts.map((each) => base64.encode(sha256(each))),
  };
  const json = utf8ToBytes(JSON.stringify(header));
  const container = concatBytes(numberBytes(BigInt(json.length), 4), json, ...ciphertexts);
  const item = { title, media_type: mediaType, size: String(file.length), uri, segments };
  return { container, item: { ...item, sha256: base64.encode(sha256(json)) }, master };
}

/** The published description, by which a header is recognized. */
export type Published = Pick<ItemInfo, "sha256">;

async function headerOf(reader: ByteReader, published: Published): Promise<Header> {
  const prefix = await reader.take(4);
  const length = prefix.reduce((value, byte) => value * 256 + byte, 0);
  if (prefix.length < 4 || length > LARGEST_HEADER) throw new ContainerRefused("this is no content/1 container");
  const json = await reader.take(length);
  if (base64.encode(sha256(json)) !== published.sha256)
    throw new ContainerRefused("the header of the container is not the published one");
  // Its hash is the published one, so this has the form that the publisher gave it.
  const header = JSON.parse(new TextDecoder().decode(json)) as Header;
  const { format, size, segments, positions, hashes } = header;
  const whole = Number.isSafeInteger(size) && Number.isSafeInteger(segments) && size > 0 && segments > 0;
  if (format !== FORMAT || !whole || !Array.isArray(positions) || !Array.isArray(hashes))
    throw new ContainerRefused("the publisher's header has another format than content/1");
  if (hashes.length !== segments + positions.length)
    throw new ContainerRefused("the publisher's header names another number of hashes than of segments");
  return header;
}

/** Decrypts one ciphertext of those of a segment: an owner has the key of one variant only. */
function opened(key: Uint8Array, ciphertexts: readonly Uint8Array[], segment: number): Uint8Array {
  for (const each of ciphertexts) {
    try {
      return gcm(key, NONCE).decrypt(each);
    } catch {
      // The other variant's key.
    }
  }
  throw new ContainerRefused("does not open with these keys: they are of another item or version", segment);
}

/**
 * Decrypts a container segment by segment, without holding more of it than one. Throws
 * ContainerRefused with the number of the first segment that is changed, exchanged or cut.
 */
export async function* open(
  container: Uint8Array | AsyncIterable<Uint8Array>,
  keys: KeySet,
  published: Published,
): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = new ByteReader(container);
  const header = await headerOf(reader, published);
  if (header.positions.length !== keys.marked.length)
    throw new ContainerRefused(
      `the keys are for ${keys.marked.length} marked segments, not ${header.positions.length}`,
    );
  const places = new Map(header.positions.map((segment, mark) => [segment, mark]));
  let next = 0;
  for (let segment = 0; segment < header.segments; segment++) {
    const length = startOf(segment + 1, header) - startOf(segment, header) + TAG;
    const place = places.get(segment);
    const ciphertexts: Uint8Array[] = [];
    for (let variant = 0; variant < (place === undefined ? 1 : 2); variant++) {
      const ciphertext = await reader.take(length);
      if (ciphertext.length < length) throw new ContainerRefused("is cut off", segment);
      if (base64.encode(sha256(ciphertext)) !== header.hashes[next++])
        throw new ContainerRefused("is not the published one: it was changed or exchanged", segment);
      ciphertexts.push(ciphertext);
    }
    const key = place === undefined ? segmentKey(keys.unmarked, segment) : keys.marked[place];
    if (key === undefined) throw new ContainerRefused("has no key", segment);
    yield opened(key, ciphertexts, segment);
  }
  if ((await reader.take(1)).length > 0) throw new ContainerRefused("the container has bytes after its last segment");
}

/** Decrypts into memory. */
export async function openAll(
  container: Uint8Array | AsyncIterable<Uint8Array>,
  keys: KeySet,
  published: Published,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of open(container, keys, published)) parts.push(part);
  return concatBytes(...parts);
}

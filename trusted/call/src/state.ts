// SPDX-License-Identifier: Apache-2.0
import { alloc, allocator, beU64, concat, equals, fromLatin1, leU64, toLatin1 } from "@sotto/bytes";
import { createSiv, type PreparedAd, RecentBound, RecentMap, type Siv } from "@sotto/crypto";
import type { ConsensusKeys } from "@sotto/keys";
import { KNOWN_NAMES, MAX_KEPT_NAME, MAX_KEPT_VALUE } from "./limits.ts";

// State encryption: keys as in spec/contract-state.md 2, values as in spec/contract-state.md 3.

/**
 * bincode of the magic and of both versions: seed version 2, encryption version 3
 * (spec/contract-state.md 2).
 */
const NAME_HEAD = concat(leU64(6n), fromLatin1("secret"), Uint8Array.of(2, 0), Uint8Array.of(3, 0, 0, 0));
const LENGTH = 8;
const TAG = 16;
const SALT = 24;
/** The seed of values without a seed id. */
const DEFAULT_SEED = 2;

/** A state key of one contract, in its expensive forms. */
interface Name {
  readonly dbKey: Uint8Array;
  /** The end of `dbKey`. */
  readonly sealed: Uint8Array;
  /** `sealed` as associated data under the current value key: prepared if it is cached. */
  readonly ad: PreparedAd | Uint8Array;
  /**
   * The value last read or written, together with its ciphertext (spec/contract-state.md 5.1).
   * On any branch of the host, equal bytes mean an equal value; other bytes are decrypted, and
   * absence is always requested from the host.
   */
  stored: Uint8Array | undefined;
  value: Uint8Array | undefined;
}

/** Memory of cached names: in small slabs, because one name keeps its slab alive. */
const allocName = allocator(2048, 256);

/** The bound over the names of all contracts: the cache has the most recently used ones. */
export const createNames = (): RecentBound => new RecentBound(KNOWN_NAMES);

/** First bytes of the salts of a block: its time and height. */
export const saltHead = (timeNs: bigint, height: number): Uint8Array => concat(beU64(timeNs), beU64(BigInt(height)));

/**
 * The salt of the values that one call writes (spec/contract-state.md 3.1). `counter`: its position
 * in the block.
 */
export function saltOf(head: Uint8Array, counter: number): Uint8Array {
  const salt = new Uint8Array(SALT);
  salt.set(head);
  for (let i = 0; i < 4; i++) salt[SALT - 1 - i] = counter >>> (8 * i);
  return salt;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  // Longer than any row: the bytes above the third must be zero.
  for (let i = 3; i < LENGTH; i++) if (bytes[at + i] !== 0) return -1;
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
}

/** The upper half of the eight bytes stays zero. */
function putLength(bytes: Uint8Array, at: number, length: number): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = length >>> (8 * i);
}

/**
 * Caches the content of a row, in separate memory. A value that is too long does not replace the
 * cached one.
 */
function keep(name: Name, row: Uint8Array, value: Uint8Array): void {
  if (value.length > MAX_KEPT_VALUE) return;
  // No other code has the cached bytes.
  if (name.stored?.length === row.length) name.stored.set(row);
  else name.stored = new Uint8Array(row);
  name.value = new Uint8Array(value);
}

/** Encrypts and decrypts the state of one contract. */
export class StateCipher {
  readonly #keys: ConsensusKeys;
  readonly #ogKey: Uint8Array;
  /** By key in latin1. A map for each contract, so that its keys need no prefix. */
  readonly #names: RecentMap<string, Name>;
  readonly #nameSiv: Siv;
  readonly #valueSiv: Siv;
  /** Value keys of earlier seeds, made when a row needs one. */
  readonly #earlier = new Map<number, Siv>();

  constructor(keys: ConsensusKeys, ogKey: Uint8Array, names: RecentBound) {
    this.#keys = keys;
    this.#ogKey = ogKey;
    this.#names = new RecentMap(names);
    this.#nameSiv = createSiv(keys.stateNameKey(ogKey));
    this.#valueSiv = createSiv(keys.stateValueKey(ogKey, keys.seedCount) as Uint8Array); // The last seed exists.
  }

  /** The salt of a call, ready for many values. */
  prepareSalt(salt: Uint8Array): PreparedAd {
    return this.#valueSiv.prepareAd(salt);
  }

  /**
   * For a key that is read; it is cached. `text` is the key in latin1, for callers that have it.
   */
  name(key: Uint8Array, text = toLatin1(key)): Name {
    const found = this.#names.get(text);
    if (found !== undefined) return found;
    const made = this.#makeName(key, true);
    if (key.length <= MAX_KEPT_NAME) this.#names.set(text, made);
    return made;
  }

  /**
   * For a key that is written and was not read: most of these are not used a second time, so it is
   * not cached.
   */
  newName(key: Uint8Array, text: string): Name {
    return this.#names.get(text) ?? this.#makeName(key, false);
  }

  #makeName(key: Uint8Array, isKept: boolean): Name {
    const head = NAME_HEAD.length + LENGTH;
    const dbKey = (isKept ? allocName : alloc)(head + TAG + key.length);
    dbKey.set(NAME_HEAD);
    putLength(dbKey, NAME_HEAD.length, TAG + key.length);
    this.#nameSiv.sealInto(dbKey, head, key);
    const sealed = dbKey.subarray(head);
    const ad = isKept ? this.#valueSiv.prepareAd(sealed) : sealed;
    return { dbKey, sealed, ad, stored: undefined, value: undefined };
  }

  /** The row of a value. `prepared` is `salt`, prepared. */
  seal(name: Name, value: Uint8Array, salt: Uint8Array, prepared: PreparedAd): Uint8Array {
    const count = this.#keys.seedCount;
    const head = 2 * LENGTH + SALT;
    const row = alloc(head + TAG + value.length + (count > DEFAULT_SEED ? 2 : 0));
    putLength(row, 0, SALT);
    for (let i = 0; i < SALT; i++) row[LENGTH + i] = salt[i] as number;
    putLength(row, LENGTH + SALT, TAG + value.length);
    this.#valueSiv.sealInto(row, head, value, name.ad, prepared);
    if (count > DEFAULT_SEED) row[row.length - 2] = count;
    // A value that was read will be read again. Cost: to cache a value that is only written takes
    // longer than to decrypt it once.
    if (name.stored !== undefined) keep(name, row, value);
    return row;
  }

  /** The value of a row; undefined unless this network wrote it for this contract and key. */
  open(name: Name, row: Uint8Array): Uint8Array | undefined {
    if (name.stored !== undefined && name.value !== undefined && equals(name.stored, row)) return name.value;
    const value = this.#open(name, row);
    if (value !== undefined) keep(name, row, value);
    return value;
  }

  #open(name: Name, row: Uint8Array): Uint8Array | undefined {
    const head = 2 * LENGTH + SALT;
    if (row.length < head || lengthAt(row, 0) !== SALT) return undefined;
    const length = lengthAt(row, LENGTH + SALT);
    const rest = row.length - head - length;
    if (length < 0 || (rest !== 0 && rest !== 2)) return undefined;
    const end = head + length;
    const seedId = rest === 0 ? DEFAULT_SEED : (row[end] as number) | ((row[end + 1] as number) << 8);
    const salt = row.subarray(LENGTH, LENGTH + SALT);
    const ciphertext = row.subarray(head, end);
    if (seedId === this.#keys.seedCount) return this.#valueSiv.open(ciphertext, name.ad, salt);
    return this.#earlierSiv(seedId)?.open(ciphertext, name.sealed, salt);
  }

  #earlierSiv(seedId: number): Siv | undefined {
    const found = this.#earlier.get(seedId);
    if (found !== undefined) return found;
    const key = this.#keys.stateValueKey(this.#ogKey, seedId);
    if (key === undefined) return undefined;
    const siv = createSiv(key);
    this.#earlier.set(seedId, siv);
    return siv;
  }
}

export type { Name };

// SPDX-License-Identifier: Apache-2.0
// Whether a time depends on a secret: Welch's t-test over two classes of calls, one with the same
// secret and one with random secrets (Reparaz, Balasch, Verbauwhede: "dude, is my code constant
// time?", DATE 2017). Calls of both classes are in random order. Slow calls, which other load of
// the machine causes, are cut off at several percentiles. |t| above 10 is a leak, below 5 no leak
// was found. The rows "planted" are leaks: they show that a run can find one.
// pure/crypto/test/constantTime.test.ts is exact for branches and addresses; this bench also
// measures the processor, V8 and OpenSSL, with noise.
// Usage: node bench/timing.mjs [seconds for each] [seed]
import { equals } from "@sotto/bytes";
import { createSiv, equalConstantTime, HmacKey, hkdfSha256, hmacSha256, X25519Key } from "@sotto/crypto";
import { randomOf } from "../tools/tests/seed.mjs";
import { note, report } from "./lib/report.mjs";
import { quantile, short } from "./lib/stats.mjs";

const SECONDS = Number(process.argv[2] ?? 10);
const random = randomOf(Number(process.argv[3] ?? 1));
/** Inputs of both classes, in one list: addresses and caches must not tell the classes apart. */
const POOL = 512;
const CROPS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.99];
const LEAK = 10;
const SUSPECT = 5;

const draw = (/** @type {number} */ length) => Uint8Array.from({ length }, () => Math.floor(random() * 256));
const text = draw(64);
const long = draw(2048);
const tag = draw(32);
const salt = new HmacKey(new Uint8Array(32));
const peer = new X25519Key(draw(32)).publicKey;
const siv = createSiv(draw(32));

/** A copy of the tag with another byte at one place. @param {number} at */
const differingAt = (at) => tag.map((byte, i) => (i === at ? byte ^ 0xff : byte));

/** A sealed text with another bit at one place. @param {number} at */
const damagedAt = (at) => siv.seal(text).map((byte, i) => (i === at ? byte ^ 1 : byte));

/**
 * Not constant in time: ends at the first difference.
 * @param {Uint8Array} a
 * @param {Uint8Array} b
 */
function equalEarly(a, b) {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/**
 * @typedef {object} Subject
 * @property {string} id
 * @property {string} what
 * @property {(isFixed: boolean, fixed: any) => any} input bytes, or an object
 * @property {() => any} [fixed] what the inputs of the fixed class share
 * @property {(input: any) => unknown} run
 * @property {number} calls in one measurement
 * @property {boolean} [isPlanted]
 */

const anyKey = {
  fixed: () => draw(32),
  input: (/** @type {boolean} */ isFixed, /** @type {Uint8Array} */ fixed) => (isFixed ? fixed.slice() : draw(32)),
};
/**
 * A difference at one place, against a difference at another.
 * @param {(at: number) => Uint8Array} make
 * @param {number} first
 * @param {number} last
 */
const places = (make, first, last) => ({
  input: (/** @type {boolean} */ isFixed) => make(isFixed ? first : last).slice(),
});

/** @type {readonly Subject[]} */
const SUBJECTS = [
  {
    id: "control",
    what: "control: two classes of the same kind",
    input: () => draw(64),
    calls: 8,
    run: (plain) => siv.seal(plain),
  },
  { id: "seal-key", what: "AES-SIV, cipher module: key", ...anyKey, calls: 4, run: (key) => createSiv(key).seal(text) },
  {
    id: "seal-text",
    what: "AES-SIV, cipher module: text",
    fixed: () => draw(64),
    input: (isFixed, fixed) => (isFixed ? fixed.slice() : draw(64)),
    calls: 8,
    run: (plain) => siv.seal(plain),
  },
  {
    id: "open-tag",
    what: "AES-SIV, cipher module: where a wrong tag differs",
    ...places(damagedAt, 0, 15),
    calls: 8,
    run: (given) => siv.open(given),
  },
  {
    id: "seal-long",
    what: "AES-SIV of 2 KiB, OpenSSL: key",
    ...anyKey,
    calls: 1,
    run: (key) => createSiv(key).seal(long),
  },
  { id: "hmac-key", what: "HMAC, cipher module: key", ...anyKey, calls: 8, run: (key) => hmacSha256(key, text) },
  { id: "hkdf", what: "HKDF, cipher module: secret", ...anyKey, calls: 4, run: (ikm) => hkdfSha256(ikm, salt, text) },
  {
    id: "x25519",
    what: "X25519, OpenSSL: secret key",
    fixed: () => draw(32),
    input: (isFixed, fixed) => new X25519Key(isFixed ? fixed : draw(32)),
    calls: 1,
    run: (key) => key.agree(peer),
  },
  {
    id: "equal",
    what: "comparison of MACs: where they differ",
    ...places(differingAt, 0, 31),
    calls: 32,
    run: (mac) => equalConstantTime(mac, tag),
  },
  {
    id: "planted-early",
    what: "planted: a comparison that ends early",
    ...places(differingAt, 0, 31),
    calls: 32,
    run: (mac) => equalEarly(mac, tag),
    isPlanted: true,
  },
  {
    id: "planted-equals",
    what: "planted: equals of @sotto/bytes on MACs",
    ...places(differingAt, 0, 31),
    calls: 32,
    run: (mac) => equals(mac, tag),
    isPlanted: true,
  },
];

/** Welch's t of two lists. @param {readonly number[]} a @param {readonly number[]} b */
function welch(a, b) {
  const [of, to] = [a, b].map((list) => {
    const mean = list.reduce((sum, value) => sum + value, 0) / list.length;
    const variance = list.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (list.length - 1);
    return { mean, error: variance / list.length };
  });
  return of === undefined || to === undefined ? 0 : (of.mean - to.mean) / Math.sqrt(of.error + to.error || 1);
}

/**
 * |t| of the calls within a limit; 0 if a class is nearly empty then.
 * @param {[number[], number[]]} times
 * @param {number} limit
 */
function between(times, limit) {
  const [a, b] = times.map((list) => list.filter((each) => each <= limit));
  return a === undefined || b === undefined || Math.min(a.length, b.length) < 100 ? 0 : Math.abs(welch(a, b));
}

/** Keeps the results, so that the engine omits no call. @type {unknown} */
let sink;

/**
 * Times of both classes, in nanoseconds.
 * @param {Subject} subject
 * @returns {[number[], number[]]}
 */
function measure({ input, fixed, run, calls }) {
  const shared = fixed?.();
  const kinds = Array.from({ length: POOL }, () => (random() < 0.5 ? 0 : 1));
  const pool = kinds.map((kind) => input(kind === 0, shared));
  const place = pool[0] instanceof Uint8Array ? new Uint8Array(pool[0].length) : undefined;
  /** @type {[number[], number[]]} */
  const times = [[], []];
  const end = performance.now() + SECONDS * 1000;
  const warm = performance.now() + 500;
  while (performance.now() < end) {
    const at = Math.floor(random() * POOL);
    let value = pool[at];
    if (place !== undefined) {
      place.set(value);
      value = place;
    }
    const start = process.hrtime.bigint();
    for (let call = 0; call < calls; call++) sink = run(value);
    const took = Number(process.hrtime.bigint() - start);
    if (performance.now() > warm) times[kinds[at] ?? 0]?.push(took);
  }
  return times;
}

for (const subject of SUBJECTS) {
  const times = measure(subject);
  const all = times.flat();
  const t = Math.max(...CROPS.map((crop) => between(times, quantile(all, crop))));
  const verdict = t > LEAK ? "a leak" : t > SUSPECT ? "look again" : "none found";
  report({
    id: `timing-${subject.id}`,
    what: subject.what,
    figure: `|t| ${short(t)}: ${verdict} (${all.length} measurements of ${subject.calls})`,
    target: subject.isPlanted ? "found" : "none found",
    met: subject.isPlanted ? t > LEAK : t <= SUSPECT,
  });
}
if (sink === undefined) note("nothing was measured");

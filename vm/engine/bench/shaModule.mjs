// SPDX-License-Identifier: Apache-2.0
/**
 * SHA-256 in wasm text: the typical work of a CPU-bound contract. Exports `hash(blocks) -> i32`.
 * Compilers unroll the rounds (16 here); without it (1) the sequences are short, which is the worst
 * case for metering.
 */
export function shaWat(unroll = 16) {
  const k = roundConstants();
  const rotr = (value, count) => `(i32.rotr ${value} (i32.const ${count}))`;
  const get = (name) => `(local.get $${name})`;
  const xor3 = (a, b, c) => `(i32.xor (i32.xor ${a} ${b}) ${c})`;
  const wordAt = (offset) => `(i32.load offset=${1024 + offset} (i32.shl ${get("i")} (i32.const 2)))`;
  const s0 = (w) => xor3(rotr(w, 7), rotr(w, 18), `(i32.shr_u ${w} (i32.const 3))`);
  const s1 = (w) => xor3(rotr(w, 17), rotr(w, 19), `(i32.shr_u ${w} (i32.const 10))`);
  const letters = ["a", "b", "c", "d", "e", "f", "g", "h"];
  const state = letters.map((letter, i) => `(local.set $${letter} (i32.load offset=${i * 4} (i32.const 512)))`);
  const fold = letters.map(
    (letter, i) =>
      `(i32.store offset=${i * 4} (i32.const 512) (i32.add (i32.load offset=${i * 4} (i32.const 512)) ${get(letter)}))`,
  );
  // The eight working variables rotate their names instead of their values.
  const round = (n) => {
    const [a, b, c, d, e, f, g, h] = letters.map((_, i) => get(letters[(i - n + 64) % 8]));
    const name = (variable) => variable.slice("(local.get ".length, -1);
    const rotate = unroll % 8 !== 0;
    const [va, vb, vc, vd, ve, vf, vg, vh] = rotate ? letters.map(get) : [a, b, c, d, e, f, g, h];
    const t1 = `(local.set $t1 (i32.add (i32.add (i32.add ${vh} ${xor3(rotr(ve, 6), rotr(ve, 11), rotr(ve, 25))})
        (i32.xor (i32.and ${ve} ${vf}) (i32.and (i32.xor ${ve} (i32.const -1)) ${vg})))
        (i32.add (i32.load offset=${4 * n} (i32.shl ${get("i")} (i32.const 2))) ${wordAt(4 * n)})))`;
    const t2 = `(local.set $t2 (i32.add ${xor3(rotr(va, 2), rotr(va, 13), rotr(va, 22))}
        (i32.xor (i32.xor (i32.and ${va} ${vb}) (i32.and ${va} ${vc})) (i32.and ${vb} ${vc}))))`;
    const sums = [
      `(local.set ${name(vd)} (i32.add ${vd} ${get("t1")}))`,
      `(local.set ${name(vh)} (i32.add ${get("t1")} ${get("t2")}))`,
    ];
    const shift = rotate
      ? [
          "(local.set $t1 (local.get $h))",
          ...["h", "g", "f", "e", "d", "c", "b"].map(
            (l) => `(local.set $${l} (local.get $${letters[letters.indexOf(l) - 1]}))`,
          ),
          "(local.set $a (local.get $t1))",
        ]
      : [];
    return [t1, t2, ...sums, ...shift].join("\n      ");
  };
  return `(module
  (memory (export "memory") 17)
  (data (i32.const 0) "${words(k)}")
  (data (i32.const 512) "${words(INITIAL)}")
  (func $block (local $i i32) (local $t1 i32) (local $t2 i32) ${letters.map((l) => `(local $${l} i32)`).join(" ")}
    (local.set $i (i32.const 16))
    (loop $expand
      ${repeat(
        unroll,
        (n) => `(i32.store offset=${1024 + 4 * n} (i32.shl ${get("i")} (i32.const 2))
        (i32.add (i32.add ${wordAt(4 * n - 64)} ${s0(wordAt(4 * n - 60))}) (i32.add ${wordAt(4 * n - 28)} ${s1(wordAt(4 * n - 8))})))`,
      )}
      (br_if $expand (i32.lt_u (local.tee $i (i32.add ${get("i")} (i32.const ${unroll}))) (i32.const 64))))
    ${state.join("\n    ")}
    (local.set $i (i32.const 0))
    (loop $round
      ${repeat(unroll, round)}
      (br_if $round (i32.lt_u (local.tee $i (i32.add ${get("i")} (i32.const ${unroll}))) (i32.const 64))))
    ${fold.join("\n    ")})
  (func (export "hash") (param $blocks i32) (result i32)
    (block $done (loop $next
      (br_if $done (i32.eqz (local.get $blocks)))
      (i32.store (i32.const 1024) (local.get $blocks))
      (call $block)
      (local.set $blocks (i32.sub (local.get $blocks) (i32.const 1)))
      (br $next)))
    (i32.load (i32.const 512))))`;
}

const repeat = (count, write) => Array.from({ length: count }, (_, n) => write(n)).join("\n      ");

const INITIAL = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

const words = (values) =>
  values
    .map((v) => [0, 8, 16, 24].map((s) => `\\${((v >>> s) & 255).toString(16).padStart(2, "0")}`).join(""))
    .join("");

/** Fractional parts of the cube roots of the first 64 primes, by integer search. */
function roundConstants() {
  const out = [];
  for (let n = 2n; out.length < 64; n++) {
    let isPrime = true;
    for (let d = 2n; d * d <= n; d++) if (n % d === 0n) isPrime = false;
    if (!isPrime) continue;
    let low = 0n;
    let high = n << 32n;
    while (low < high) {
      const middle = (low + high + 1n) / 2n;
      if (middle * middle * middle <= n << 96n) low = middle;
      else high = middle - 1n;
    }
    out.push(Number(low & 0xffffffffn));
  }
  return out;
}

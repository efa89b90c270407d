// SPDX-License-Identifier: Apache-2.0
// Runs one fixed list of operations on a build of this package and prints the results: the same
// list is run under the default and under the browser condition.
import { createHash } from "node:crypto";

const fill = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 151 + seed * 29 + (i >> 8)) & 255);
const show = (value) =>
  value instanceof Uint8Array ? Buffer.from(value).toString("hex") : (JSON.stringify(value) ?? "none");

export function answers(crypto) {
  const out = [];
  const say = (name, value) => out.push(`${name} ${show(value)}`);
  for (const length of [0, 1, 15, 16, 17, 64, 1023, 1024, 3000, 5000]) {
    const data = fill(length, length);
    say("sha256", crypto.sha256(data));
    say("sha512", crypto.sha512(data));
    say("ripemd160", crypto.ripemd160(data));
    say("keccak256", crypto.keccak256(data));
    say("hmac", crypto.hmacSha256(fill(80, 1), data));
    say("hkdf", crypto.hkdfSha256(data, new crypto.HmacKey(fill(32, 2)), fill(5, 3), 77));
    const siv = crypto.createSiv(fill(32, length));
    for (const ads of [[], [fill(0, 0)], [fill(33, 4), siv.prepareAd(fill(24, 5))]]) {
      const sealed = siv.seal(data, ...ads);
      say("seal", createHash("sha256").update(sealed).digest("hex"));
      say("open", siv.open(sealed, ...ads)?.length);
    }
    say(
      "latin1",
      [...crypto.sha256Latin1(data)].map((c) => c.charCodeAt(0)),
    );
  }
  for (let n = 1; n < 5; n++) {
    const key = fill(32, n);
    const hash = crypto.sha256(key);
    const signed = crypto.secp256k1Sign(hash, key);
    const publicKey = crypto.secp256k1PublicKey(key);
    say("secp256k1", signed.signature);
    say("recover", crypto.secp256k1Recover(hash, signed.signature, signed.recoveryId));
    say("verify", crypto.secp256k1Verify(hash, signed.signature, publicKey));
    say("decompress", crypto.secp256k1Decompress(publicKey));
    const ed = new crypto.Ed25519Key(key);
    say("ed25519", ed.sign(hash));
    say("ed25519 key", ed.publicKey);
    say("ed25519 verify", [
      crypto.ed25519Verify(hash, ed.sign(hash), ed.publicKey),
      crypto.ed25519Verify(key, ed.sign(hash), ed.publicKey),
    ]);
    const x = new crypto.X25519Key(key);
    say("x25519", x.agree(crypto.x25519PublicKey(fill(32, n + 9))));
    say("x25519 low", x.agree(new Uint8Array(32)));
    say("equal", [crypto.equalConstantTime(key, key), crypto.equalConstantTime(key, hash)]);
  }
  return out;
}

if (process.argv[2] === "print") {
  const crypto = await import("@sotto/crypto");
  console.log(crypto.secp256k1Backend);
  console.log(answers(crypto).join("\n"));
}

// SPDX-License-Identifier: Apache-2.0
/**
 * Seeded random messages of any descriptor: every field is set and no scalar has its default, so a
 * fault in any field shows.
 */
import { create, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";

/** Marsaglia's xorshift32. */
export class Random {
  #state: number;
  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }
  /** 1 to `max`. */
  upTo(max: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return ((x >>> 0) % max) + 1;
  }
  bytes(): Uint8Array {
    return Uint8Array.from({ length: this.upTo(40) }, () => this.upTo(256) - 1);
  }
  text(): string {
    const letters = 'abcXYZ019 _-/<>&"\\éλ漢🎲';
    return Array.from({ length: this.upTo(12) }, () => [...letters][this.upTo([...letters].length) - 1]).join("");
  }
  big(bits: bigint): bigint {
    let out = 0n;
    for (let i = 0; i < 8; i++) out = (out << 8n) | BigInt(this.upTo(256) - 1);
    return (out & ((1n << bits) - 1n)) | 1n;
  }
}

function scalar(type: ScalarType, random: Random): unknown {
  switch (type) {
    case ScalarType.STRING:
      return random.text();
    case ScalarType.BYTES:
      return random.bytes();
    case ScalarType.DOUBLE:
      return random.upTo(1000) + 0.5;
    case ScalarType.BOOL:
      return true;
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return random.big(64n);
    case ScalarType.INT64:
    case ScalarType.SFIXED64:
      return random.upTo(2) === 1 ? random.big(63n) : -random.big(63n);
    case ScalarType.UINT32:
      return random.upTo(0xffff_ffff);
    case ScalarType.INT32:
      return random.upTo(2) === 1 ? random.upTo(0x7fff_ffff) : -random.upTo(0x7fff_ffff);
    default:
      throw new Error(`no field has scalar type ${type}`);
  }
}

function value(field: DescField, random: Random, path: readonly DescMessage[]): unknown {
  if (field.message !== undefined) return build(field.message, random, path);
  if (field.enum !== undefined) {
    const values = field.enum.values.filter((one) => one.number !== 0);
    return values.length === 0 ? 0 : (values[random.upTo(values.length) - 1] as { number: number }).number;
  }
  return scalar(field.scalar as ScalarType, random);
}

/**
 * Peers convert times to Date objects for JSON. Above 2^31 seconds cosmjs-types writes some varints
 * one byte too long.
 */
function time(desc: DescMessage, random: Random): ReflectMessage {
  const out = reflect(desc, create(desc));
  for (const field of desc.fields) {
    out.set(field, (field.name === "seconds" ? BigInt(random.upTo(0x7fff_ffff)) : random.upTo(999_999_999)) as never);
  }
  return out;
}

/** Nests until a type would contain itself a second time. */
function build(desc: DescMessage, random: Random, above: readonly DescMessage[]): ReflectMessage {
  if (/^google\.protobuf\.(Timestamp|Duration)$/.test(desc.typeName)) return time(desc, random);
  const path = [...above, desc];
  const endless = (field: DescField): boolean =>
    field.message !== undefined && path.filter((one) => one === field.message).length > 1;
  const out = reflect(desc, create(desc));
  const chosen = new Map(
    desc.oneofs.map((one) => {
      const fields = one.fields.filter((field) => !endless(field));
      return [one, fields[random.upTo(fields.length) - 1]];
    }),
  );
  for (const field of desc.fields) {
    if (endless(field) || (field.oneof !== undefined && chosen.get(field.oneof) !== field)) continue;
    if (field.fieldKind === "list") {
      const list = out.get(field);
      for (let i = path.length > 2 ? 1 : random.upTo(3); i > 0; i--) list.add(value(field, random, path) as never);
    } else if (field.fieldKind === "map") {
      out.get(field).set(scalar(field.mapKey, random) as never, value(field, random, path) as never);
    } else {
      out.set(field, value(field, random, path) as never);
    }
  }
  return out;
}

export const randomMessage = (desc: DescMessage, seed: number) => build(desc, new Random(seed), []).message;

// SPDX-License-Identifier: Apache-2.0
/**
 * A signature does not cover fields that amino JSON leaves out. So amino JSON must show every field
 * of every message of the chain, at any depth, and no two messages may have the same text. EIP-191
 * signs the same text.
 */
import { clone, create, type DescField, type DescMessage, getOption, type Message } from "@bufbuild/protobuf";
import { type ReflectMessage, reflect } from "@bufbuild/protobuf/reflect";
import { fromUtf8 } from "@sotto/bytes";
import { aminoAnyJson, encode } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { accepts_interface, scalar } from "@sotto/proto/cosmos_proto";
import { implementations } from "@sotto/proto/types";
import { chainMessages, chainTypes } from "@sotto/tx";
import { describe, expect, it } from "vitest";
import { randomMessage } from "./protoRandom.ts";

/** Undefined for a message that amino JSON refuses to sign. */
function jsonOf(schema: DescMessage, message: Message): string | undefined {
  try {
    return aminoAnyJson({ typeUrl: `/${schema.typeName}`, value: encode(schema, message) }, chainTypes);
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

type Step = readonly [field: string, index: number | undefined];

/** The set fields at any depth, as paths from the root. */
function places(message: ReflectMessage, way: readonly Step[] = []): (readonly Step[])[] {
  return message.fields
    .filter((field) => message.isSet(field))
    .flatMap((field) => {
      const here = [...way, [field.name, undefined] as const];
      if (field.fieldKind === "message") return [here, ...places(message.get(field), here)];
      if (field.fieldKind !== "list" || field.listKind !== "message") return [here];
      const items = [...message.get(field)] as ReflectMessage[];
      return [here, ...items.flatMap((item, i) => places(item, [...way, [field.name, i]]))];
    });
}

/** The content of every Any that accepts no interface. */
const PLAIN = ["cosmos.bank.v1beta1.MsgSend"];

/**
 * Puts a message into an Any that the field may hold; at a greater depth one without an Any, so
 * that the nesting ends.
 */
function fill(any: ReflectMessage, field: DescField, seed: number, depth: number): void {
  const all = implementations[getOption(field, accepts_interface)] ?? PLAIN;
  const isFlat = (name: string) => chainTypes.getMessage(name)?.fields.every(({ message }) => message === undefined);
  const candidates = depth < 2 ? all : all.filter((name) => isFlat(name) === true);
  const typeName = candidates[seed % candidates.length] ?? "cosmos.bank.v1beta1.MsgSend";
  const schema = chainTypes.getMessage(typeName) as DescMessage;
  for (const own of any.fields) {
    if (own.name === "type_url") any.set(own, `/${typeName}`);
    else any.set(own, encode(schema, sample(schema, seed, depth + 1)));
  }
}

/** A random message with valid decimal texts and valid contents of Anys. */
function sample(schema: DescMessage, seed: number, depth = 0): Message {
  const message = randomMessage(schema, seed);
  const repairPart = (part: ReflectMessage, field: DescField): void => {
    if (field.message?.typeName === "google.protobuf.Any") fill(part, field, seed, depth);
    else repair(part);
  };
  const repair = (part: ReflectMessage): void => {
    for (const field of part.fields) {
      if (field.fieldKind === "message") {
        if (part.isSet(field)) repairPart(part.get(field), field);
      } else if (field.fieldKind === "list" && field.listKind === "message") {
        for (const item of part.get(field)) repairPart(item as ReflectMessage, field);
      } else if (/^cosmos\.(Int|Dec)$/.test(getOption(field, scalar))) {
        part.set(field, typeof part.get(field) === "string" ? "7" : fromUtf8("7"));
      }
    }
  };
  repair(reflect(schema, message));
  return message;
}

/** The message without the field at a path. */
function without(schema: DescMessage, message: Message, way: readonly Step[]): Message {
  const root = clone(schema, message);
  let at = reflect(schema, root);
  way.forEach(([name, index], i) => {
    const field = at.fields.find((one) => one.name === name);
    if (field === undefined) throw new Error(`no field ${name}`);
    if (i === way.length - 1) at.clear(field);
    else if (field.fieldKind === "list") at = at.get(field).get(index as number) as ReflectMessage;
    else if (field.fieldKind === "message") at = at.get(field);
  });
  return root;
}

/**
 * Their Tendermint headers have keys in a oneof without an amino JSON name, so they are refused, as
 * in the reference.
 */
const REFUSED = new Set(["ibc.core.client.v1.MsgUpdateClient", "ibc.core.client.v1.MsgSubmitMisbehaviour"]);

describe.each(chainMessages().map((schema) => [schema.typeName, schema] as const))("%s", (_, schema) => {
  it("shows each of its fields in amino JSON", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const message = sample(schema, seed);
      const json = jsonOf(schema, message);
      if (REFUSED.has(schema.typeName)) {
        expect(json).toBeUndefined();
        continue;
      }
      expect(json).toBeDefined();
      const ways = places(reflect(schema, message));
      expect(ways.length).toBeGreaterThan(0);
      for (const way of ways) {
        const other = jsonOf(schema, without(schema, message, way));
        expect(other, way.map(([name]) => name).join(".")).not.toBe(json);
      }
    }
  });
});

describe("amino JSON", () => {
  it("gives every message of the chain its own name", () => {
    const names = chainMessages().map((schema) => jsonOf(schema, create(schema))?.split('"value"')[0]);
    for (const name of names) expect(name).toMatch(/^\{"type":"[^"]+",$/);
    expect(new Set(names).size).toBe(chainMessages().length);
  });
});

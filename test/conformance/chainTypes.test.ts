// SPDX-License-Identifier: Apache-2.0
/**
 * The types that an Any of a transaction may hold: all that the reference's modules register,
 * independent of this chain's modules.
 */
import { readdirSync, readFileSync } from "node:fs";
import { create, type DescField, type DescMessage, getOption, type Message } from "@bufbuild/protobuf";
import { secretChain } from "@sotto/app";
import { encode } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { signer } from "@sotto/proto/cosmos.msg.v1";
import { accepts_interface } from "@sotto/proto/cosmos_proto";
import { files } from "@sotto/proto/files";
import { implementations, messageServices, typeFiles } from "@sotto/proto/types";
import { chainMessages, chainTypes, messageSigners } from "@sotto/tx";
import { describe, expect, it } from "vitest";

interface Facts {
  readonly package: string;
  readonly services?: readonly { name: string; methods: readonly { input: string; output: string }[] }[];
}
const proto = new URL("../../proto/", import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, proto), "utf8"));
const stated: readonly Facts[] = ["facts", "overlay"].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, proto)).map((name) => read(`${folder}/${name}`)),
);

const typesOf = (name: string): DescMessage => {
  const schema = chainTypes.getMessage(name);
  if (schema === undefined) throw new Error(`no type ${name}`);
  return schema;
};
const isMessage = (name: string) => chainTypes.implementsInterface?.(name, "cosmos.base.v1beta1.Msg");

/** Services of Secret, which the facts do not have, with the number of their messages. */
const OWN = {
  "secret.compute.v1beta1.Msg": 12,
  "secret.cron.Msg": 3,
  "secret.emergencybutton.v1beta1.Msg": 2,
  "secret.registration.v1beta1.Msg": 1,
};

describe("the registry of types", () => {
  it("has every message service of the facts and of Secret, with all messages and responses", () => {
    const services = stated.flatMap((one) =>
      (one.services ?? [])
        .filter(({ name }) => name === "Msg")
        .map(({ methods }) => [`${one.package}.Msg`, methods] as const),
    );
    const names = new Set([...services.map(([name]) => name), ...Object.keys(OWN)]);
    expect(Object.keys(messageServices).sort()).toEqual([...names].sort());
    expect(names.size).toBe(27);
    for (const [name, methods] of services) {
      for (const { input, output } of methods) {
        expect(messageServices[name]).toContainEqual([input, output]);
        expect([typesOf(input).typeName, isMessage(input)]).toEqual([input, true]);
        expect([typesOf(output).typeName, isMessage(output)]).toEqual([output, false]);
      }
    }
    for (const [name, count] of Object.entries(OWN)) expect(messageServices[name]).toHaveLength(count);
    expect(chainMessages()).toHaveLength(111);
  });

  it("has every type that the public modules register, for the same interfaces, and no other types except messages", () => {
    const registered: Record<string, string[]> = read("interfaces.json").implementations;
    expect(Object.keys(implementations).sort()).toEqual(Object.keys(registered).sort());
    const messages = new Set(Object.values(messageServices).flatMap((rpcs) => rpcs.flat()));
    for (const [name, types] of Object.entries(implementations)) {
      const more = types.filter((type) => !registered[name]?.includes(type) && !messages.has(type));
      expect(more).toEqual(
        name === "cosmos.base.v1beta1.Msg" ? ["secret.compute.v1beta1.MsgMigrateContractProposal"] : [],
      );
      for (const type of registered[name] ?? []) {
        expect(typesOf(type).typeName).toBe(type);
        expect(chainTypes.implementsInterface?.(type, name)).toBe(true);
      }
    }
  });

  it("has no other type, and no inherited property of an object", () => {
    for (const name of [
      "cosmos.base.v1beta1.Coin",
      "cosmos.bank.v1beta1.GenesisState",
      "constructor",
      "__proto__",
      "",
    ]) {
      expect(chainTypes.getMessage(name)).toBeUndefined();
    }
    expect(chainTypes.implementsInterface?.("cosmos.bank.v1beta1.MsgSend", "constructor")).toBe(false);
  });

  it("does not depend on the modules of this chain: a new module changes neither it nor the enclave", () => {
    const served = Object.values(secretChain.modules).flatMap((module) =>
      ("services" in module ? module.services : []).filter(({ kind }) => kind === "messages"),
    );
    expect(served.length).toBeGreaterThan(3);
    for (const { service } of served) {
      expect(messageServices[service.typeName]).toEqual(
        service.methods.map(({ input, output }) => [input.typeName, output.typeName]),
      );
    }
  });
});

/** The content of a field's descriptor, without the interface that is added to it. */
function fact(field: DescField): unknown {
  const options = (field.proto.options as Message | undefined)?.$unknown ?? [];
  return {
    name: field.name,
    localName: field.localName,
    jsonName: field.jsonName,
    number: field.number,
    kind: [field.fieldKind, field.fieldKind === "list" ? [field.listKind, field.packed] : ""],
    type: field.message?.typeName ?? field.enum?.typeName ?? field.scalar,
    oneof: field.oneof?.name,
    presence: field.presence,
    deprecated: field.proto.options?.deprecated ?? false,
    options: options.filter(({ no }) => no !== 93001),
  };
}

const withNested = (schema: DescMessage): DescMessage[] => [schema, ...schema.nestedMessages.flatMap(withNested)];
const declared = new Map(
  files.flatMap((file) => file.messages.flatMap(withNested).map((schema) => [schema.typeName, schema])),
);
const partsOf = ({ fields }: DescMessage) => fields.flatMap(({ message }) => (message === undefined ? [] : [message]));

/** The types of all Anys with the types of their fields. */
function reachable(): readonly DescMessage[] {
  const seen = new Map<string, DescMessage>();
  const queue = Object.values(implementations).flat().map(typesOf);
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (seen.has(next.typeName) || next.typeName.startsWith("google.protobuf.")) continue;
    seen.set(next.typeName, next);
    queue.push(...partsOf(next));
  }
  return [...seen.values()];
}

describe("a descriptor of the registry", () => {
  it("equals the declaration, field by field", () => {
    const all = reachable();
    expect(all.length).toBeGreaterThan(300);
    for (const schema of all) {
      const source = declared.get(schema.typeName);
      expect(schema.fields.map(fact), schema.typeName).toEqual(source?.fields.map(fact));
      expect(schema.proto.options, schema.typeName).toEqual(source?.proto.options);
      for (const field of source?.fields ?? []) {
        const interfaceName = getOption(field, accepts_interface);
        const added = getOption(schema.field[field.localName] as DescField, accepts_interface);
        if (interfaceName !== "") expect(added).toBe(interfaceName);
      }
    }
    expect(Object.keys(typeFiles).length).toBe(44);
  });

  it("has the accepted interface of every Any in a message, as the Go types do", () => {
    const anys = reachable().flatMap(({ fields }) =>
      fields.filter(({ message }) => message?.typeName === "google.protobuf.Any"),
    );
    const open = anys.filter((field) => getOption(field, accepts_interface) === "");
    expect(anys.length).toBeGreaterThan(20);
    for (const field of anys) {
      const name = getOption(field, accepts_interface);
      if (name !== "") expect(Object.hasOwn(implementations, name), name).toBe(true);
    }
    const nameOf = (field: DescField) => `${field.parent.typeName}.${field.name}`;
    const stated: Record<string, string> = read("interfaces.json").accepts;
    const refusedLater = Object.entries(stated).filter(([, name]) => name === "cosmos.tx.v1beta1.TxExtensionOptionI");
    expect(refusedLater).toHaveLength(2);
    const said = anys.filter((field) => !open.includes(field)).map((f) => [nameOf(f), getOption(f, accepts_interface)]);
    expect(Object.fromEntries([...said, ...refusedLater])).toEqual(stated);
    expect(open.map(nameOf).sort()).toEqual([
      "cosmos.tx.v1beta1.TxBody.extension_options",
      "cosmos.tx.v1beta1.TxBody.non_critical_extension_options",
      "cosmos.upgrade.v1beta1.Plan.upgraded_client_state",
    ]);
  });

  it("names the signers of a message", () => {
    for (const schema of chainMessages()) {
      expect(getOption(schema, signer).length, schema.typeName).toBeGreaterThan(0);
      const empty = { typeUrl: `/${schema.typeName}`, value: encode(schema, create(schema)) };
      let signers: unknown;
      try {
        signers = messageSigners(empty, chainTypes);
      } catch (thrown) {
        // A message with an empty signer field fails; every message has a rule for its signers.
        expect(thrown, schema.typeName).toBeInstanceOf(ChainError);
        expect(thrown).toMatchObject({ codespace: "sdk", code: 7 });
        continue;
      }
      expect(["cosmos.bank.v1beta1.MsgMultiSend"], schema.typeName).toContain(schema.typeName);
      expect(signers).toEqual([]);
    }
  });
});

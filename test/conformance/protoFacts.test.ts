// SPDX-License-Identifier: Apache-2.0
/**
 * Compares the generated descriptors with the facts of the public Go modules, field by field and in
 * both directions: descriptors are converted to the form of the facts, and both must be equal.
 */
import { readdirSync, readFileSync } from "node:fs";
import type {
  DescEnum,
  DescExtension,
  DescField,
  DescMessage,
  DescMethod,
  DescService,
  Message,
} from "@bufbuild/protobuf";
import { getOption, hasOption } from "@bufbuild/protobuf";
import { BinaryReader } from "@bufbuild/protobuf/wire";
import * as amino from "@sotto/proto/amino";
import * as msg from "@sotto/proto/cosmos.msg.v1";
import * as query from "@sotto/proto/cosmos.query.v1";
import * as cosmosProto from "@sotto/proto/cosmos_proto";
import { files } from "@sotto/proto/files";
import * as gogo from "@sotto/proto/gogoproto";
import * as google from "@sotto/proto/google.api";
import { describe, expect, it } from "vitest";

type Options = Record<string, unknown>;
interface FieldFact {
  name: string;
  number: number;
  type: string;
  repeated?: boolean;
  oneof?: string;
  json_name?: string;
  options?: Options;
}
interface MessageFact {
  name: string;
  fields: FieldFact[];
  options?: Options;
}
interface MethodFact {
  name: string;
  input: string;
  output: string;
  server_streaming?: boolean;
  client_streaming?: boolean;
  rest?: string[];
  options?: Options;
}
interface Facts {
  package: string;
  without?: string[];
  messages?: MessageFact[];
  enums?: { name: string; values: Record<string, number> }[];
  services?: { name: string; methods: MethodFact[]; options?: Options }[];
}

const proto = new URL("../../proto/", import.meta.url);
const load = (folder: string): Facts[] =>
  readdirSync(new URL(`${folder}/`, proto)).map((file) =>
    JSON.parse(readFileSync(new URL(`${folder}/${file}`, proto), "utf8")),
  );
const facts = load("facts");
const overlays = load("overlay");

// A second copy, from the registered Go extensions: it finds a wrong number in Sotto's option
// files.
const OPTIONS: Record<string, Record<number, [name: string, extension: DescExtension]>> = {
  field: {
    65001: ["nullable", gogo.nullable],
    65002: ["embed", gogo.embed],
    65003: ["customtype", gogo.customtype],
    65005: ["jsontag", gogo.jsontag],
    65007: ["casttype", gogo.casttype],
    65010: ["stdtime", gogo.stdtime],
    65011: ["stdduration", gogo.stdduration],
    93001: ["cosmos_proto.accepts_interface", cosmosProto.accepts_interface],
    93002: ["cosmos_proto.scalar", cosmosProto.scalar],
    93003: ["cosmos_proto.field_added_in", cosmosProto.field_added_in],
    11110003: ["amino.encoding", amino.encoding],
    11110004: ["amino.field_name", amino.field_name],
    11110005: ["amino.dont_omitempty", amino.dont_omitempty],
    11110006: ["amino.oneof_name", amino.oneof_name],
  },
  message: {
    93001: ["cosmos_proto.implements_interface", cosmosProto.implements_interface],
    93002: ["cosmos_proto.message_added_in", cosmosProto.message_added_in],
    11110000: ["cosmos.msg.v1.signer", msg.signer],
    11110001: ["amino.name", amino.name],
    11110002: ["amino.message_encoding", amino.message_encoding],
  },
  rpc: {
    93001: ["cosmos_proto.method_added_in", cosmosProto.method_added_in],
    11110001: ["cosmos.query.v1.module_query_safe", query.module_query_safe],
    72295728: ["google.api.http", google.http],
  },
  service: { 11110000: ["cosmos.msg.v1.service", msg.service] },
  enum: {},
  enum_value: {},
};

type Desc = DescField | DescMessage | DescMethod | DescService;

function optionsOf(desc: Desc): { options?: Options } {
  const out: Options = {};
  const raw = desc.proto.options as (Message & { deprecated?: boolean }) | undefined;
  if (raw === undefined) return {};
  // The casts: the kinds have one shape here, which the overloads of protobuf-es do not express.
  if (raw.deprecated === true) out.deprecated = true;
  for (const { no } of raw.$unknown ?? []) {
    const known = OPTIONS[desc.kind]?.[no];
    if (known === undefined) throw new Error(`${desc.name} carries the unknown option ${no}`);
    const [name, extension] = known;
    expect(hasOption(desc as never, extension as never), `${desc.name} ${name}`).toBe(true);
    if (name !== "google.api.http") out[name] = getOption(desc as never, extension as never);
  }
  return Object.keys(out).length === 0 ? {} : { options: out };
}

const SCALARS = [
  "",
  "double",
  "float",
  "int64",
  "uint64",
  "int32",
  "fixed64",
  "fixed32",
  "bool",
  "string",
  "",
  "",
  "bytes",
];
SCALARS.push("uint32", "enum", "sfixed32", "sfixed64", "sint32", "sint64");

function typeOf(field: DescField): string {
  switch (field.fieldKind) {
    case "message":
      return field.message.typeName;
    case "enum":
      return field.enum.typeName;
    case "scalar":
      return SCALARS[field.scalar] as string;
    case "map":
      expect(field.mapKind).toBe("message");
      return `map<${SCALARS[field.mapKey]}, ${field.message?.typeName}>`;
    case "list":
      return field.message?.typeName ?? field.enum?.typeName ?? (SCALARS[field.scalar as number] as string);
  }
}

const camel = (name: string): string =>
  name.replace(/_+([a-z0-9])?/g, (_, next: string | undefined) => (next ?? "").toUpperCase());

function fieldFact(field: DescField): FieldFact {
  expect(field.presence, `${field.parent.typeName}.${field.name}`).not.toBe(3);
  return {
    name: field.name,
    number: field.number,
    type: typeOf(field),
    ...(field.fieldKind === "list" ? { repeated: true } : {}),
    ...(field.oneof === undefined ? {} : { oneof: field.oneof.name }),
    ...(field.jsonName === camel(field.name) ? {} : { json_name: field.jsonName }),
    ...optionsOf(field),
  };
}

type Rule = { pattern: { case?: string | undefined; value?: unknown }; body: string; additionalBindings: Rule[] };
const restOf = (rule: Rule): string[] => [
  `${String(rule.pattern.case).toUpperCase()} ${String(rule.pattern.value)}${rule.body === "" ? "" : ` body=${rule.body}`}`,
  ...rule.additionalBindings.flatMap(restOf),
];

const methodFact = (rpc: DescMethod): MethodFact => ({
  name: rpc.name,
  input: rpc.input.typeName,
  output: rpc.output.typeName,
  ...(["server_streaming", "bidi_streaming"].includes(rpc.methodKind) ? { server_streaming: true } : {}),
  ...(["client_streaming", "bidi_streaming"].includes(rpc.methodKind) ? { client_streaming: true } : {}),
  ...(hasOption(rpc, google.http) ? { rest: restOf(getOption(rpc, google.http) as Rule) } : {}),
  ...optionsOf(rpc),
});

const byName = <T extends { name: string }>(items: T[]): T[] => items.sort((a, b) => (a.name < b.name ? -1 : 1));

function factsOf(pkg: string): Facts {
  const out: Required<Omit<Facts, "without">> = { package: pkg, messages: [], enums: [], services: [] };
  const local = (name: string): string => name.slice(pkg.length + 1);
  const addEnum = (desc: DescEnum): void => {
    out.enums.push({
      name: local(desc.typeName),
      values: Object.fromEntries(desc.values.map((v) => [v.name, v.number])),
    });
  };
  const addMessage = (desc: DescMessage): void => {
    out.messages.push({ name: local(desc.typeName), fields: desc.fields.map(fieldFact), ...optionsOf(desc) });
    desc.nestedMessages.forEach(addMessage);
    desc.nestedEnums.forEach(addEnum);
  };
  const owned = files.filter((file) => file.proto.package === pkg);
  expect(owned.length, `one file for ${pkg}`).toBe(1);
  for (const file of owned) {
    file.messages.forEach(addMessage);
    file.enums.forEach(addEnum);
    for (const desc of file.services) {
      out.services.push({ name: desc.name, methods: desc.methods.map(methodFact), ...optionsOf(desc) });
    }
  }
  return { package: pkg, messages: byName(out.messages), enums: byName(out.enums), services: byName(out.services) };
}

/**
 * Facts plus overlay. Fields and methods of one item are compared as sets, because their order has
 * no effect on the wire.
 */
function stated(base: Facts): Facts {
  const extra = overlays.find((one) => one.package === base.package);
  const out = { messages: [], enums: [], services: [], ...structuredClone(base) };
  for (const name of extra?.without ?? []) {
    const message = out.messages.find((one) => name.startsWith(`${one.name}.`)) as MessageFact;
    message.fields = message.fields.filter((one) => `${message.name}.${one.name}` !== name);
  }
  for (const message of extra?.messages ?? []) {
    const known = out.messages.find((one) => one.name === message.name);
    if (known === undefined) out.messages.push(message);
    else known.fields.push(...message.fields);
  }
  for (const service of extra?.services ?? []) {
    const known = out.services.find((one) => one.name === service.name);
    if (known === undefined) out.services.push(service);
    else known.methods.push(...service.methods);
  }
  return {
    package: out.package,
    messages: byName(out.messages),
    enums: byName(out.enums),
    services: byName(out.services),
  };
}

function sorted(all: Facts): Facts {
  for (const message of all.messages ?? []) message.fields.sort((a, b) => a.number - b.number);
  for (const service of all.services ?? []) byName(service.methods);
  return all;
}

describe("generated descriptors equal the facts", () => {
  it.each(facts.map((one) => [one.package, one] as const))("%s", (pkg, fact) => {
    expect(sorted(factsOf(pkg))).toEqual(sorted(stated(fact)));
  });

  it("every package is in the facts or written by hand", () => {
    const byHand = ["amino", "cosmos.msg.v1", "cosmos.query.v1", "cosmos_proto", "gogoproto", "google.api"];
    const secret = [
      "secret.compute.v1beta1",
      "secret.cron",
      "secret.emergencybutton.v1beta1",
      "secret.registration.v1beta1",
    ];
    const all = files.map((file) => file.proto.package).sort();
    expect(all).toEqual([...facts.map((one) => one.package), ...byHand, ...secret].sort());
    expect(facts.length).toBe(67);
    expect(facts.reduce((sum, one) => sum + (one.messages?.length ?? 0), 0)).toBe(970);
  });

  it("every message of a Msg service names its signers, and they are fields of a type that can hold an address", () => {
    for (const file of files) {
      for (const service of file.services) {
        if (!hasOption(service, msg.service)) continue;
        for (const rpc of service.methods) {
          const signers = getOption(rpc.input, msg.signer);
          expect(signers.length, rpc.input.typeName).toBeGreaterThan(0);
          for (const name of signers) {
            const field = rpc.input.fields.find((one) => one.name === name);
            // bytes, string, or a message (or list) that has its own signer, like MsgMultiSend's
            // inputs
            const nested = field?.message;
            const holds =
              nested === undefined
                ? ["string", "bytes"].includes(typeOf(field as DescField))
                : hasOption(nested, msg.signer);
            expect(holds, `${rpc.input.typeName}.${name}`).toBe(true);
          }
        }
      }
    }
  });

  it("an option value is stored under the number that the public chain uses", () => {
    // MsgSend: signer is field 11110000 of MessageOptions, so its tag is 11110000 << 3 | 2.
    const bank = files.find((file) => file.proto.package === "cosmos.bank.v1beta1");
    const send = bank?.messages.find((one) => one.name === "MsgSend") as DescMessage;
    const raw = (send.proto.options as Message | undefined)?.$unknown ?? [];
    const signer = raw.find((one) => one.no === 11110000);
    expect(new BinaryReader(signer?.data as Uint8Array).string()).toBe("from_address");
  });
});

// SPDX-License-Identifier: Apache-2.0
/**
 * Makes proto/src/gen/types.ts: the types that may stand in an Any, with the descriptors of these
 * messages and of their parts. Queries, genesis files and services are left out: no change of
 * theirs changes the decoding of transactions.
 */
import { create, fromBinary } from "@bufbuild/protobuf";
import { embedFileDesc } from "@bufbuild/protobuf/codegenv2";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { FieldDescriptorProto_Type, FieldOptionsSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const MSG = "cosmos.base.v1beta1.Msg";
const RESPONSE = "cosmos.tx.v1beta1.MsgResponse";
/**
 * Messages that a transaction can carry and no service handles: the reference decodes them
 * (x/compute codec.go).
 */
const WITHOUT_HANDLER = ["secret.compute.v1beta1.MsgMigrateContractProposal"];

/**
 * Extension options accept an interface that no type has; the ante refuses them with a separate
 * code (ADR 77).
 */
const REFUSED_LATER = "cosmos.tx.v1beta1.TxExtensionOptionI";

const ACCEPTS_INTERFACE = 93001;
const { MESSAGE, ENUM } = FieldDescriptorProto_Type;
/** Their descriptors come with the library. */
const isWellKnown = (typeName) => typeName.startsWith("google.protobuf.");

/** The services whose rpcs are messages of transactions. */
const messageServices = (files) =>
  files.flatMap((file) =>
    file.service
      .filter(({ name }) => name === "Msg")
      .map(({ method }) => ({
        name: `${file.package}.Msg`,
        rpcs: method.map(({ inputType, outputType }) => [inputType.slice(1), outputType.slice(1)]),
      })),
  );

/** Types by interface: those that the public modules register, and every message of a service. */
function implementations(registered, services) {
  const all = new Map(Object.entries(registered).map(([name, types]) => [name, new Set(types)]));
  for (const [input, output] of services.flatMap(({ rpcs }) => rpcs)) {
    all.get(MSG).add(input);
    all.get(RESPONSE).add(output);
  }
  for (const name of WITHOUT_HANDLER) all.get(MSG).add(name);
  return all;
}

/** Names of types by the file that has them. */
function declarations(files) {
  const found = new Map();
  for (const file of files) {
    const add = (prefix, { name, nestedType = [], enumType = [] }, top) => {
      const typeName = `${prefix}.${name}`;
      found.set(typeName, { file, top: top ?? typeName });
      for (const one of [...nestedType, ...enumType]) add(typeName, one, top ?? typeName);
    };
    for (const one of [...file.messageType, ...file.enumType]) add(file.package, one);
  }
  return found;
}

/** Names of the top-level types that the given ones are made of, themselves included. */
function closure(roots, declared) {
  const reached = new Set();
  const queue = [...roots];
  const visit = ({ field = [], nestedType = [] }) => {
    for (const { type, typeName } of field) {
      if ((type === MESSAGE || type === ENUM) && !isWellKnown(typeName.slice(1))) queue.push(typeName.slice(1));
    }
    for (const one of nestedType) visit(one);
  };
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    const found = declared.get(name);
    if (found === undefined) throw new Error(`no file declares ${name}`);
    if (reached.has(found.top)) continue;
    reached.add(found.top);
    const message = found.file.messageType.find((one) => `${found.file.package}.${one.name}` === found.top);
    if (message !== undefined) visit(message);
  }
  return reached;
}

/**
 * Writes the accepted interface into the options of each Any, and takes the field from `unsaid`.
 */
function accept(pkg, messages, unsaid) {
  for (const message of messages) {
    for (const field of message.field) {
      const name = `${pkg}.${message.name}.${field.name}`;
      const accepted = unsaid.get(name);
      if (accepted === undefined) continue;
      unsaid.delete(name);
      field.options ??= create(FieldOptionsSchema);
      const others = (field.options.$unknown ?? []).filter(({ no }) => no !== ACCEPTS_INTERFACE);
      const data = new BinaryWriter().string(accepted).finish();
      field.options.$unknown = [...others, { no: ACCEPTS_INTERFACE, wireType: 2, data }];
    }
  }
}

/** Files that a file needs, in the order of their names. */
function importsOf(file, messages, declared) {
  const needed = new Set();
  const visit = ({ field, nestedType }) => {
    for (const { type, typeName } of field) {
      if (type !== MESSAGE && type !== ENUM) continue;
      const name = typeName.slice(1);
      needed.add(isWellKnown(name) ? name : declared.get(name).file.package);
    }
    for (const one of nestedType) visit(one);
  };
  for (const message of messages) visit(message);
  needed.delete(file.package);
  return [...needed].sort();
}

/**
 * The text of types.ts.
 * @param {Uint8Array} image FileDescriptorSet of all schema files
 * @param {{ implementations: Record<string, string[]>, accepts: Record<string, string> }} facts
 * proto/interfaces.json
 */
export function typesModule(image, facts) {
  const files = fromBinary(FileDescriptorSetSchema, image).file.filter(({ package: pkg }) => pkg !== "google.protobuf");
  files.sort((a, b) => (a.package < b.package ? -1 : 1));
  const declared = declarations(files);
  const services = messageServices(files);
  const interfaces = [...implementations(facts.implementations, services)].sort(([a], [b]) => (a < b ? -1 : 1));
  const reached = closure(
    interfaces.flatMap(([, types]) => [...types]),
    declared,
  );
  const unsaid = new Map(Object.entries(facts.accepts).filter(([, name]) => name !== REFUSED_LATER));
  const lines = [];
  for (const file of files) {
    const isKept = ({ name }) => reached.has(`${file.package}.${name}`);
    const messages = file.messageType.filter(isKept);
    const enums = file.enumType.filter(isKept);
    if (messages.length + enums.length === 0) continue;
    accept(file.package, messages, unsaid);
    const imports = importsOf(file, messages, declared);
    file.messageType = messages;
    file.enumType = enums;
    file.service = [];
    file.extension = [];
    file.dependency = [];
    file.publicDependency = [];
    file.sourceCodeInfo = undefined;
    lines.push(`  ${JSON.stringify(file.package)}: {`);
    lines.push(`    imports: ${JSON.stringify(imports)},`);
    lines.push(`    descriptor: ${JSON.stringify(embedFileDesc(file).base64())},`, "  },");
  }
  if (unsaid.size > 0) throw new Error(`no such field: ${[...unsaid.keys()].join(", ")}`);
  return [
    "// Written by tools/proto/generate.mjs.",
    "",
    "/** A proto package: names of the packages and well-known types it needs, and its FileDescriptorProto in base64. */",
    "export interface TypeFile {",
    "  readonly imports: readonly string[];",
    "  readonly descriptor: string;",
    "}",
    "",
    "/** Messages that may stand in an Any, and the types of their fields, by package. */",
    "export const typeFiles: Readonly<Record<string, TypeFile>> = {",
    ...lines,
    "};",
    "",
    "/** Messages of transactions with their responses, by service, in the order of the declaration. */",
    "export const messageServices: Readonly<Record<string, readonly (readonly [message: string, response: string])[]>> = {",
    ...services.map(({ name, rpcs }) => `  ${JSON.stringify(name)}: ${JSON.stringify(rpcs)},`),
    "};",
    "",
    "/** Types that may stand in an Any, by the interface that they implement. */",
    "export const implementations: Readonly<Record<string, readonly string[]>> = {",
    ...interfaces.map(([name, types]) => `  ${JSON.stringify(name)}: ${JSON.stringify([...types].sort())},`),
    "};",
    "",
  ].join("\n");
}

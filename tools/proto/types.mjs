/**
 * Writes proto/src/gen/types.ts: what may stand in an Any, with the descriptors of these messages and of what they are made of. Queries,
 * genesis files and services are left out: no change of theirs changes what decodes a transaction.
 */
import { create, fromBinary } from "@bufbuild/protobuf";
import { embedFileDesc } from "@bufbuild/protobuf/codegenv2";
import { BinaryWriter } from "@bufbuild/protobuf/wire";
import { FieldDescriptorProto_Type, FieldOptionsSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";

const MSG = "cosmos.base.v1beta1.Msg";
const RESPONSE = "cosmos.tx.v1beta1.MsgResponse";
const PUBLIC_KEY = "cosmos.crypto.PubKey";
const CLIENT_STATE = "ibc.core.client.v1.ClientState";
const CONSENSUS_STATE = "ibc.core.client.v1.ConsensusState";
/** Headers and misbehaviours are one Go interface (ibc-go exported.ClientMessage). */
const CLIENT_MESSAGE = "ibc.core.client.v1.Header";

/** Messages that a transaction can carry and no service handles: the reference decodes them (x/compute codec.go). */
const WITHOUT_HANDLER = ["secret.compute.v1beta1.MsgMigrateContractProposal"];

/** Interfaces of fields whose declaration names none, from UnpackInterfaces of the Go types (SDK 0.50.13, ibc-go 8.7). */
const ACCEPTS = {
  "cosmos.auth.v1beta1.BaseAccount.pub_key": PUBLIC_KEY,
  "cosmos.crypto.multisig.LegacyAminoPubKey.public_keys": PUBLIC_KEY,
  "cosmos.gov.v1.MsgSubmitProposal.messages": MSG,
  "cosmos.tx.v1beta1.SignerInfo.public_key": PUBLIC_KEY,
  "cosmos.tx.v1beta1.TxBody.messages": MSG,
  "ibc.core.client.v1.MsgCreateClient.client_state": CLIENT_STATE,
  "ibc.core.client.v1.MsgCreateClient.consensus_state": CONSENSUS_STATE,
  "ibc.core.client.v1.MsgIBCSoftwareUpgrade.upgraded_client_state": CLIENT_STATE,
  "ibc.core.client.v1.MsgSubmitMisbehaviour.misbehaviour": CLIENT_MESSAGE,
  "ibc.core.client.v1.MsgUpdateClient.client_message": CLIENT_MESSAGE,
  "ibc.core.client.v1.MsgUpgradeClient.client_state": CLIENT_STATE,
  "ibc.core.client.v1.MsgUpgradeClient.consensus_state": CONSENSUS_STATE,
  "ibc.core.client.v1.UpgradeProposal.upgraded_client_state": CLIENT_STATE,
  "ibc.core.connection.v1.MsgConnectionOpenAck.client_state": CLIENT_STATE,
  "ibc.core.connection.v1.MsgConnectionOpenTry.client_state": CLIENT_STATE,
};

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

/** Which types implement which interface: what the public modules register, and every message of a service. */
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

/** Says in a field's options which interface it accepts. */
function accept(pkg, messages, unused) {
  for (const message of messages) {
    for (const field of message.field) {
      const name = `${pkg}.${message.name}.${field.name}`;
      if (ACCEPTS[name] === undefined) continue;
      unused.delete(name);
      field.options ??= create(FieldOptionsSchema);
      const data = new BinaryWriter().string(ACCEPTS[name]).finish();
      field.options.$unknown = [...(field.options.$unknown ?? []), { no: ACCEPTS_INTERFACE, wireType: 2, data }];
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
 * @param {Readonly<Record<string, readonly string[]>>} registered types by interface, as the public modules register them
 */
export function typesModule(image, registered) {
  const files = fromBinary(FileDescriptorSetSchema, image).file.filter(({ package: pkg }) => pkg !== "google.protobuf");
  files.sort((a, b) => (a.package < b.package ? -1 : 1));
  const declared = declarations(files);
  const services = messageServices(files);
  const interfaces = [...implementations(registered, services)].sort(([a], [b]) => (a < b ? -1 : 1));
  const reached = closure(
    interfaces.flatMap(([, types]) => [...types]),
    declared,
  );
  const unused = new Set(Object.keys(ACCEPTS));
  const lines = [];
  for (const file of files) {
    const isKept = ({ name }) => reached.has(`${file.package}.${name}`);
    const messages = file.messageType.filter(isKept);
    const enums = file.enumType.filter(isKept);
    if (messages.length + enums.length === 0) continue;
    accept(file.package, messages, unused);
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
  if (unused.size > 0) throw new Error(`no such field: ${[...unused].join(", ")}`);
  return [
    "// Written by tools/proto/generate.mjs.",
    "",
    "/** A proto package: names of the packages and well-known types it needs, and its FileDescriptorProto in base64. */",
    "export interface TypeFile {",
    "  readonly imports: readonly string[];",
    "  readonly descriptor: string;",
    "}",
    "",
    "/** Messages that may stand in an Any, and what they are made of, by package. */",
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

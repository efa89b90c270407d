// SPDX-License-Identifier: Apache-2.0
import type { DescFile, DescMessage } from "@bufbuild/protobuf";
import { fileDesc } from "@bufbuild/protobuf/codegenv2";
import {
  file_google_protobuf_any,
  file_google_protobuf_duration,
  file_google_protobuf_timestamp,
} from "@bufbuild/protobuf/wkt";
import type { TypeRegistry } from "@sotto/codec";
import { assert } from "@sotto/errors";
import { implementations, messageServices, typeFiles } from "@sotto/proto/types";

const WELL_KNOWN: Readonly<Partial<Record<string, DescFile>>> = {
  "google.protobuf.Any": file_google_protobuf_any,
  "google.protobuf.Duration": file_google_protobuf_duration,
  "google.protobuf.Timestamp": file_google_protobuf_timestamp,
};

const files = new Map<string, DescFile>();

/**
 * A package's descriptor, read at its first use. Cost: 0.1 to 1 ms; all 44 packages 10 to 20 ms and
 * 1.4 MB.
 */
function fileOf(name: string): DescFile {
  const known = WELL_KNOWN[name] ?? files.get(name);
  if (known !== undefined) return known;
  const declared = typeFiles[name];
  assert(declared !== undefined, `there are no types of ${name}`);
  const file = fileDesc(declared.descriptor, declared.imports.map(fileOf));
  files.set(name, file);
  return file;
}

/** Names of types, by the interface that they implement. */
const byInterface: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(implementations).map(([name, types]) => [name, new Set(types)]),
);

/** All types that an Any may contain, with the descriptors that were used so far. */
const schemas = new Map<string, DescMessage | undefined>(
  Object.values(implementations).flatMap((types) => types.map((name) => [name, undefined] as const)),
);

function schemaOf(name: string): DescMessage {
  const schema = fileOf(name.slice(0, name.lastIndexOf("."))).messages.find(({ typeName }) => typeName === name);
  assert(schema !== undefined, `there is no descriptor of ${name}`);
  schemas.set(name, schema);
  return schema;
}

/**
 * Every type that the reference's modules register for an Any: messages with their responses,
 * accounts, keys, grants, allowances, proposals, clients, evidence. Host and enclave decode with it
 * and must agree. It is independent of the chain's modules: a new module must not change the
 * enclave (ADR 77).
 */
export const chainTypes: TypeRegistry = {
  getMessage: (name) => schemas.get(name) ?? (schemas.has(name) ? schemaOf(name) : undefined),
  implementsInterface: (typeName, interfaceName) => byInterface.get(interfaceName)?.has(typeName) ?? false,
};

/**
 * Types of the messages that transactions can carry, of all modules of the reference. Cost: reads
 * every descriptor.
 */
export const chainMessages = (): readonly DescMessage[] =>
  Object.values(messageServices).flatMap((rpcs) => rpcs.map(([message]) => schemas.get(message) ?? schemaOf(message)));

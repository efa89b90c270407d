// SPDX-License-Identifier: Apache-2.0
import { createRegistry, type DescFile, type DescMessage, type Registry } from "@bufbuild/protobuf";
import { encodeFileDescriptor } from "@sotto/codec";

/**
 * The proto files of the process, by name, symbol and extension, with the answers of Go's
 * protoregistry.
 */
export interface Descriptors {
  /** By path: `cosmos/bank/v1beta1/bank.proto`. */
  file(path: string): DescFile | undefined;
  /**
   * The file that declares a message, enum, enum value, field, oneof, extension, service or method,
   * by its full name.
   */
  fileOfSymbol(name: string): DescFile | undefined;
  /** The file that declares an extension of a message by its number. */
  fileOfExtension(typeName: string, number: number): DescFile | undefined;
  /** Numbers of the extensions of a message, ascending; undefined for an unknown name. */
  extensionNumbers(typeName: string): readonly number[] | undefined;
}

/** Every file that these files need, themselves included. */
function withImports(files: readonly DescFile[]): DescFile[] {
  const found = new Set<DescFile>();
  const visit = (file: DescFile): void => {
    if (found.has(file)) return;
    found.add(file);
    file.dependencies.forEach(visit);
  };
  files.forEach(visit);
  return [...found];
}

const hasMember = ({ fields, oneofs }: DescMessage, name: string): boolean =>
  fields.some((field) => field.name === name) || oneofs.some((oneof) => oneof.name === name);

/**
 * The file of a name outside of the registry: members of messages and services, and values of
 * enums.
 */
function fileOfMember(registry: Registry, name: string): DescFile | undefined {
  const dot = name.lastIndexOf(".");
  const scope = name.slice(0, Math.max(0, dot));
  const last = name.slice(dot + 1);
  const message = registry.getMessage(scope);
  if (message !== undefined && hasMember(message, last)) return message.file;
  const service = registry.getService(scope);
  if (service?.methods.some((method) => method.name === last)) return service.file;
  // The name of a value is beside its enum, not inside it.
  for (const type of registry) {
    if (type.kind !== "enum" || (type.parent?.typeName ?? type.file.proto.package) !== scope) continue;
    if (type.values.some((value) => value.name === last)) return type.file;
  }
  return undefined;
}

/** Descriptors of files and all that they import. Cost: a registry of every type in them. */
export function createDescriptors(given: readonly DescFile[]): Descriptors {
  const files = withImports(given);
  const byPath = new Map(files.map((file) => [file.proto.name, file]));
  const registry = createRegistry(...files);
  const extensionsOf = (typeName: string) =>
    [...registry].filter((type) => type.kind === "extension").filter(({ extendee }) => extendee.typeName === typeName);
  return {
    file: (path) => byPath.get(path),
    fileOfSymbol: (name) => registry.get(name)?.file ?? fileOfMember(registry, name),
    fileOfExtension: (typeName, number) => extensionsOf(typeName).find((each) => each.number === number)?.file,
    extensionNumbers(typeName) {
      const numbers = extensionsOf(typeName).map(({ number }) => number);
      const known = numbers.length > 0 || registry.get(typeName) !== undefined || fileOfMember(registry, typeName);
      return known ? numbers.sort((a, b) => a - b) : undefined;
    },
  };
}

/**
 * A file and its imports, breadth first, each encoded and added to `sent`; files sent before are
 * omitted, except the requested one.
 */
export function encodeWithImports(asked: DescFile, sent: Set<string>): Uint8Array[] {
  const out: Uint8Array[] = [];
  const queue: DescFile[] = [asked];
  const seen = new Set(queue);
  for (const file of queue) {
    if (file === asked || !sent.has(file.proto.name)) out.push(encodeFileDescriptor(file));
    sent.add(file.proto.name);
    for (const each of file.dependencies) {
      if (seen.has(each)) continue;
      seen.add(each);
      queue.push(each);
    }
  }
  return out;
}

// SPDX-License-Identifier: Apache-2.0
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { decode, type UnknownFields } from "./decode.ts";
import { encode } from "./encode.ts";
import { CodecError } from "./errors.ts";
import type { Fields } from "./plan.ts";

/** Which message types may be inside an Any: protobuf-es's `createRegistry(...)` is one. */
export interface TypeRegistry {
  getMessage(typeName: string): DescMessage | undefined;
  /**
   * Whether a type may stand in an Any that accepts an interface. A registry without it knows no
   * interfaces: every type may.
   */
  implementsInterface?(typeName: string, interfaceName: string): boolean;
}

/** A message of any type, with the type. */
export interface UnpackedAny {
  readonly schema: DescMessage;
  readonly message: Fields;
}

/** The schema of a type URL. Only "/package.Type" is one, as in the SDK's interface registry. */
export function resolveType(registry: TypeRegistry, typeUrl: string): DescMessage {
  const schema = typeUrl.startsWith("/") ? registry.getMessage(typeUrl.slice(1)) : undefined;
  if (schema === undefined) throw CodecError.typeUrl(`unable to resolve type URL ${typeUrl}`);
  return schema;
}

/**
 * The schema of a type URL, if an Any that accepts the interface may hold it; without an interface,
 * any may.
 */
export function resolveImplementation(
  registry: TypeRegistry,
  typeUrl: string,
  interfaceName: string | undefined,
): DescMessage {
  const schema = resolveType(registry, typeUrl);
  if (interfaceName !== undefined && registry.implementsInterface?.(schema.typeName, interfaceName) === false) {
    throw CodecError.typeUrl(`no concrete type registered for type URL ${typeUrl} against interface ${interfaceName}`);
  }
  return schema;
}

/** The message inside an Any. */
export function unpackAny(
  any: Pick<Any, "typeUrl" | "value">,
  registry: TypeRegistry,
  unknown: UnknownFields = "drop",
): UnpackedAny {
  const schema = resolveType(registry, any.typeUrl);
  return { schema, message: decode(schema, any.value, unknown) as Fields };
}

/** An Any that holds a message. */
export function packAny<D extends DescMessage>(schema: D, message: MessageShape<D>): Any {
  return create(AnySchema, { typeUrl: `/${schema.typeName}`, value: encode(schema, message) });
}

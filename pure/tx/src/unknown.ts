// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import { MAX_PROTO_FIELDS, ProtoReader, resolveImplementation, type TypeRegistry, WireType } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { accepts_interface } from "@sotto/proto/cosmos_proto";
import { isNonCritical } from "./body.ts";
import { unknownField, wrongWireType } from "./errors.ts";
import type { PackedAny } from "./packedAny.ts";
import type { TxBody } from "./types.ts";

/**
 * Depth of Anys inside Anys: the reference's limit is 10 (codec/types, maxUnpackAnyRecursionDepth).
 */
const MAX_ANY_DEPTH = 10;
/** Depth of messages inside messages. */
const MAX_DEPTH = 64;
/**
 * Most Anys of one transaction, over all levels: the reference's limit for one message
 * (codec/types, maxUnpackAnySubCalls).
 */
const MAX_ANYS = 100;

/**
 * Most fields of all messages of one transaction; its Anys are read one by one, each under a
 * separate limit.
 */
const MAX_FIELDS = MAX_PROTO_FIELDS;

interface KnownField {
  readonly wireType: number;
  readonly packed: boolean;
  readonly message: DescMessage | undefined;
  /** The interface that an Any accepts; undefined accepts every type. */
  readonly accepts: string | undefined;
}

const plans = new WeakMap<DescMessage, ReadonlyMap<number, KnownField>>();

function planOf(schema: DescMessage): ReadonlyMap<number, KnownField> {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = new Map(schema.fields.map((field) => [field.number, knownField(field)]));
    plans.set(schema, plan);
  }
  return plan;
}

function knownField(field: DescField): KnownField {
  const { bytes, varint } = WireType;
  if (field.fieldKind === "map") return { wireType: bytes, packed: false, message: undefined, accepts: undefined };
  if (field.message !== undefined) {
    const accepts = getOption(field, accepts_interface) || undefined;
    return { wireType: bytes, packed: false, message: field.message, accepts };
  }
  const wireType = field.enum !== undefined ? varint : wireTypeOf(field.scalar as ScalarType);
  const packed = field.fieldKind === "list" && wireType !== bytes;
  return { wireType, packed, message: undefined, accepts: undefined };
}

function wireTypeOf(type: ScalarType): number {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.bytes;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.fixed64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.fixed32;
    default:
      return WireType.varint;
  }
}

/** Counters over all messages of a transaction. */
interface Total {
  fields: number;
}

class Walk {
  readonly registry: TypeRegistry;
  readonly total: Total;
  /** Whether an Any inside of a message may lack its type: not in transactions. */
  readonly mayBeEmpty: boolean;
  anys = 0;
  /** Whether a field was skipped that its message does not have. */
  skipped = false;

  constructor(registry: TypeRegistry, total: Total = { fields: 0 }, mayBeEmpty = false) {
    this.registry = registry;
    this.total = total;
    this.mayBeEmpty = mayBeEmpty;
  }

  any({ typeUrl, value }: PackedAny, accepts: string | undefined, anyDepth: number, depth: number): void {
    if (anyDepth > MAX_ANY_DEPTH) throw SdkError.txDecode("Anys are nested too deep");
    if (++this.anys > MAX_ANYS) throw SdkError.txDecode("a message holds too many Anys");
    const schema = resolveImplementation(this.registry, typeUrl, accepts);
    if (schema.typeName === "google.protobuf.Any") throw SdkError.txDecode("an Any holds an Any");
    const r = new ProtoReader(value);
    this.fields(r, schema, anyDepth, depth);
    this.total.fields += r.fields;
    if (this.total.fields > MAX_FIELDS) throw SdkError.txDecode(`the messages hold over ${MAX_FIELDS} fields`);
  }

  fields(r: ProtoReader, schema: DescMessage, anyDepth: number, depth: number): void {
    if (depth > MAX_DEPTH) throw SdkError.txDecode(`${schema.typeName} is nested too deep`);
    const plan = planOf(schema);
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      const field = plan.get(tag >>> 3);
      const wireType = tag & 7;
      if (field === undefined) {
        if (!isNonCritical(tag >>> 3)) throw unknownField(goTypeOf(schema), tag);
        this.skipped = true;
        r.skip(tag);
      } else if (wireType !== field.wireType && !(field.packed && wireType === WireType.bytes)) {
        throw wrongWireType(goTypeOf(schema), tag);
      } else if (field.message === undefined) r.skip(tag);
      else if (field.message.typeName === "google.protobuf.Any") this.packed(r, field.accepts, anyDepth, depth);
      else {
        const outer = r.enter();
        this.fields(r, field.message, anyDepth, depth + 1);
        r.leave(outer);
      }
    }
  }

  packed(r: ProtoReader, accepts: string | undefined, anyDepth: number, depth: number): void {
    let typeUrl = "";
    let value = EMPTY;
    const outer = r.enter();
    for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
      if (tag === 0x0a) typeUrl = r.string();
      else if (tag === 0x12) value = r.bytes();
      else throw unknownField("types.Any", tag);
    }
    r.leave(outer);
    // In Go such an Any stays nil (codec/types UnpackAny). In transactions its type is looked for.
    if (this.mayBeEmpty && typeUrl === "" && value.length === 0) return;
    this.any({ typeUrl, value }, accepts, anyDepth + 1, depth + 1);
  }
}

const EMPTY: Uint8Array = new Uint8Array(0);

/** Packages whose Go package is not called `types`. Only error texts depend on it. */
const GO_PACKAGES: Readonly<Record<string, string>> = {
  "cosmos.authz.v1beta1": "authz",
  "cosmos.feegrant.v1beta1": "feegrant",
  "cosmos.gov.v1": "v1",
  "cosmos.gov.v1beta1": "v1beta1",
};

function goTypeOf(schema: DescMessage): string {
  const pkg = schema.file.proto.package;
  return `${GO_PACKAGES[pkg] ?? "types"}.${schema.typeName.slice(pkg.length + 1).replaceAll(".", "_")}`;
}

/** The interface of a transaction's messages. */
const MSG = "cosmos.base.v1beta1.Msg";

/**
 * Refuses unknown types, types whose interface an Any does not accept, and unknown critical fields,
 * at any depth, Anys included. Extension options may be of any known type: the ante steps refuse
 * them. Source: codec/unknownproto, RejectUnknownFields; codec/types, UnpackAny. Cost: one walk
 * over the bytes; no copies.
 */
export function assertKnownTypes(body: TxBody, registry: TypeRegistry): void {
  const total = { fields: 0 };
  for (const message of body.messages) new Walk(registry, total).any(message, MSG, 0, 0);
  for (const list of [body.extensionOptions, body.nonCriticalExtensionOptions]) {
    for (const option of list) new Walk(registry, total).any(option, undefined, 0, 0);
  }
}

/**
 * The same for a message that does not come from a transaction. Throws CodecError and
 * SdkError.txDecode.
 */
export const assertKnownMessage = (message: PackedAny, registry: TypeRegistry): void =>
  new Walk(registry, { fields: 0 }, true).any(message, MSG, 0, 0);

/**
 * Whether messages have unknown non-critical fields, at any depth. Throws as
 * `assertKnownTypes`. Source: x/tx decode, RejectUnknownFields.
 */
export function hasUnknownFields(body: TxBody, registry: TypeRegistry): boolean {
  return body.messages.some((message) => {
    const walk = new Walk(registry);
    walk.any(message, MSG, 0, 0);
    return walk.skipped;
  });
}

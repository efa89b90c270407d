// SPDX-License-Identifier: Apache-2.0
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type DescOneof,
  getOption,
  hasOption,
  type Message,
  ScalarType,
} from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { InvariantBroken } from "@sotto/errors";
import { field_added_in } from "@sotto/proto/cosmos_proto";
import { casttype, customtype, nullable, stdduration, stdtime } from "@sotto/proto/gogoproto";
import type { CustomKind } from "./customType.ts";
import { WireType } from "./protoWriter.ts";

/** The kind of a field's value, flattened for one switch. */
export const Op = {
  bool: 0,
  int32: 1,
  uint32: 2,
  int64: 3,
  uint64: 4,
  enum: 5,
  string: 6,
  bytes: 7,
  message: 8,
  fixed32: 9,
  sfixed32: 10,
  fixed64: 11,
  sfixed64: 12,
  /** Int or LegacyDec in a string field, and in a bytes field. */
  customString: 13,
  customBytes: 14,
  /** A kind that no consensus type has (floats, zigzag integers, groups). */
  none: 15,
} as const;

/**
 * A message by field name, as in the generated types. The plan has each field's type; the compiler
 * does not.
 */
export type Fields = Message & Record<string, unknown>;

/** The state of a protobuf-es oneof. */
export interface OneofValue {
  readonly case: string | undefined;
  readonly value?: unknown;
}

/** All that encoding and decoding need of one field, read from the descriptor once. */
export interface FieldPlan {
  readonly desc: DescField;
  readonly number: number;
  readonly name: string;
  readonly localName: string;
  /** Name in messages of the oneof that the field belongs to. */
  readonly oneof: string | undefined;
  readonly op: number;
  /** Tag of a single value, and of the packed form (0 without one). */
  readonly tag: number;
  readonly packedTag: number;
  readonly packed: boolean;
  readonly list: boolean;
  /** Key and value of a map field. */
  readonly map: { readonly key: FieldPlan; readonly value: FieldPlan } | undefined;
  /** Whether an absent scalar differs from a zero one (proto2, `optional`). */
  readonly explicit: boolean;
  /**
   * Go holds a value, not a pointer: gogoproto.nullable = false. Always written, printed as a zero
   * value when absent.
   */
  readonly always: boolean;
  readonly custom: CustomKind;
  readonly std: "time" | "duration" | undefined;
  /** A Go byte type that marshals itself to JSON. */
  readonly cast: "address" | "hex" | "json" | undefined;
  readonly enum: DescEnum | undefined;
  readonly message: DescMessage | undefined;
}

/** All that encoding and decoding need of one message type. */
export interface MessagePlan {
  readonly schema: DescMessage;
  /** In the order of the wire. */
  readonly wire: readonly FieldPlan[];
  /**
   * In the order of the declaration: fields outside oneofs, and a oneof at the position of its
   * first field.
   */
  readonly members: readonly (FieldPlan | OneofPlan)[];
  /** By field number. */
  readonly byNumber: ReadonlyMap<number, FieldPlan>;
  /** By tag, packed and unpacked. */
  readonly byTag: ReadonlyMap<number, FieldPlan>;
  /** The same for tags of one byte: an array read instead of a hash. */
  readonly byShortTag: readonly (FieldPlan | undefined)[];
  readonly zero: () => Fields;
}

export interface OneofPlan {
  readonly desc: DescOneof;
  readonly localName: string;
  readonly fields: readonly FieldPlan[];
}

export const isOneof = (member: FieldPlan | OneofPlan): member is OneofPlan => "fields" in member;

const plans = new WeakMap<DescMessage, MessagePlan>();

/** The plan of a message type, compiled at its first use. Cost: one WeakMap read. */
export function planOf(schema: DescMessage): MessagePlan {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = compile(schema);
    plans.set(schema, plan);
  }
  return plan;
}

/**
 * Fields that the descriptors declare but the Go types of SDK 0.50 lack. For the chain they are
 * unknown fields: a transaction with such a field is refused, and they are never printed.
 */
function isFuture(desc: DescField): boolean {
  const added = getOption(desc, field_added_in);
  return added.startsWith("cosmos-sdk 0.53");
}

function compile(schema: DescMessage): MessagePlan {
  if (schema.typeName.startsWith("google.protobuf.") && schema.typeName.endsWith("Value")) {
    throw new InvariantBroken(`${schema.typeName} has no plan: no chain type uses wrappers`);
  }
  const byDesc = new Map<DescField, FieldPlan>();
  for (const desc of schema.fields) if (!isFuture(desc)) byDesc.set(desc, compileField(desc));
  const fields = [...byDesc.values()];
  const byTag = new Map<number, FieldPlan>();
  for (const field of fields) {
    byTag.set(field.tag, field);
    if (field.packedTag !== 0) byTag.set(field.packedTag, field);
  }
  const members: (FieldPlan | OneofPlan)[] = [];
  for (const member of schema.members) {
    if (member.kind === "oneof") {
      members.push({ desc: member, localName: member.localName, fields: pick(member.fields, byDesc) });
    } else members.push(...pick([member], byDesc));
  }
  return {
    schema,
    wire: [...fields].sort((a, b) => wirePlace(a) - wirePlace(b)),
    members,
    byNumber: new Map(fields.map((field) => [field.number, field])),
    byTag,
    byShortTag: Array.from({ length: 128 }, (_, tag) => byTag.get(tag)),
    zero: zeroMaker(schema, members),
  };
}

function pick(descs: readonly DescField[], byDesc: ReadonlyMap<DescField, FieldPlan>): FieldPlan[] {
  return descs.map((desc) => byDesc.get(desc)).filter((field) => field !== undefined);
}

/**
 * Ascending numbers; gogoproto's marshaler writes a oneof at the position of its highest number
 * (plugin/marshalto).
 */
function wirePlace(field: FieldPlan): number {
  return Math.max(field.number, ...(field.desc.oneof?.fields ?? []).map((other) => other.number));
}

/**
 * Makes zero messages as protobuf-es `create` does. Cost: 36 ns for a small type; copying a
 * template costs 50.
 */
function zeroMaker(schema: DescMessage, members: MessagePlan["members"]): () => Fields {
  // Presence of proto2 fields is in a prototype that only `create` makes.
  if (members.some((member) => !isOneof(member) && member.explicit)) return () => create(schema) as Fields;
  const template = create(schema) as Fields;
  const kept = members.filter((member) => member.localName in template);
  const names = kept.map((member) => member.localName);
  const kinds = kept.map((member) =>
    isOneof(member) ? ZERO.oneof : member.list ? ZERO.list : member.map ? ZERO.map : ZERO.value,
  );
  const values = names.map((name) => template[name]);
  const $typeName = schema.typeName;
  return () => {
    const message: Fields = { $typeName };
    for (let i = 0; i < names.length; i++) {
      const kind = kinds[i];
      const zero =
        kind === ZERO.value ? values[i] : kind === ZERO.list ? [] : kind === ZERO.map ? {} : { case: undefined };
      message[names[i] as string] = zero;
    }
    return message;
  };
}

const ZERO = { value: 0, list: 1, map: 2, oneof: 3 } as const;

const SCALAR_OPS: Readonly<Partial<Record<ScalarType, number>>> = {
  [ScalarType.BOOL]: Op.bool,
  [ScalarType.INT32]: Op.int32,
  [ScalarType.UINT32]: Op.uint32,
  [ScalarType.INT64]: Op.int64,
  [ScalarType.UINT64]: Op.uint64,
  [ScalarType.STRING]: Op.string,
  [ScalarType.BYTES]: Op.bytes,
  [ScalarType.FIXED32]: Op.fixed32,
  [ScalarType.SFIXED32]: Op.sfixed32,
  [ScalarType.FIXED64]: Op.fixed64,
  [ScalarType.SFIXED64]: Op.sfixed64,
};

/** Wire type by Op. */
const WIRE_TYPES = [0, 0, 0, 0, 0, 0, 2, 2, 2, 5, 5, 1, 1, 2, 2, 0];

const CUSTOM_TYPES: ReadonlyMap<string, CustomKind> = new Map([
  ["cosmossdk.io/math.Int", "int"],
  ["github.com/cosmos/cosmos-sdk/types.Int", "int"],
  ["cosmossdk.io/math.LegacyDec", "dec"],
  ["github.com/cosmos/cosmos-sdk/types.Dec", "dec"],
]);

/**
 * Fields of public packages with a casttype that marshals itself (the facts leave casttypes out):
 * HexBytes, RawMessage.
 */
const HEX_FIELD = "ibc.lightclients.tendermint.v1.ConsensusState.next_validators_hash";
const JSON_FIELD = "cosmos.genutil.v1beta1.GenesisState.gen_txs";

function castOf(desc: DescField): FieldPlan["cast"] {
  const type = getOption(desc, casttype);
  if (type.endsWith(".AccAddress")) return "address";
  const name = `${desc.parent.typeName}.${desc.name}`;
  if (type.endsWith(".HexBytes") || name === HEX_FIELD) return "hex";
  return type.endsWith(".RawMessage") || name === JSON_FIELD ? "json" : undefined;
}

function scalarOp(type: ScalarType, custom: CustomKind | undefined): number {
  const op = SCALAR_OPS[type] ?? Op.none;
  if (custom === undefined) return op;
  return op === Op.string ? Op.customString : Op.customBytes;
}

function compileField(desc: DescField): FieldPlan {
  const custom = CUSTOM_TYPES.get(getOption(desc, customtype));
  const kind = desc.fieldKind === "list" ? desc.listKind : desc.fieldKind;
  let op: number = Op.none;
  if (kind === "enum") op = Op.enum;
  else if (kind === "message" || kind === "map") op = Op.message;
  else if (kind === "scalar") op = scalarOp(desc.scalar as ScalarType, custom);
  const list = desc.fieldKind === "list";
  const wireType = WIRE_TYPES[op] as number;
  const packable = list && wireType !== WireType.bytes;
  return {
    desc,
    number: desc.number,
    name: desc.name,
    localName: desc.localName,
    oneof: desc.oneof?.localName,
    op,
    tag: ((desc.number << 3) | wireType) >>> 0,
    packedTag: packable ? ((desc.number << 3) | WireType.bytes) >>> 0 : 0,
    packed: list && desc.packed,
    list,
    map: desc.fieldKind === "map" ? compileMap(desc) : undefined,
    explicit: desc.oneof === undefined && op !== Op.message && desc.presence !== FeatureSet_FieldPresence.IMPLICIT,
    always: !list && hasOption(desc, nullable) && !getOption(desc, nullable),
    custom: custom ?? "int",
    std: getOption(desc, stdtime) ? "time" : getOption(desc, stdduration) ? "duration" : undefined,
    cast: castOf(desc),
    enum: desc.enum,
    message: desc.message,
  };
}

function compileMap(desc: DescField & { fieldKind: "map" }): { key: FieldPlan; value: FieldPlan } {
  const part = (number: number, op: number): FieldPlan => ({
    desc,
    number,
    name: number === 1 ? "key" : "value",
    localName: number === 1 ? "key" : "value",
    oneof: undefined,
    op,
    tag: (number << 3) | (WIRE_TYPES[op] as number),
    packedTag: 0,
    packed: false,
    list: false,
    map: undefined,
    explicit: false,
    always: false,
    custom: "int",
    std: undefined,
    cast: undefined,
    enum: desc.enum,
    message: desc.message,
  });
  const op =
    desc.mapKind === "scalar"
      ? scalarOp(desc.scalar as ScalarType, undefined)
      : desc.mapKind === "enum"
        ? Op.enum
        : Op.message;
  // Only string keys: chain types have no others, and integer keys would be reordered by
  // JavaScript.
  if (desc.mapKey !== ScalarType.STRING)
    throw new InvariantBroken(`${desc.parent.typeName}.${desc.name}: map keys must be strings`);
  return { key: part(1, Op.string), value: part(2, op) };
}

// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, getOption, ScalarType } from "@bufbuild/protobuf";
import { FeatureSet_FieldPresence } from "@bufbuild/protobuf/wkt";
import { decode, formatTime, resolveType, type SecondsAndNanos, type TypeRegistry } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { WireCoin } from "@sotto/math/coins";
import { scalar } from "@sotto/proto/cosmos_proto";
import type { PackedAny } from "../packedAny.ts";
import { formatCoins, type UnitLookup } from "./coins.ts";
import type { Screens } from "./screen.ts";
import { formatBytes, formatDec, formatInt, formatSpan } from "./values.ts";

/** A decoded message by field names: the schema knows the types, the compiler does not. */
type Fields = Readonly<Record<string, unknown>>;

/**
 * Depth of messages inside messages, Anys included: more than any decoder of transactions accepts.
 */
const MAX_DEPTH = 100;

const COIN = "cosmos.base.v1beta1.Coin";
const ANY = "google.protobuf.Any";
const TIMESTAMP = "google.protobuf.Timestamp";
const DURATION = "google.protobuf.Duration";

/** The title of a field: `Validator address` for `validator_address`. */
const sentence = (name: string): string => name.slice(0, 1).toUpperCase() + name.slice(1).replaceAll("_", " ");

const orders = new WeakMap<DescMessage, readonly DescField[]>();

/** Fields by number. */
function fieldsOf(schema: DescMessage): readonly DescField[] {
  let fields = orders.get(schema);
  if (fields === undefined) {
    fields = [...schema.fields].sort((a, b) => a.number - b.number);
    orders.set(schema, fields);
  }
  return fields;
}

/** The value of a present field. A zero value of a field without presence is absent. */
function present(message: Fields, field: DescField): unknown {
  if (field.oneof !== undefined) {
    const chosen = message[field.oneof.localName] as { case?: string; value?: unknown } | undefined;
    return chosen?.case === field.localName ? chosen.value : undefined;
  }
  const value = message[field.localName];
  if (value === undefined || field.fieldKind === "message") return value;
  if (field.fieldKind === "list") return (value as readonly unknown[]).length > 0 ? value : undefined;
  if (field.fieldKind === "map") return Object.keys(value as object).length > 0 ? value : undefined;
  if (field.presence !== FeatureSet_FieldPresence.IMPLICIT)
    return Object.hasOwn(message, field.localName) ? value : undefined;
  if (value instanceof Uint8Array) return value.length > 0 ? value : undefined;
  return value === "" || value === 0 || value === 0n || value === false ? undefined : value;
}

/**
 * Turns messages into screens (ADR-050, annex 1). Source: cosmossdk.io/x/tx v0.13,
 * signing/textual/message.go and any.go.
 */
export class Renderer {
  readonly #registry: TypeRegistry;
  readonly #units: UnitLookup;
  readonly #out: Screens;

  constructor(registry: TypeRegistry, units: UnitLookup, out: Screens) {
    this.#registry = registry;
    this.#units = units;
    this.#out = out;
  }

  coins(title: string, coins: readonly WireCoin[], indent: number): void {
    this.#out.add(title, formatCoins(coins, this.#units), indent);
  }

  /** An Any, its fields one level deeper. Cost: the message is decoded. */
  any(title: string, { typeUrl, value }: PackedAny, indent: number, depth: number): void {
    const schema = resolveType(this.#registry, typeUrl);
    const { typeName } = schema;
    const special = typeName === COIN || typeName === ANY || typeName === TIMESTAMP || typeName === DURATION;
    // The codec has no plan for most of these types, and no message of a chain contains one.
    if (!special && typeName.startsWith("google.protobuf.")) throw SdkError.invalidRequest(`cannot show ${typeUrl}`);
    const message = decode(schema, value) as unknown as Fields;
    this.#out.add(title, typeUrl, indent);
    if (special) this.message("", schema, message, indent + 1, depth + 1);
    else this.#fields(schema, message, indent + 1, depth + 1);
  }

  /**
   * A message: in a special form, or a header and its fields one level deeper. The casts follow
   * from the name of the type, whose fields `decode` has filled in.
   */
  message(title: string, schema: DescMessage, message: Fields, indent: number, depth: number): void {
    if (depth > MAX_DEPTH) throw SdkError.invalidRequest("nested too deep");
    switch (schema.typeName) {
      case COIN:
        this.coins(title, [message as unknown as WireCoin], indent);
        break;
      case ANY:
        this.any(title, message as unknown as PackedAny, indent, depth);
        break;
      case TIMESTAMP: {
        const time = message as unknown as SecondsAndNanos;
        this.#out.add(title, formatTime(time, "shortest"), indent);
        break;
      }
      case DURATION: {
        const { seconds, nanos } = message as unknown as SecondsAndNanos;
        this.#out.add(title, formatSpan(seconds, nanos), indent);
        break;
      }
      default:
        this.#out.add(title, `${schema.name} object`, indent);
        this.#fields(schema, message, indent + 1, depth);
    }
  }

  #fields(schema: DescMessage, message: Fields, indent: number, depth: number): void {
    for (const field of fieldsOf(schema)) {
      const value = present(message, field);
      if (value === undefined) continue;
      const title = sentence(field.name);
      if (field.fieldKind !== "list") this.#value(title, field, value, indent, depth);
      else if (field.message?.typeName === COIN) this.coins(title, value as readonly WireCoin[], indent);
      else
        this.list(field.name, kindOf(field), value as readonly unknown[], indent, (each, item) =>
          this.#value(each, field, item, indent + 1, depth),
        );
    }
  }

  /** A list: number and type of the items, the items one level deeper, an end. */
  list<T>(
    name: string,
    kind: string,
    items: readonly T[],
    indent: number,
    item: (title: string, item: T) => void,
  ): void {
    const title = sentence(name);
    this.#out.add(title, `${items.length} ${sentence(kind)}`, indent);
    for (let i = 0; i < items.length; i++) item(`${title} (${i + 1}/${items.length})`, items[i] as T);
    this.#out.add("", `End of ${title}`, indent);
  }

  /** One value: of a field, or of an item of a list. */
  #value(title: string, field: DescField, value: unknown, indent: number, depth: number): void {
    if (field.fieldKind === "map") throw SdkError.invalidRequest(`cannot show the map ${field.name}`);
    if (field.message !== undefined) this.message(title, field.message, value as Fields, indent, depth + 1);
    else if (field.enum !== undefined) {
      const name = field.enum.value[value as number]?.name;
      if (name === undefined) throw SdkError.invalidRequest(`cannot show ${field.enum.typeName} ${String(value)}`);
      this.#out.add(title, name, indent);
    } else this.#out.add(title, scalarText(field, value), indent);
  }
}

/** The name of an item's type. Scalars have the name in the declaration. */
function kindOf(field: DescField): string {
  if (field.message !== undefined) return field.message.name;
  if (field.enum !== undefined) return field.enum.name;
  return (ScalarType[field.scalar as ScalarType] as string).toLowerCase();
}

function scalarText(field: DescField, value: unknown): string {
  switch (field.scalar) {
    case ScalarType.STRING: {
      const kind = getOption(field, scalar);
      if (kind === "cosmos.Int") return formatInt(value as string);
      return kind === "cosmos.Dec" ? formatDec(value as string) : (value as string);
    }
    case ScalarType.BYTES:
      return formatBytes(value as Uint8Array);
    case ScalarType.BOOL:
      return value === true ? "True" : "False";
    case ScalarType.INT32:
    case ScalarType.UINT32:
    case ScalarType.INT64:
    case ScalarType.UINT64:
      return formatInt((value as number | bigint).toString());
    default:
      throw SdkError.invalidRequest(`cannot show the type of ${field.name}`);
  }
}

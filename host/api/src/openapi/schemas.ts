// SPDX-License-Identifier: Apache-2.0
import { type DescEnum, type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import type { Json } from "@sotto/codec";

type Fields = readonly (readonly [string, Json])[];

export const object = (fields: Fields): Map<string, Json> => new Map(fields);

/** Types with a special form in message JSON. */
const SPECIAL: ReadonlyMap<string, Fields> = new Map([
  [
    "google.protobuf.Timestamp",
    [
      ["type", "string"],
      ["format", "date-time"],
    ],
  ],
  [
    "google.protobuf.Duration",
    [
      ["type", "string"],
      ["example", "3.5s"],
    ],
  ],
  [
    "google.protobuf.Any",
    [
      ["type", "object"],
      [
        "properties",
        object([
          [
            "@type",
            object([
              ["type", "string"],
              ["example", "/cosmos.bank.v1beta1.MsgSend"],
            ]),
          ],
        ]),
      ],
      ["additionalProperties", true],
    ],
  ],
]);

const text = (format?: string): Json =>
  object(
    format === undefined
      ? [["type", "string"]]
      : [
          ["type", "string"],
          ["format", format],
        ],
  );

function scalar(type: ScalarType): Json {
  switch (type) {
    case ScalarType.BOOL:
      return object([["type", "boolean"]]);
    case ScalarType.BYTES:
      return text("byte");
    case ScalarType.STRING:
      return text();
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return object([["type", "integer"]]);
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return object([["type", "number"]]);
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return text("uint64");
    default:
      return text("int64");
  }
}

const enumSchema = (desc: DescEnum): Json =>
  object([
    ["type", "string"],
    ["enum", desc.values.map(({ name }) => name)],
  ]);

/** Collects the schemas of messages, each once, as JSON shows them. */
export class Schemas {
  readonly #known = new Map<string, Json>();

  /** A reference to a message's schema. */
  message(desc: DescMessage): Json {
    const special = SPECIAL.get(desc.typeName);
    if (special !== undefined) return object(special);
    if (!this.#known.has(desc.typeName)) {
      // Messages may contain themselves: the entry is made before the fields are visited.
      this.#known.set(desc.typeName, null);
      const properties = desc.fields.map((field) => [field.name, this.field(field)] as const);
      this.#known.set(
        desc.typeName,
        object([
          ["type", "object"],
          ["properties", object(properties)],
        ]),
      );
    }
    return object([["$ref", `#/components/schemas/${desc.typeName}`]]);
  }

  field(field: DescField): Json {
    switch (field.fieldKind) {
      case "scalar":
        return scalar(field.scalar);
      case "enum":
        return enumSchema(field.enum);
      case "message":
        return this.message(field.message);
      case "map":
        return object([
          ["type", "object"],
          ["additionalProperties", true],
        ]);
      case "list":
        return object([
          ["type", "array"],
          ["items", this.#item(field)],
        ]);
    }
  }

  #item(field: DescField & { fieldKind: "list" }): Json {
    if (field.listKind === "scalar") return scalar(field.scalar);
    return field.listKind === "enum" ? enumSchema(field.enum) : this.message(field.message);
  }

  all(): Json {
    return this.#known;
  }
}

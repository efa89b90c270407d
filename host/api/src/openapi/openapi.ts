// SPDX-License-Identifier: Apache-2.0
import type { DescField, DescMessage } from "@bufbuild/protobuf";
import { type ApiRoute, HEIGHT_HEADER, type NodeInfo } from "@sotto/backend";
import { compactJson, type Json, parseJson } from "@sotto/codec";
import type { RestBinding } from "@sotto/kernel";
import { routeText } from "./descriptions.ts";
import { object, Schemas } from "./schemas.ts";

/** `{denom=**}` is a variable like any other to OpenAPI. */
const openPath = (template: string): string => template.replace(/\{([^}=]+)=[^}]*\}/g, "{$1}");

const variablesOf = (template: string): string[] => [...template.matchAll(/\{([^}=]+)/g)].map(([, name]) => name ?? "");

const parameter = (name: string, place: "path" | "query", schema: Json, example: string | undefined): Json =>
  object([
    ["name", name],
    ["in", place],
    ["required", place === "path"],
    ["schema", schema],
    ...(example === undefined ? [] : [["example", example] as const]),
  ]);

const isPlain = (field: DescField): boolean =>
  field.fieldKind === "scalar" ||
  field.fieldKind === "enum" ||
  (field.fieldKind === "list" && field.listKind !== "message");

/** Fields of a request that a query can carry: plain ones, and those of messages one level down. */
function queryParameters(schemas: Schemas, input: DescMessage, taken: ReadonlySet<string>, example: Examples): Json[] {
  const out: Json[] = [];
  const add = (name: string, schema: Json) => out.push(parameter(name, "query", schema, example[name]));
  for (const field of input.fields) {
    if (taken.has(field.name)) continue;
    if (isPlain(field)) add(field.name, schemas.field(field));
    else if (field.fieldKind === "message") {
      for (const inner of field.message.fields) {
        if (isPlain(inner)) add(`${field.name}.${inner.name}`, schemas.field(inner));
      }
    }
  }
  return out;
}

type Examples = Readonly<Record<string, string>>;

const content = (schema: Json, example?: string): Json =>
  object([
    [
      "application/json",
      object([["schema", schema], ...(example === undefined ? [] : [["example", parseJson(example)] as const])]),
    ],
  ]);

function operation(schemas: Schemas, { method }: ApiRoute, rest: RestBinding): Json {
  const { input, output } = method;
  const variables = variablesOf(rest.template);
  const { summary = "", example = {}, body } = routeText(method.parent.typeName, method.name) ?? {};
  const parameters = variables.map((name) => {
    const field = input.fields.find((each) => each.name === name);
    const schema = field === undefined ? object([["type", "string"]]) : schemas.field(field);
    return parameter(name, "path", schema, example[name]);
  });
  if (rest.body !== "*") parameters.push(...queryParameters(schemas, input, new Set(variables), example));
  parameters.push(object([["$ref", "#/components/parameters/height"]]));
  const answers = object([
    [
      "200",
      object([
        ["description", "The answer"],
        ["content", content(schemas.message(output))],
      ]),
    ],
    ["default", object([["$ref", "#/components/responses/error"]])],
  ]);
  const fields: (readonly [string, Json])[] = [
    ["tags", [method.parent.typeName]],
    ["summary", summary],
    ["operationId", `${method.parent.typeName}.${method.name}`],
    ["parameters", parameters],
  ];
  if (rest.body !== "") fields.push(["requestBody", object([["content", content(schemas.message(input), body)]])]);
  fields.push(["responses", answers]);
  return object(fields);
}

const ERROR = object([
  ["description", "A failure, with its gRPC status code"],
  [
    "content",
    content(
      object([
        ["type", "object"],
        [
          "properties",
          object([
            ["code", object([["type", "integer"]])],
            ["message", object([["type", "string"]])],
            [
              "details",
              object([
                ["type", "array"],
                ["items", object([["type", "object"]])],
              ]),
            ],
          ]),
        ],
      ]),
    ),
  ],
]);

const HEIGHT = object([
  ["name", HEIGHT_HEADER],
  ["in", "header"],
  ["required", false],
  ["description", "Height of the state to read; the latest without it"],
  [
    "schema",
    object([
      ["type", "string"],
      ["format", "int64"],
    ]),
  ],
]);

/** The OpenAPI 3.0 document of all REST routes, as JSON text. */
export function openApi(routes: ReadonlyMap<string, ApiRoute>, { application, network }: NodeInfo): string {
  const schemas = new Schemas();
  const paths = new Map<string, Map<string, Json>>();
  for (const route of routes.values()) {
    for (const rest of route.rest) {
      const path = openPath(rest.template);
      const verbs = paths.get(path) ?? new Map<string, Json>();
      paths.set(path, verbs);
      verbs.set(rest.verb, operation(schemas, route, rest));
    }
  }
  return compactJson(
    object([
      ["openapi", "3.0.3"],
      [
        "info",
        object([
          ["title", `${application.name} ${network}`],
          ["version", application.version],
        ]),
      ],
      ["paths", paths],
      [
        "components",
        object([
          ["schemas", schemas.all()],
          ["parameters", object([["height", HEIGHT]])],
          ["responses", object([["error", ERROR]])],
        ]),
      ],
    ]),
  );
}

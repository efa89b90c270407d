// SPDX-License-Identifier: Apache-2.0
import { create, type DescField, type DescMessage, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import type { TypeRegistry } from "../any.ts";
import { gatewayJsonParts } from "../gatewayJson.ts";
import type { Json, JsonLimits } from "../json.ts";
import { parseGatewayJson, readElement } from "../parseGatewayJson.ts";
import { type FieldPlan, type Fields, isOneof, planOf } from "../plan.ts";
import { type JsonExtent, jsonAt, jsonElements, jsonMembers } from "./scanner.ts";
import type { JsonSource } from "./source.ts";

type Streams<T> = { readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? Iterable<E> : T[K] };

/**
 * A message whose repeated fields are streams: the elements are read or made one after the other,
 * again for each iteration.
 */
export type StreamedShape<D extends DescMessage> = Streams<MessageShape<D>>;

type InitStreams<T> = T extends unknown
  ? { readonly [K in keyof T]: NonNullable<T[K]> extends readonly (infer E)[] ? Iterable<E> : T[K] }
  : never;

/** The input of `create`, with repeated fields as streams. */
export type StreamedInit<D extends DescMessage> = InitStreams<MessageInitShape<D>>;

/** A message that is read from a source during the iteration over its streams. */
export interface MessageStream<D extends DescMessage> {
  readonly message: StreamedShape<D>;
  /**
   * The element at which a failure happens: the last one of the innermost iteration that has not
   * ended. An iteration that was left early counts until another one begins or continues.
   */
  place(): string | undefined;
  /** Reads the streams that were not iterated, so that invalid ones are refused. */
  finish(): void;
}

export interface StreamOptions {
  /** Default: ELEMENT_LIMITS. */
  readonly limits?: JsonLimits;
  /** Called before each element is returned. */
  readonly onElement?: (() => void) | undefined;
}

/**
 * Limits of one field that is not a list, and of one element of a list: 64 MiB, and as many values
 * as then fit into memory.
 */
export const ELEMENT_LIMITS = { maxLength: 64 * 1024 * 1024, maxValues: 4_194_304, duplicates: "last" } as const;

interface Iteration {
  place: string | undefined;
  isLeft: boolean;
}

/** The iterations over a message's streams that have not ended, outermost first. */
class Iterations {
  #open: Iteration[] = [];

  #dropLeft(): void {
    this.#open = this.#open.filter(({ isLeft }) => !isLeft);
  }

  begin(): Iteration {
    this.#dropLeft();
    const iteration = { place: undefined, isLeft: false };
    this.#open.push(iteration);
    return iteration;
  }

  /** After an element: iterations that its reader left inside have no failure. */
  advance(): void {
    if (this.#open.at(-1)?.isLeft === true) this.#dropLeft();
  }

  end(iteration: Iteration): void {
    this.#open = this.#open.filter((each) => each !== iteration);
  }

  get place(): string | undefined {
    return this.#open.at(-1)?.place;
  }
}

class ElementStream implements Iterable<unknown> {
  readonly #source: JsonSource;
  readonly #extent: JsonExtent;
  readonly #read: (value: Json) => unknown;
  readonly #name: string;
  readonly #limits: JsonLimits;
  readonly #iterations: Iterations;
  wasRead = false;

  constructor(
    source: JsonSource,
    extent: JsonExtent,
    name: string,
    limits: JsonLimits,
    iterations: Iterations,
    read: (value: Json) => unknown,
  ) {
    this.#source = source;
    this.#extent = extent;
    this.#name = name;
    this.#limits = limits;
    this.#iterations = iterations;
    this.#read = read;
  }

  *[Symbol.iterator](): Generator<unknown, void, void> {
    let index = 0;
    const iteration = this.#iterations.begin();
    let isDone = false;
    try {
      for (const { value, start } of jsonElements(this.#source, this.#extent, this.#limits)) {
        iteration.place = `${this.#name}[${index++}] at byte ${start}`;
        yield this.#read(value);
        this.#iterations.advance();
      }
      isDone = true;
    } finally {
      // A failure of the reader's loop comes here too, and its place must stay.
      iteration.isLeft = true;
      if (isDone) this.#iterations.end(iteration);
    }
    this.wasRead = true;
  }
}

/** Splits a message into the positions of its lists, and the rest. */
function split(source: JsonSource, lists: ReadonlyMap<string, FieldPlan>, limits: JsonLimits) {
  const rest = new Map<string, Json>();
  const extents = new Map<string, JsonExtent>();
  const overridden: JsonExtent[] = [];
  for (const [key, extent] of jsonMembers(source)) {
    if (!lists.has(key)) {
      rest.set(key, jsonAt(source, extent, limits));
      continue;
    }
    const before = extents.get(key);
    if (before !== undefined) overridden.push(before);
    extents.set(key, extent);
  }
  return { rest, extents, overridden };
}

const isNull = (source: JsonSource, { start, end }: JsonExtent): boolean =>
  end - start === 4 && source.read(start, end).every((byte, i) => byte === "null".charCodeAt(i));

/**
 * A message from the JSON that `parseGatewayJson` reads, under the same rules, from a source of any
 * length. The first pass finds the positions of the lists, so the order of fields does not matter,
 * and reads all other fields; a list is read during its iteration. Throws CodecError.gatewayJson,
 * json and jsonLimit with the position. Memory: the fields that are not lists, one element, a
 * window of 256 KiB.
 */
export function readMessageStream<D extends DescMessage>(
  schema: D,
  source: JsonSource,
  registry: TypeRegistry,
  { limits = ELEMENT_LIMITS, onElement = () => {} }: StreamOptions = {},
): MessageStream<D> {
  const fields = planOf(schema).members.flatMap((member) => (!isOneof(member) && member.list ? [member] : []));
  const lists = new Map(fields.flatMap((field) => [field.name, field.desc.jsonName].map((key) => [key, field])));
  const { rest, extents, overridden } = split(source, lists, limits);
  const message = parseGatewayJson(schema, rest, registry) as Fields;
  const streams: ElementStream[] = [];
  const iterations = new Iterations();
  const add = (field: FieldPlan, extent: JsonExtent): ElementStream | undefined => {
    if (isNull(source, extent)) return undefined;
    const read = (value: Json) => {
      onElement();
      return readElement(field, value, registry);
    };
    const stream = new ElementStream(source, extent, field.name, limits, iterations, read);
    streams.push(stream);
    return stream;
  };
  for (const field of fields) {
    const byName = extents.get(field.name);
    const byCamel = field.desc.jsonName === field.name ? undefined : extents.get(field.desc.jsonName);
    if (byName !== undefined && byCamel !== undefined) overridden.push(byName);
    const extent = byCamel ?? byName;
    const stream = extent === undefined ? undefined : add(field, extent);
    if (stream !== undefined) message[field.localName] = stream;
  }
  // A value that a second entry of its key overrides must be valid JSON too.
  for (const extent of overridden) jsonAt(source, extent, limits);
  return {
    // The lists of the schema are streams here.
    message: message as StreamedShape<D>,
    place: () => iterations.place,
    finish() {
      for (const stream of streams) if (!stream.wasRead) for (const _ of stream);
    },
  };
}

/** Elements as messages. They have the input type of `create` for the field, or are scalars. */
function* elementsOf(field: DescField, items: Iterable<unknown>): Generator<unknown, void, void> {
  for (const item of items) {
    yield field.message === undefined ? item : create(field.message, item as Record<string, unknown>);
  }
}

/**
 * The text of `gatewayJson` for a message with lists as streams, in parts: one element at a time is
 * in memory.
 */
export function* messageStreamJson<D extends DescMessage>(
  schema: D,
  init: StreamedInit<D>,
  registry: TypeRegistry,
): Generator<string, void, void> {
  const given = init as Readonly<Record<string, unknown>>;
  const lists = schema.fields.filter(({ fieldKind, localName }) => fieldKind === "list" && given[localName]);
  const isList = new Set(lists.map(({ localName }) => localName));
  const rest = Object.fromEntries(Object.entries(given).filter(([name]) => !isList.has(name)));
  const message = create(schema, rest as MessageInitShape<D>) as Fields;
  // Order: `create` above has copied all fields that are not lists.
  for (const field of lists) message[field.localName] = elementsOf(field, given[field.localName] as Iterable<unknown>);
  yield* gatewayJsonParts(schema, message as MessageShape<D>, registry);
}

// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";

/**
 * The source of a variable of a path template: a segment, or several joined by slashes.
 */
interface Variable {
  /** Field path, e.g. `pagination.key`. */
  readonly field: string;
  readonly from: number;
  /** Segments it spans; undefined for `**`, which takes the rest. */
  readonly count: number | undefined;
}

interface Node<T> {
  readonly literals: Map<string, Node<T>>;
  /** One segment of any text. */
  any: Node<T> | undefined;
  /** One or more segments to the end. */
  rest: Leaf<T> | undefined;
  leaf: Leaf<T> | undefined;
}

interface Leaf<T> {
  readonly value: T;
  readonly variables: readonly Variable[];
}

/** A request path that fits a template. */
export interface Match<T> {
  readonly value: T;
  /** Values of the path's variables, by field path. */
  readonly variables: readonly (readonly [field: string, text: string])[];
}

const node = <T>(): Node<T> => ({ literals: new Map(), any: undefined, rest: undefined, leaf: undefined });

/** Splits `/a/{b}/{c=d/*}/{e=**}` into segments (`*`, `**` or text) and variables. */
function parseTemplate(template: string): { segments: string[]; variables: Variable[] } {
  assert(template.startsWith("/"), `${template} is not a path template`);
  const segments: string[] = [];
  const variables: Variable[] = [];
  for (let at = 1; at <= template.length; ) {
    if (template[at] === "{") {
      const end = template.indexOf("}", at);
      assert(end > at, `${template} has a variable without an end`);
      const [field, pattern = "*"] = template.slice(at + 1, end).split("=");
      const parts = pattern.split("/");
      const open = parts.includes("**");
      variables.push({ field: field ?? "", from: segments.length, count: open ? undefined : parts.length });
      segments.push(...parts);
      at = end + 2;
    } else {
      const end = template.indexOf("/", at);
      segments.push(template.slice(at, end < 0 ? template.length : end));
      at = end < 0 ? template.length + 1 : end + 1;
    }
  }
  assert(!segments.slice(0, -1).includes("**"), `${template}: only the last part may span several segments`);
  return { segments, variables };
}

/**
 * Path templates of google.api.http, literal segments before variables. With equal templates the
 * first counts. Cost of a look-up: one map access a segment, and a second walk after a literal
 * without a match.
 */
export class PathTable<T> {
  readonly #root = node<T>();

  add(template: string, value: T): void {
    const { segments, variables } = parseTemplate(template);
    let here = this.#root;
    for (const segment of segments) {
      if (segment === "**") {
        here.rest ??= { value, variables };
        return;
      }
      let next = segment === "*" ? here.any : here.literals.get(segment);
      if (next === undefined) {
        next = node<T>();
        if (segment === "*") here.any = next;
        else here.literals.set(segment, next);
      }
      here = next;
    }
    here.leaf ??= { value, variables };
  }

  match(segments: readonly string[]): Match<T> | undefined {
    const leaf = find(this.#root, segments, 0);
    if (leaf === undefined) return undefined;
    return {
      value: leaf.value,
      variables: leaf.variables.map(({ field, from, count }) => [
        field,
        segments.slice(from, count === undefined ? undefined : from + count).join("/"),
      ]),
    };
  }
}

/** Recursion is bounded by the longest template. */
function find<T>(here: Node<T>, segments: readonly string[], at: number): Leaf<T> | undefined {
  const segment = segments[at];
  if (segment === undefined) return here.leaf;
  const literal = here.literals.get(segment);
  const exact = literal === undefined ? undefined : find(literal, segments, at + 1);
  if (exact !== undefined) return exact;
  return (here.any === undefined ? undefined : find(here.any, segments, at + 1)) ?? here.rest;
}

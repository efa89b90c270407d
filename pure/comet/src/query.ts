// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { CometError } from "./errors.ts";
import { parseDate, parseTime } from "./time.ts";

export type Operator = "=" | "<" | "<=" | ">" | ">=" | "CONTAINS" | "EXISTS";
export type Argument = { readonly kind: "string" | "number" | "time" | "date"; readonly text: string };

/** `tag operator argument`; EXISTS has no argument. */
export interface Condition {
  readonly tag: string;
  readonly operator: Operator;
  readonly argument: Argument | undefined;
}

/** Longest query that is read, in UTF-16 units. Limit: CometBFT rpc/core maxQueryLength. */
export const MAX_QUERY_LENGTH = 512;

type Token = "tag" | "string" | "number" | "time" | "date" | "AND" | Operator | "invalid";

// Names and the number of AND as libs/pubsub/query/syntax prints them.
const LABEL: Readonly<Record<Token, string>> = {
  invalid: "invalid token",
  tag: "tag",
  string: "string",
  number: "number",
  time: "timestamp",
  date: "datestamp",
  AND: "AND operator",
  CONTAINS: "CONTAINS operator",
  EXISTS: "EXISTS operator",
  "=": "= operator",
  "<": "< operator",
  "<=": "<= operator",
  ">": "> operator",
  ">=": ">= operator",
};
const AND_NUMBER = 6;
const END = "EOF";

const isSpace = (c: string) => c === "\u0085" || (c !== "\ufeff" && /^\s$/.test(c));
const isDigit = (c: string) => c >= "0" && c <= "9";
const isTag = (c: string) => c === "." || c === "-" || isFirstOfTag(c);
// The reference asks Unicode's tables, which differ between versions; past ASCII everything but a
// space is taken.
const isFirstOfTag = (c: string) => /^[A-Za-z0-9_]$/.test(c) || (c > "\u007f" && !isSpace(c));
const isTime = (c: string) => isDigit(c) || (c !== "" && "-T:+Z".includes(c));
const isDate = (c: string) => isDigit(c) || c === "-";

/** Offsets in messages count bytes, as the reference's do. */
class Scanner {
  readonly #runes: readonly string[];
  #at = 0;
  token: Token = "invalid";
  text = "";
  position = 0;
  #offset = 0;

  constructor(query: string) {
    this.#runes = Array.from(query);
  }

  #peek(): string {
    return this.#runes[this.#at] ?? "";
  }

  #take(): string {
    const rune = this.#runes[this.#at] ?? "";
    if (rune !== "") this.#at++;
    this.#offset += fromUtf8(rune).length;
    return rune;
  }

  #while(accept: (c: string) => boolean): string {
    let text = "";
    while (this.#peek() !== "" && accept(this.#peek())) text += this.#take();
    return text;
  }

  /** Moves to the next token; returns the fault, `EOF` at the end, or undefined. */
  next(): string | undefined {
    this.token = "invalid";
    this.text = "";
    this.#while(isSpace);
    this.position = this.#offset;
    const first = this.#take();
    if (first === "") return END;
    if (isDigit(first)) return this.#number(first);
    if (isFirstOfTag(first)) return this.#tagLike(first);
    if (first === "'") return this.#string();
    if (first === "=" || first === "<" || first === ">") return this.#compare(first);
    return `invalid input ${first} at offset ${this.#offset}`;
  }

  #number(first: string): undefined {
    this.text = first + this.#while(isDigit);
    if (this.#peek() === ".") this.text += this.#take() + this.#while(isDigit);
    this.token = "number";
  }

  #string(): string | undefined {
    this.text = this.#while((c) => c !== "'");
    if (this.#take() === "") return END;
    this.token = "string";
    return undefined;
  }

  #compare(first: "=" | "<" | ">"): undefined {
    const orEqual = first !== "=" && this.#peek() === "=";
    this.text = orEqual ? first + this.#take() : first;
    this.token = this.text as Operator; // one of the five by construction
  }

  #tagLike(first: string): string | undefined {
    this.text = first + this.#while(isTag);
    const spaced = this.#peek() === " ";
    if (spaced && (this.text === "TIME" || this.text === "DATE")) {
      this.#take();
      return this.#stamp(this.text);
    }
    const word = this.text;
    this.token = word === "AND" || word === "EXISTS" || word === "CONTAINS" ? word : "tag";
    return undefined;
  }

  #stamp(word: "TIME" | "DATE"): string | undefined {
    const time = word === "TIME";
    this.text = this.#while(time ? isTime : isDate);
    if ((time ? parseTime(this.text) : parseDate(this.text)) === undefined) {
      return `invalid ${word} value: ${this.text}`;
    }
    const year = Number(this.text.slice(0, 4));
    if (year < 1900 || year > 2999) return `${time ? "timestamp" : "datestamp"} year ${year} out of range`;
    this.token = time ? "time" : "date";
    return undefined;
  }
}

const COMPARISONS: readonly Token[] = ["<=", ">=", "<", ">", "=", "CONTAINS", "EXISTS"];
const ORDERED: readonly Token[] = ["number", "time", "date"];
const EQUALS: readonly Token[] = ["number", "time", "date", "string"];

function require(scanner: Scanner, wanted: readonly Token[]): void {
  const failure = scanner.next();
  if (failure !== undefined) throw CometError.invalidQuery(`offset ${scanner.position}: ${failure}`);
  if (wanted.includes(scanner.token)) return;
  const labels = wanted.map((token) => LABEL[token]);
  const last = labels.pop() as string;
  const list = labels.length === 0 ? last : `${labels.join(", ")} or ${last}`;
  throw CometError.invalidQuery(`offset ${scanner.position}: got ${LABEL[scanner.token]}, wanted ${list}`);
}

function parseCondition(scanner: Scanner): Condition {
  require(scanner, ["tag"]);
  const tag = scanner.text;
  require(scanner, COMPARISONS);
  const operator = scanner.token as Operator; // one of COMPARISONS
  if (operator === "EXISTS") return { tag, operator, argument: undefined };
  require(scanner, operator === "CONTAINS" ? ["string"] : operator === "=" ? EQUALS : ORDERED);
  const kind = scanner.token as Argument["kind"]; // one of EQUALS
  return { tag, operator, argument: { kind, text: scanner.text } };
}

/**
 * Reads a query of CometBFT's event language: conditions joined by AND. Throws
 * CometError.invalidQuery, whose detail is the reference's text (libs/pubsub/query/syntax); for a
 * wrong time only its beginning.
 */
export function parseQuery(text: string): Condition[] {
  if (text.length > MAX_QUERY_LENGTH) throw CometError.invalidQuery("maximum query length exceeded");
  const scanner = new Scanner(text);
  const conditions = [parseCondition(scanner)];
  while (scanner.next() !== END) {
    if (scanner.token !== "AND") {
      throw CometError.invalidQuery(`offset ${scanner.position}: got ${LABEL[scanner.token]}, want ${AND_NUMBER}`);
    }
    conditions.push(parseCondition(scanner));
  }
  return conditions;
}

function showArgument({ kind, text }: Argument): string {
  if (kind === "string") return `'${text}'`;
  return kind === "time" ? `TIME ${text}` : kind === "date" ? `DATE ${text}` : text;
}

/** The canonical text of a query, which a subscription's events contain. */
export const formatQuery = (conditions: readonly Condition[]): string =>
  conditions
    .map(({ tag, operator, argument }) =>
      argument === undefined ? `${tag} ${operator}` : `${tag} ${operator} ${showArgument(argument)}`,
    )
    .join(" AND ");

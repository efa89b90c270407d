// SPDX-License-Identifier: Apache-2.0
import { compareDecimal, type Decimal, leadingDecimal, parseDecimal } from "./decimal.ts";
import type { Argument, Condition, Operator } from "./query.ts";
import { compareTime, parseDate, parseTime } from "./time.ts";

/** An event as a search sees it; only indexed attributes may be given. */
export interface IndexedEvent {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}

/** Bounds on a number: of several conditions on one tag. */
export interface SearchRange {
  readonly tag: string;
  lower?: Bound;
  upper?: Bound;
}
interface Bound {
  readonly value: Decimal | undefined;
  readonly inclusive: boolean;
}

/** A query of `tx_search` or `block_search` taken apart. */
export interface SearchPlan {
  /** `tx.hash='...'`: the transaction of that hash; other conditions are ignored. */
  readonly hash: string | undefined;
  /** Only this height, if it was asked for by `=`. */
  readonly height: number | undefined;
  /** Conditions on attributes, to be met within one event. */
  readonly conditions: readonly Condition[];
  readonly heightRange: SearchRange | undefined;
  readonly ranges: readonly SearchRange[];
  /** There are conditions on heights only: no event has to match. */
  readonly heightOnly: boolean;
  /** No event can match. */
  readonly nothing: boolean;
}

const isRange = (operator: Operator): boolean =>
  operator === "<" || operator === "<=" || operator === ">" || operator === ">=";

/** The height in a condition as the reference cuts it: a decimal is cut down. */
function heightOf(argument: Argument | undefined): number | undefined {
  const decimal = argument === undefined ? undefined : parseDecimal(argument.text);
  if (decimal === undefined) return undefined;
  const value = decimal.mantissa / 10n ** BigInt(decimal.scale);
  return value > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(value);
}

function addBound(range: SearchRange, { operator, argument }: Condition): void {
  // Compat: bounds by time never match in a search (txindex/kv matchRange).
  const value = argument?.kind === "number" ? parseDecimal(argument.text) : undefined;
  const old = operator.startsWith(">") ? range.lower : range.upper;
  const bound = { value, inclusive: operator.endsWith("=") || old?.inclusive === true };
  if (operator.startsWith(">")) range.lower = bound;
  else range.upper = bound;
}

/**
 * Takes a search apart. Of several heights the first counts; a range on height beats an equal one
 * (state/txindex/kv dedupHeight, state/indexer LookForRangesWithHeight).
 */
export function planSearch(conditions: readonly Condition[], heightTag: "tx.height" | "block.height"): SearchPlan {
  const hash = heightTag === "tx.height" ? conditions.find(({ tag }) => tag === "tx.hash") : undefined;
  const others: Condition[] = [];
  const ranges = new Map<string, SearchRange>();
  let equal: Condition | undefined;
  let loose = false;
  for (const condition of conditions) {
    const { tag, operator } = condition;
    if (tag === heightTag && operator === "=") equal ??= condition;
    else if (isRange(operator)) {
      const range = ranges.get(tag) ?? { tag };
      ranges.set(tag, range);
      addBound(range, condition);
    } else {
      if (tag === heightTag) loose = true;
      others.push(condition);
    }
  }
  const heightRange = ranges.get(heightTag);
  ranges.delete(heightTag);
  if (heightRange !== undefined || loose) equal = undefined;
  const height = equal === undefined ? undefined : heightOf(equal.argument);
  const heightOnly = others.length === 0 && ranges.size === 0;
  // Compat: a height alone is looked up by its text, so 5.0 never matches.
  const inexact = heightOnly && equal !== undefined && equal.argument?.text !== String(height);
  const noBound = [...ranges.values(), ...(heightRange ? [heightRange] : [])].some(
    ({ lower, upper }) => (lower ?? upper)?.value === undefined,
  );
  return {
    hash: hash === undefined ? undefined : (hash.argument?.text ?? ""),
    height,
    conditions: others,
    heightRange,
    ranges: [...ranges.values()],
    heightOnly,
    nothing: inexact || noBound,
  };
}

function isWithin(range: SearchRange, value: Decimal): boolean {
  const { lower, upper } = range;
  if (lower?.value !== undefined) {
    const order = compareDecimal(value, lower.value);
    if (order < 0 || (order === 0 && !lower.inclusive)) return false;
  }
  if (upper?.value !== undefined) {
    const order = compareDecimal(value, upper.value);
    if (order > 0 || (order === 0 && !upper.inclusive)) return false;
  }
  return true;
}

/** Whether a plan includes this height, with any events. */
export function matchesHeight(plan: SearchPlan, height: number): boolean {
  if (plan.nothing) return false;
  if (plan.heightRange !== undefined) return isWithin(plan.heightRange, { mantissa: BigInt(height), scale: 0 });
  return plan.height === undefined || plan.height === 0 || plan.height === height;
}

/**
 * Whether an attribute's value meets a condition of a search: equality is by text, for any
 * argument.
 */
export function matchesSearchValue(condition: Condition, value: string): boolean {
  const text = condition.argument?.text ?? "";
  if (condition.operator === "EXISTS") return true;
  return condition.operator === "CONTAINS" ? value.trim().includes(text) : value === text;
}

/**
 * Whether a transaction (or a block) of this height with these indexed events is found. All
 * conditions must be met within the same event; a height is a separate event. The caller looks up
 * `plan.hash` first.
 */
export function matchesSearch(
  plan: SearchPlan,
  height: number,
  events: readonly IndexedEvent[],
  heightTag: "tx.height" | "block.height" = "tx.height",
): boolean {
  if (!matchesHeight(plan, height)) return false;
  if (plan.heightOnly) return true;
  const [type, key] = heightTag.split(".") as [string, string];
  const own: IndexedEvent = { type, attributes: [{ key, value: String(height) }] };
  return [own, ...events].some((event) => matchesEvent(plan, event));
}

/** Whether an attribute's value is a number within the bounds. */
export function matchesSearchRange(range: SearchRange, value: string): boolean {
  const decimal = parseDecimal(value.trim());
  return decimal !== undefined && isWithin(range, decimal);
}

function matchesEvent(plan: SearchPlan, event: IndexedEvent): boolean {
  const has = (tag: string, accept: (value: string) => boolean) =>
    event.attributes.some(({ key, value }) => key !== "" && `${event.type}.${key}` === tag && accept(value));
  for (const range of plan.ranges) {
    if (!has(range.tag, (value) => matchesSearchRange(range, value))) return false;
  }
  return plan.conditions.every((condition) => has(condition.tag, (value) => matchesSearchValue(condition, value)));
}

function matchesValue({ operator, argument }: Condition, value: string): boolean {
  if (argument === undefined) return true;
  const { kind, text } = argument;
  if (kind === "string") return operator === "CONTAINS" ? value.includes(text) : value === text;
  let order: number | undefined;
  if (kind === "number") {
    const [a, b] = [leadingDecimal(value), parseDecimal(text)];
    order = a === undefined || b === undefined ? undefined : compareDecimal(a, b);
  } else {
    const parse = kind === "time" ? parseTime : parseDate;
    const [a, b] = [parse(value), parse(text)];
    order = a === undefined || b === undefined ? undefined : compareTime(a, b);
  }
  if (order === undefined) return false;
  if (operator === "=") return order === 0;
  return operator.startsWith("<")
    ? order < 0 || (order === 0 && operator === "<=")
    : order > 0 || (order === 0 && operator === ">=");
}

/** Attribute values by `type.key`, `tm.event` among them. */
export type EventValues = ReadonlyMap<string, readonly string[]>;

/** Types of the events: the part of each tag before its last dot. */
export function typesOf(values: EventValues): ReadonlySet<string> {
  const types = new Set<string>();
  for (const tag of values.keys()) types.add(tag.slice(0, tag.lastIndexOf(".")));
  return types;
}

/**
 * Whether one condition of a subscription is met; `isType` knows `typesOf(values)`. Cost: all
 * values of its tag.
 */
export function matchesCondition(condition: Condition, values: EventValues, isType: (tag: string) => boolean): boolean {
  const own = values.get(condition.tag);
  if (own?.some((value) => matchesValue(condition, value)) === true) return true;
  // Compat: a tag that is just an event's type is compared with the empty string.
  return isType(condition.tag) && matchesValue(condition, "");
}

/**
 * Whether a subscription's query matches the events. Unlike in a search, conditions may be met
 * by different events, and numbers are compared as numbers (query.Matches).
 */
export function matchesSubscription(conditions: readonly Condition[], values: EventValues): boolean {
  if (values.size === 0) return false;
  const isType = (tag: string): boolean => {
    for (const key of values.keys()) if (key.startsWith(tag) && key.lastIndexOf(".") === tag.length) return true;
    return false;
  };
  return conditions.every((condition) => matchesCondition(condition, values, isType));
}

/**
 * The value that a condition's tag must have, when no other value meets it: a match has exactly
 * that text. Undefined for conditions that many values meet.
 */
export const exactValue = ({ operator, argument }: Condition): string | undefined =>
  operator === "=" && argument?.kind === "string" && argument.text !== "" ? argument.text : undefined;

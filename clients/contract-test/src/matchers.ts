// SPDX-License-Identifier: Apache-2.0
/**
 * Checks of executions: `matchers` for `expect.extend` of vitest and jest, and functions that throw
 * for every other runner.
 */
import { DevChainError, ExecutionFailed, QueryFailed } from "./errors.ts";
import type { DecodedEvent, Execution } from "./execution.ts";

interface Verdict {
  readonly pass: boolean;
  message(): string;
}

/** A promise of an execution or its result, in any outcome. */
type Sent = Execution | ExecutionFailed | Promise<Execution>;

const USAGE = "give what execute(), send() or run() returned, or the promise of it";

const isExecution = (value: unknown): value is Execution =>
  typeof value === "object" && value !== null && "txHash" in value && "gasUsed" in value;

/** The execution of any outcome. Other errors than those of a transaction are rethrown. */
async function settled(sent: unknown): Promise<Execution> {
  const value: unknown = await (sent instanceof Promise
    ? sent.catch((thrown: unknown) => {
        if (thrown instanceof ExecutionFailed) return thrown;
        throw thrown;
      })
    : sent);
  const execution = value instanceof ExecutionFailed ? value.execution : value;
  if (!isExecution(execution)) throw new DevChainError(`${String(execution)} is no execution: ${USAGE}`);
  return execution;
}

/** The error of a failed execution or query; undefined when it succeeded. */
async function errorOf(sent: unknown): Promise<string | undefined> {
  try {
    const value: unknown = await sent;
    if (value instanceof ExecutionFailed || value instanceof QueryFailed) throw value;
    return isExecution(value) ? value.error : undefined;
  } catch (thrown) {
    if (thrown instanceof ExecutionFailed) return thrown.execution.error;
    if (thrown instanceof QueryFailed) return thrown.error;
    throw thrown;
  }
}

const verdict = (pass: boolean, message: () => string): Verdict => ({ pass, message });

/** Whether a transaction or query fails with this text in its error. */
async function failsWith(sent: unknown, expected: string | RegExp): Promise<Verdict> {
  const error = await errorOf(sent);
  if (error === undefined) return verdict(false, () => `expected a failure with ${String(expected)}, but it succeeded`);
  const pass = typeof expected === "string" ? error.includes(expected) : expected.test(error);
  return verdict(
    pass,
    () => `expected ${pass ? "another failure than" : "a failure with"} ${String(expected)}, it is: ${error}`,
  );
}

async function costsAtMost(sent: unknown, gas: number): Promise<Verdict> {
  const { gasUsed } = await settled(sent);
  const [used, most] = [gasUsed.toLocaleString("en"), gas.toLocaleString("en")];
  return verdict(gasUsed <= gas, () => `expected at most ${most} gas, it used ${used}`);
}

type Attributes = Readonly<Record<string, string | RegExp>>;

const fits = (event: DecodedEvent, type: string, attributes: Attributes): boolean =>
  event.type === type &&
  Object.entries(attributes).every(([name, expected]) =>
    event.attributes.some(
      ({ key, value }) => key === name && (typeof expected === "string" ? value === expected : expected.test(value)),
    ),
  );

const shown = ({ type, attributes }: DecodedEvent): string =>
  `\n    ${type} { ${attributes.map(({ key, value }) => `${key}: ${JSON.stringify(value)}`).join(", ")} }`;

/** Events that every transaction has: shown in a message only when they are asked for. */
const ORDINARY = new Set(["tx", "coin_spent", "coin_received", "transfer", "message", "use_feegrant"]);

async function emits(sent: unknown, type: string, attributes: Attributes = {}): Promise<Verdict> {
  const { events } = await settled(sent);
  const pass = events.some((event) => fits(event, type, attributes));
  const found = events
    .filter((event) => event.type === type || !ORDINARY.has(event.type))
    .map(shown)
    .join("");
  const asked = shown({
    type,
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: String(value), encrypted: false })),
  });
  return verdict(pass, () => `expected ${pass ? "no" : "an"} event${asked}\n  events:${found || " none"}`);
}

/**
 * For `expect.extend(matchers)` of vitest and jest. All are asynchronous: await the expectation.
 */
export const matchers = { toFailWith: failsWith, toCostAtMost: costsAtMost, toEmit: emits };

async function assertPasses(checked: Promise<Verdict>): Promise<void> {
  const { pass, message } = await checked;
  if (!pass) throw new AssertionFailed(message());
}

/** A check that did not hold, for runners without `expect`. */
export class AssertionFailed extends Error {
  override readonly name = "AssertionError";
}

/** Rejects unless the transaction or query fails with this text in its error. */
export const assertFailsWith = (sent: Sent | Promise<unknown>, expected: string | RegExp): Promise<void> =>
  assertPasses(failsWith(sent, expected));

/** Rejects unless the transaction used at most this gas. */
export const assertCostsAtMost = (sent: Sent, gas: number): Promise<void> => assertPasses(costsAtMost(sent, gas));

/** Rejects unless the transaction has an event of this type with these attributes. */
export const assertEmits = (sent: Sent, type: string, attributes: Attributes = {}): Promise<void> =>
  assertPasses(emits(sent, type, attributes));

/**
 * The matchers in the types of a runner: `interface Matchers<T> extends DevChainMatchers<T> {}`.
 */
export interface DevChainMatchers<R = unknown> {
  toFailWith(expected: string | RegExp): Promise<R>;
  toCostAtMost(gas: number): Promise<R>;
  toEmit(type: string, attributes?: Attributes): Promise<R>;
}

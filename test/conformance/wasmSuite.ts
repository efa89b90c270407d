// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { fromBase64 } from "@sotto/bytes";
import {
  type CheckedModule,
  checkModule,
  MAX_PAGES,
  MODULE_LIMITS,
  type ModuleLimits,
  WasmRejected,
} from "@sotto/check";
import { type CompiledModule, type Engine, type Instance, Trap, type TrapKind, type WasmValue } from "@sotto/engine";
import { assert } from "@sotto/errors";

/** A 32-bit integer as a number, a 64-bit integer as decimal text. */
type Scalar = number | string;

/** The commands that tools/wasmsuite writes; the module name "" means the last module. */
export type Command =
  | readonly ["module", string, string]
  | readonly ["malformed" | "invalid" | "unlinkable" | "trapAtStart", string, string]
  | readonly ["invoke", string, readonly Scalar[], string]
  | readonly ["return", string, readonly Scalar[], readonly Scalar[], string]
  | readonly ["trap" | "exhaustion", string, readonly Scalar[], string, string]
  | readonly ["skip", string];

export interface Suite {
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly commands: readonly Command[] }>>;
}

export const loadSuite = (): Suite =>
  JSON.parse(readFileSync(new URL("./wasm/suite.json", import.meta.url), "utf8")) as Suite;

/** The beginnings of the suite's texts for traps. */
const TRAPS: readonly (readonly [string, TrapKind])[] = [
  ["unreachable", "unreachable"],
  ["out of bounds memory access", "memoryOutOfBounds"],
  ["undefined element", "tableOutOfBounds"],
  ["uninitialized", "uninitializedElement"],
  ["indirect call", "indirectCallTypeMismatch"],
  ["integer divide by zero", "divideByZero"],
  ["integer overflow", "integerOverflow"],
  ["call stack exhausted", "stackOverflow"],
];

const GAS = 10_000_000_000;

/** The suite's printing functions; its modules have no other accepted imports. */
const SPECTEST = Object.fromEntries(["print", "print_i32"].map((name) => [name, () => undefined]));

export interface Report {
  /** Cases that ran and agreed. */
  agreed: number;
  /** Cases with another result, as text. */
  readonly differing: string[];
  /** Numbers of cases that do not apply, by reason. */
  readonly inapplicable: Map<string, number>;
}

/** A module that the suite calls, or the reason why it cannot run. */
class Subject {
  readonly refusal: string | undefined;
  readonly #compiled: CompiledModule | undefined;
  #instance: Instance | undefined;
  /**
   * Calls that returned. After a trap a new instance repeats them, because an instance does not
   * continue after a trap.
   */
  readonly #history: (readonly [string, readonly WasmValue[]])[] = [];

  constructor(engine: Engine, bytes: Uint8Array) {
    const verdict = judge(bytes);
    this.refusal = typeof verdict === "string" ? verdict : cannotRun(verdict);
    if (this.refusal === undefined) this.#compiled = engine.compile(verdict as CheckedModule, SPECTEST);
  }

  run(name: string, args: readonly WasmValue[]): string {
    assert(this.#compiled !== undefined, "call of a module that does not run");
    this.#instance ??= this.#restart(this.#compiled);
    try {
      const result = invoke(this.#instance, name, args);
      this.#history.push([name, args]);
      return result === undefined ? "" : String(result);
    } catch (thrown) {
      if (!(thrown instanceof Trap)) throw thrown;
      this.#compiled.release(this.#instance);
      this.#instance = undefined;
      return `trap ${thrown.kind}`;
    }
  }

  #restart(compiled: CompiledModule): Instance {
    const instance = compiled.acquire(GAS);
    for (const [name, args] of this.#history) invoke(instance, name, args);
    return instance;
  }

  close(): void {
    if (this.#instance !== undefined) this.#compiled?.release(this.#instance);
  }
}

/**
 * The interface has no i64 arguments, because contracts never get one; both engines accept them.
 */
const invoke = (instance: Instance, name: string, args: readonly WasmValue[]): WasmValue | undefined =>
  instance.call(name, ...(args as number[]));

/**
 * The suite does not test these limits, but it has modules with hundreds of exports, functions with
 * a thousand locals and one very long br_table.
 */
const LIMITS: ModuleLimits = { ...MODULE_LIMITS, exports: 1_000, branches: 100_000, frameSlots: 2_000 };

/** The checked module, or the code of the refusal. */
function judge(bytes: Uint8Array): CheckedModule | string {
  try {
    return checkModule(bytes, LIMITS);
  } catch (thrown) {
    if (thrown instanceof WasmRejected) return `refused: ${thrown.code}`;
    throw thrown;
  }
}

function cannotRun({ imports, memory }: CheckedModule): string | undefined {
  if (imports.some(({ module, name }) => module !== "spectest" || !(name in SPECTEST))) return "linking";
  return (memory?.min ?? 0) > MAX_PAGES ? "more pages than a contract may have" : undefined;
}

const value = (scalar: Scalar): WasmValue => (typeof scalar === "number" ? scalar : BigInt(scalar));
const bytesOf = (base64: string): Uint8Array => {
  const bytes = fromBase64(base64);
  assert(bytes !== undefined, "the suite holds base64");
  return bytes;
};

/** Runs one file of the suite on an engine. */
export function runFile(engine: Engine, commands: readonly Command[]): Report {
  const report: Report = { agreed: 0, differing: [], inapplicable: new Map() };
  const subjects = new Map<string, Subject>();
  const all: Subject[] = [];
  const skip = (reason: string) => {
    report.inapplicable.set(reason, (report.inapplicable.get(reason) ?? 0) + 1);
  };
  const settle = (what: string, said: string, expected: string) => {
    if (said === expected) report.agreed++;
    else report.differing.push(`${what}: ${said || "nothing"} instead of ${expected || "nothing"}`);
  };
  for (const command of commands) {
    if (command[0] === "skip") skip(command[1]);
    else if (command[0] === "module") {
      const subject = new Subject(engine, bytesOf(command[1]));
      all.push(subject);
      subjects.set("", subject).set(command[2], subject);
      if (subject.refusal === undefined) report.agreed++;
      else skip(subject.refusal);
    } else if (isRefusal(command)) {
      const verdict = judge(bytesOf(command[1]));
      if (typeof verdict === "string") report.agreed++;
      else if (command[0] === "unlinkable" && cannotRun(verdict) === "linking") skip("linking");
      else report.differing.push(`${command[0]} "${command[2]}": accepted`);
    } else runCall(command, subjects, skip, settle);
  }
  for (const subject of all) subject.close();
  return report;
}

type Refusal = Extract<Command, readonly ["malformed" | "invalid" | "unlinkable" | "trapAtStart", ...unknown[]]>;
type Call = Exclude<Command, Refusal | readonly ["module" | "skip", ...unknown[]]>;

const isRefusal = (command: Command): command is Refusal =>
  ["malformed", "invalid", "unlinkable", "trapAtStart"].includes(command[0]);

function runCall(
  command: Call,
  subjects: ReadonlyMap<string, Subject>,
  skip: (reason: string) => void,
  settle: (what: string, said: string, expected: string) => void,
): void {
  const [kind, name, args] = command;
  const subject = subjects.get(command.at(-1) as string);
  assert(subject !== undefined, "the suite calls modules it has defined");
  if (subject.refusal !== undefined) {
    skip(subject.refusal);
    return;
  }
  const what = `${name}(${args.join(", ")})`;
  const said = subject.run(name, args.map(value));
  if (kind === "invoke") settle(what, said, said.startsWith("trap") ? "no trap" : said);
  else if (kind === "return") settle(what, said, command[3].join());
  else settle(what, said, `trap ${TRAPS.find(([text]) => command[3].startsWith(text))?.[1] ?? command[3]}`);
}

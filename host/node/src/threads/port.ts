// SPDX-License-Identifier: Apache-2.0
import { setTimeout } from "node:timers/promises";
import {
  isMainThread,
  MessageChannel,
  type MessagePort,
  parentPort,
  type TransferListItem,
  Worker,
  workerData,
} from "node:worker_threads";
import { ChainError, EnvironmentFault } from "@sotto/errors";

/** Functions of a thread: the next call does not wait for a promise of the previous one. */
export type Handlers = Readonly<Record<string, (...args: never[]) => unknown>>;

interface CallMessage {
  readonly id: number;
  readonly method: string;
  readonly args: readonly unknown[];
}

/** A port over which the thread must serve the same functions. */
interface ServeRequest {
  readonly serve: MessagePort;
}

/** The last message: no other follows. */
type End = "end";

type ThreadMessage =
  | { readonly loaded: true }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: PackedError }
  | { readonly event: string; readonly value: unknown };

/** A failure as it crosses between threads, which drop the prototype of an Error. */
type PackedError =
  | {
      readonly kind: "chain";
      readonly codespace: string;
      readonly code: number;
      readonly summary: string;
      readonly detail?: string;
    }
  | { readonly kind: "fault"; readonly text: string; readonly stack: string | undefined };

const pack = (thrown: unknown): PackedError =>
  thrown instanceof ChainError
    ? {
        kind: "chain",
        codespace: thrown.codespace,
        code: thrown.code,
        summary: thrown.summary,
        ...(thrown.detail === undefined ? {} : { detail: thrown.detail }),
      }
    : thrown instanceof Error
      ? { kind: "fault", text: thrown.message, stack: thrown.stack }
      : { kind: "fault", text: String(thrown), stack: undefined };

/** One line; the place in that thread is in the stack, which only the log shows. */
function faultOf(text: string, stack: string | undefined): EnvironmentFault {
  const fault = new EnvironmentFault(text);
  if (stack !== undefined) fault.stack = stack;
  return fault;
}

const unpack = (error: PackedError): Error =>
  error.kind === "chain" ? new ChainError(error) : faultOf(error.text, error.stack);

/** The functions H of a thread. */
export interface Calls<H extends Handlers> {
  call<K extends keyof H & string>(method: K, ...args: Parameters<H[K]>): Promise<Awaited<ReturnType<H[K]>>>;
  /** As call, transferring the buffers in `transfer`. */
  callWith<K extends keyof H & string>(
    transfer: readonly TransferListItem[],
    method: K,
    ...args: Parameters<H[K]>
  ): Promise<Awaited<ReturnType<H[K]>>>;
}

/** A running thread with the functions H. */
export interface Thread<H extends Handlers> extends Calls<H> {
  /** Resolves when it can serve; never, when it ends before. Earlier calls wait. */
  readonly loaded: Promise<void>;
  /** The holder of the port's other end may also call its functions, with `callsOver`. */
  lend(port: MessagePort): void;
  onEvent(listen: (event: string, value: unknown) => void): void;
  /** Ends the thread after earlier calls and, if present, `last`; later calls are refused. */
  stop(last?: keyof H & string): Promise<void>;
}

/**
 * The reason why a thread ended: a fault of the environment has its own text, any other error is a
 * bug in that thread.
 */
function threadFault({ name, oldMb, whereabouts }: ThreadKind, error: unknown): EnvironmentFault {
  const where = whereabouts?.() ?? "";
  if (!(error instanceof Error)) return new EnvironmentFault(`the ${name} thread failed${where}: ${error}`);
  if ("code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY")
    return new EnvironmentFault(`the ${name} thread has filled its memory limit of ${oldMb} MiB${where}`);
  const forPeople = error.name === "EnvironmentFault" || error.name === "ChainError";
  return faultOf(forPeople ? error.message : `the ${name} thread failed${where}: ${error.message}`, error.stack);
}

/**
 * Milliseconds that a thread has to load, and then to end by itself, before it is terminated.
 * Hazard: termination inside a C++ addon, or while it loads one, ends the process
 * (`parkBeforeAddons` of @sotto/crypto). A computing thread can be terminated.
 */
const LOAD_MS = 600;
const END_MS = 100;

/**
 * Flags of the program's first thread for all others, because they cannot read messages before they
 * have loaded.
 */
export interface StopFlags {
  /** 1: a stop is requested. A start that sees it ends. */
  readonly asked: Int32Array;
  /** See `NodeData.cutOff`. */
  readonly cutOff: Int32Array;
}

const flag = (): Int32Array => new Int32Array(new SharedArrayBuffer(4));
export const createStopFlags = (): StopFlags => ({ asked: flag(), cutOff: flag() });

/** The kind of a thread: its name in messages, and the limits of its heap and its stack. */
export interface ThreadKind {
  readonly name: string;
  /**
   * Most MiB of long-lived objects: beyond it the thread ends, and the node with it. Cost: V8 lets
   * a heap with a limit of 2 GiB grow to four times its live objects before it collects, with a
   * limit of 1 GiB to 1.6 times.
   */
  readonly oldMb: number;
  /**
   * MiB of short-lived objects, three times the semi-space: V8's own default is 48. Less means
   * more, shorter collections.
   */
  readonly youngMb: number;
  /** MiB of native stack; 4 without. Cost: address space. */
  readonly stackMb?: number;
  /** Its current work, for the text of a fault: empty, or ` while ...`. */
  readonly whereabouts?: () => string;
}

/** Calls that wait for their answers. */
class PendingAsks {
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  readonly #post: (asked: CallMessage, transfer: readonly TransferListItem[]) => void;
  #next = 1;

  constructor(post: (asked: CallMessage, transfer: readonly TransferListItem[]) => void) {
    this.#post = post;
  }

  ask(transfer: readonly TransferListItem[], method: string, args: readonly unknown[]): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = this.#next++;
      this.#waiting.set(id, { resolve, reject });
      this.#post({ id, method, args }, transfer);
    });
  }

  settle(told: Extract<ThreadMessage, { readonly id: number }>): void {
    const waiting = this.#waiting.get(told.id);
    this.#waiting.delete(told.id);
    if ("error" in told) waiting?.reject(unpack(told.error));
    else waiting?.resolve(told.value);
  }

  fail(fault: Error): void {
    for (const { reject } of this.#waiting.values()) reject(fault);
    this.#waiting.clear();
  }
}

/** The functions of the thread with the other end of a port. The port keeps no thread alive. */
export function callsOver<H extends Handlers>(port: MessagePort): Calls<H> {
  const pending = new PendingAsks((asked, transfer) => port.postMessage(asked, transfer));
  port.on("message", (told: Extract<ThreadMessage, { readonly id: number }>) => pending.settle(told));
  port.unref();
  // The promise belongs to the called method, so the value has its type.
  const callWith: Calls<H>["callWith"] = (transfer, method, ...args) =>
    pending.ask(transfer, method, args) as Promise<never>;
  return { callWith, call: (method, ...args) => callWith([], method, ...args) };
}

function workerOf(entry: URL, kind: ThreadKind, data: unknown, transferList: readonly MessagePort[] = []): Worker {
  const { name, oldMb, youngMb, stackMb = 4 } = kind;
  return new Worker(entry, {
    workerData: data,
    transferList: [...transferList],
    name,
    resourceLimits: { maxOldGenerationSizeMb: oldMb, maxYoungGenerationSizeMb: youngMb, stackSizeMb: stackMb },
  });
}

/** The data of a prepared thread: its own data comes over this port. */
interface Later {
  readonly later: MessagePort;
}

/** A thread that loads its modules already, before its data is there. */
export interface PreparedThread {
  /** The thread, which gets its data. Undefined after the first call. */
  take(data: unknown): Worker | undefined;
  /**
   * Ends the thread, if nobody took it, when it has loaded: the end of the process meanwhile would
   * abort it (`LOAD_MS`).
   */
  drop(): Promise<void>;
}

export function prepareThread(entry: URL, kind: ThreadKind): PreparedThread {
  const { port1: begin, port2: later } = new MessageChannel();
  let worker: Worker | undefined = workerOf(entry, kind, { later } satisfies Later, [later]);
  // The next start of this kind fails in the same way, and reports it.
  const forget = (): void => {
    worker = undefined;
  };
  worker.on("error", forget);
  const exited = new Promise<void>((resolve) => void worker?.on("exit", () => resolve()));
  return {
    take(data) {
      const taken = worker;
      taken?.off("error", forget);
      forget();
      begin.postMessage(data);
      begin.close();
      return taken;
    },
    async drop() {
      begin.close();
      if (worker !== undefined) await exited;
    },
  };
}

/**
 * Starts a thread, or goes on with a prepared one of this entry and kind. Calls `onFault` once when
 * it fails or ends before `stop`: a node with a dead thread must not continue.
 */
export function startThread<H extends Handlers>(
  entry: URL,
  kind: ThreadKind,
  data: unknown,
  onFault: (fault: Error) => void,
  prepared?: PreparedThread,
): Thread<H> {
  const { name } = kind;
  const worker = prepared?.take(data) ?? workerOf(entry, kind, data);
  const pending = new PendingAsks((asked, transfer) => worker.postMessage(asked, transfer));
  const listeners: ((event: string, value: unknown) => void)[] = [];
  let stopping = false;
  const fail = (fault: Error): void => {
    pending.fail(fault);
    if (!stopping) onFault(fault);
    stopping = true;
  };
  let setLoaded = (): void => {};
  const loaded = new Promise<void>((resolve) => {
    setLoaded = resolve;
  });
  worker.on("message", (told: ThreadMessage) => {
    if ("loaded" in told) return setLoaded();
    if ("event" in told) {
      for (const listen of listeners) listen(told.event, told.value);
      return;
    }
    pending.settle(told);
  });
  worker.on("error", (error) => fail(threadFault(kind, error)));
  const exited = new Promise<void>((resolve) => {
    worker.on("exit", () => {
      fail(new EnvironmentFault(`the ${name} thread ended${kind.whereabouts?.() ?? ""}`));
      resolve();
    });
  });

  const ask = (transfer: readonly TransferListItem[], method: string, args: readonly unknown[]): Promise<unknown> =>
    stopping
      ? Promise.reject(new EnvironmentFault(`the ${name} thread is not running`))
      : pending.ask(transfer, method, args);
  // The promise belongs to the called method, so the value has its type.
  const callWith: Thread<H>["callWith"] = (transfer, method, ...args) => ask(transfer, method, args) as Promise<never>;
  return {
    loaded,
    callWith,
    call: (method, ...args) => callWith([], method, ...args),
    lend: (port) => worker.postMessage({ serve: port } satisfies ServeRequest, [port]),
    onEvent: (listen) => void listeners.push(listen),
    async stop(last) {
      const ended = last === undefined ? undefined : ask([], last, []);
      stopping = true;
      try {
        await ended;
      } finally {
        await within(LOAD_MS, Promise.race([loaded, exited]));
        worker.postMessage("end" satisfies End);
        await within(END_MS, exited);
        await worker.terminate();
      }
    },
  };
}

/** A thread that its first call starts: until then it takes no memory. */
export class LazyThread<H extends Handlers> {
  readonly #start: () => Thread<H>;
  readonly #listeners: ((event: string, value: unknown) => void)[] = [];
  #thread: Thread<H> | undefined;
  #isLoaded = false;
  #isStopped = false;

  constructor(start: () => Thread<H>) {
    this.#start = start;
  }

  /** Whether it is starting. */
  get isStarting(): boolean {
    return this.#thread !== undefined && !this.#isLoaded;
  }

  /** Rejects with EnvironmentFault after `stop`, as a thread does. */
  readonly call: Thread<H>["call"] = (method, ...args) => {
    if (this.#isStopped) return Promise.reject(new EnvironmentFault("the node is stopping"));
    this.#thread ??= this.#started();
    return this.#thread.call(method, ...args);
  };

  /** Before the first call. */
  onEvent(listen: (event: string, value: unknown) => void): void {
    this.#listeners.push(listen);
  }

  #started(): Thread<H> {
    const thread = this.#start();
    for (const listen of this.#listeners) thread.onEvent(listen);
    void thread.loaded.then(() => {
      this.#isLoaded = true;
    });
    return thread;
  }

  async stop(last: keyof H & string): Promise<void> {
    this.#isStopped = true;
    await this.#thread?.stop(last);
  }
}

/** Waits for a promise, up to a limit. */
async function within(ms: number, happens: Promise<void>): Promise<void> {
  const late = new AbortController();
  await Promise.race([happens, setTimeout(ms, undefined, { signal: late.signal })]);
  late.abort();
}

/** The data that the starter gave this thread. Ends a prepared thread that nobody takes. */
export async function threadData<T>(): Promise<T> {
  const { later } = workerData as Partial<Later>;
  if (later === undefined) return workerData as T;
  return new Promise((resolve) => {
    later.once("message", (data: T) => {
      later.removeAllListeners("close");
      resolve(data);
    });
    later.once("close", () => process.exit());
  });
}

/** Sends an event to the starter. */
export const tell = (event: string, value: unknown): void =>
  parentPort?.postMessage({ event, value } satisfies ThreadMessage);

/**
 * Serves the starter's calls one after the other. A ChainError goes back to the caller; any other
 * error goes back, too, as a fault, and the starter decides: in the exec thread it stops the node.
 */
export function serveThread(handlers: Handlers): void {
  if (isMainThread || parentPort === null) throw new EnvironmentFault("this module is the entry of a thread");
  const port = parentPort;
  port.postMessage({ loaded: true } satisfies ThreadMessage);
  port.on("message", (asked: CallMessage | ServeRequest | End) => {
    if (asked === "end") port.close();
    else if ("serve" in asked) {
      const { serve } = asked;
      serve.on("message", (other: CallMessage) => answer(handlers, serve, other));
      serve.unref();
    } else answer(handlers, port, asked);
  });
}

/** The memory that an answer transfers to its caller. */
const given = new WeakMap<object, readonly Uint8Array<ArrayBuffer>[]>();

/**
 * Transfers the memory of `pieces`, which are in the answer, instead of copying it. Each must own
 * its memory.
 */
export function giving<T extends object>(answer: T, pieces: readonly Uint8Array<ArrayBuffer>[]): T {
  given.set(answer, pieces);
  return answer;
}

const transferOf = (value: unknown): readonly TransferListItem[] =>
  (typeof value === "object" && value !== null ? given.get(value) : undefined)?.map(({ buffer }) => buffer) ?? [];

function answer(handlers: Handlers, port: MessagePort, { id, method, args }: CallMessage): void {
  const resolve = (value: unknown): void => port.postMessage({ id, value } satisfies ThreadMessage, transferOf(value));
  const refuse = (thrown: unknown): void => port.postMessage({ id, error: pack(thrown) } satisfies ThreadMessage);
  try {
    const handler = handlers[method] as ((...given: readonly unknown[]) => unknown) | undefined;
    if (handler === undefined) throw new EnvironmentFault(`there is no ${method}`);
    const value = handler(...args);
    if (value instanceof Promise) value.then(resolve, refuse);
    else resolve(value);
  } catch (thrown) {
    refuse(thrown);
  }
}

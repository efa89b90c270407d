// SPDX-License-Identifier: Apache-2.0
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";
import { folderFault, makeFolder } from "./folder.ts";

// The highest claim in `node.lock` holds a folder; claims are folders with numbers as names. Each
// has a socket on which its holder listens: the system closes it when the process ends for any
// reason, and it is found by its file, so that containers which share only the folder see it, too.
// A number is used once: a draft, with its socket already open, becomes a claim by a rename, which
// fails over a non-empty folder, on every system. So of several processes that find claim 7 left
// behind one gets 8; the others check again and find it held. A process whose number is no longer
// the highest withdraws. Numbers are never reused, because a reuse could not be seen: a claim that
// ends loses its socket, and is removed when there are two above it.

const SOCKET = "alive";
/** For messages only: the process that made the claim. */
const HOLDER = "holder";

/**
 * Most bytes of a socket's path (sun_path of Linux has 108, of macOS 104, with a zero at the end).
 * Node cuts a longer path.
 */
const MOST_PATH = 103;

interface SocketPath {
  readonly path: string;
  done(): void;
}

/** The path of a socket in a folder, and a function to call when it is no longer needed. */
function reach(folder: string): SocketPath {
  // Windows has no sockets with paths; its pipes are named for the whole machine.
  if (process.platform === "win32") {
    const { id } = holderOf(folder) ?? {};
    return { path: `\\\\.\\pipe\\sotto-${id}`, done: () => {} };
  }
  const path = join(folder, SOCKET);
  if (Buffer.byteLength(path) <= MOST_PATH) return { path, done: () => {} };
  if (process.platform !== "linux")
    throw fault(folder, `its name is too long for a socket, which may have ${MOST_PATH} bytes`);
  const fd = openSync(folder, "r");
  return { path: `/proc/self/fd/${fd}/${SOCKET}`, done: () => closeSync(fd) };
}

const fault = (folder: string, why: string): EnvironmentFault =>
  new EnvironmentFault(`cannot make the lock ${folder}: ${why}; choose another folder with --home DIR`);

/**
 * Errors of a connection to the socket of an ended holder: refused, no such file, or a file of
 * another kind.
 */
const GONE = new Set(["ECONNREFUSED", "ENOENT", "ENOTSOCK", "ENOTDIR"]);

/**
 * Whether a process listens in a claim. A busy or stopped holder counts: the system accepts for it.
 */
async function isHeld(claim: string): Promise<boolean> {
  let reached: SocketPath;
  try {
    reached = reach(claim);
  } catch (thrown) {
    // Its holder has withdrawn.
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw thrown;
  }
  try {
    return await new Promise((resolve, reject) => {
      const socket = connect(reached.path);
      socket.once("connect", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", (error: NodeJS.ErrnoException) => {
        if (GONE.has(error.code ?? "")) resolve(false);
        // The holder's queue of connections is full.
        else if (error.code === "EAGAIN") resolve(true);
        else reject(fault(claim, error.message));
      });
    });
  } finally {
    reached.done();
  }
}

/** The process that has a lock; empty when its file cannot be read. */
export interface Holder {
  readonly id?: string;
  readonly pid?: number;
  readonly host?: string;
}

function holderOf(claim: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(join(claim, HOLDER), "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

const claimsIn = (lock: string): number[] =>
  readdirSync(lock)
    .map(Number)
    .filter((claim) => claim > 0);

const highest = (lock: string): number => Math.max(0, ...claimsIn(lock));

/** A claim without a number, whose socket is open. */
class Draft {
  readonly #folder: string;
  readonly #server: Server;
  readonly #reached: SocketPath;

  private constructor(folder: string, server: Server, reached: SocketPath) {
    this.#folder = folder;
    this.#server = server;
    this.#reached = reached;
  }

  static async make(lock: string): Promise<Draft> {
    const folder = mkdtempSync(join(lock, "draft-"));
    const holder: Holder = { id: randomId(), pid: process.pid, host: hostname() };
    writeFileSync(join(folder, HOLDER), JSON.stringify(holder), { mode: 0o600 });
    const reached = reach(folder);
    const server = createServer((socket) => socket.on("error", () => {}).destroy());
    await new Promise<void>((resolve, reject) => {
      server.once("error", (error) => {
        reached.done();
        rmSync(folder, { recursive: true, force: true });
        reject(fault(folder, `its file system takes no socket, which the lock is (${error.message})`));
      });
      server.listen(reached.path, resolve);
    });
    // One connection that cannot be accepted does not end the lock.
    server.removeAllListeners("error").on("error", () => {});
    server.unref();
    return new Draft(folder, server, reached);
  }

  /** Whether this process got the number; false when another process has it. */
  become(claim: string): boolean {
    try {
      renameSync(this.#folder, claim);
      return true;
    } catch (thrown) {
      // Systems have several codes for an existing name.
      if (statSync(claim, { throwIfNoEntry: false }) === undefined) throw thrown;
      this.drop(this.#folder);
      return false;
    }
  }

  /** Releases it and removes it from its place. */
  drop(folder: string): void {
    this.end(folder);
    rmSync(folder, { recursive: true, force: true });
  }

  /** Releases it; its number stays used. */
  end(folder: string): void {
    rmSync(join(folder, SOCKET), { force: true });
    this.#server.close(() => this.#reached.done());
  }
}

const randomId = (): string => crypto.randomUUID();

/**
 * Takes a lock for this process, and makes its folder if it is missing; that of `home` must be
 * writable. One process takes over the lock of an ended process. Resolves to a function that
 * releases it; the end of the process releases it, too. Throws EnvironmentFault when another
 * process holds it (`refusal` says so), or when the folder cannot be used.
 */
export async function takeLock(home: string, lock: string, refusal: (holder: Holder) => string): Promise<() => void> {
  makeFolder(home, lock);
  try {
    return await take(lock, refusal);
  } catch (thrown) {
    throw folderFault(home, thrown);
  }
}

/**
 * Takes a node's folder for this process, and makes it if it is missing: two nodes on one folder
 * would both sign. As `takeLock`.
 */
export async function takeHome(home: string): Promise<() => void> {
  const { lock } = paths(home);
  makeFolder(home, home);
  if (statSync(lock, { throwIfNoEntry: false })?.isFile()) {
    throw new EnvironmentFault(`${lock} is of an earlier version; when no node runs on ${home}, remove it`);
  }
  return takeLock(
    home,
    lock,
    ({ pid, host }) =>
      `the folder ${home} belongs to a running node (process ${pid} of ${host}); stop it, or choose another with --home DIR`,
  );
}

/** Whether a process held the folder and has ended; false for a folder that was never taken. */
export async function isAbandoned(home: string): Promise<boolean> {
  const { lock } = paths(home);
  const last = highest(lock);
  return last > 0 && !(await isHeld(join(lock, String(last))));
}

async function take(lock: string, refusal: (holder: Holder) => string): Promise<() => void> {
  for (;;) {
    const last = highest(lock);
    const found = join(lock, String(last));
    if (last > 0 && (await isHeld(found))) throw new EnvironmentFault(refusal(holderOf(found) ?? {}));
    const draft = await Draft.make(lock);
    const claim = join(lock, String(last + 1));
    if (!draft.become(claim)) continue;
    if (highest(lock) === last + 1) {
      for (const old of claimsIn(lock)) {
        if (old < last) rmSync(join(lock, String(old)), { recursive: true, force: true });
      }
      return () => draft.end(claim);
    }
    draft.drop(claim);
  }
}

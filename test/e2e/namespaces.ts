// SPDX-License-Identifier: Apache-2.0
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The requirement of the tests with namespaces, for their names. */
export const NAMESPACES = "unshare of util-linux";

const HELP =
  "these tests need unshare, nsenter and setpriv (apt-get install util-linux), and root or namespaces of users " +
  "(sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)";

const isRoot = process.getuid?.() === 0;

/** Throws, with a remedy, where the system refuses: a skipped test does not prove anything. */
function must(file: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(file, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${HELP}: ${file} ${args.join(" ")}: ${error?.message ?? stderr}`);
}

/** `-r`: root in a namespace of users. */
function unshare(flags: readonly string[]): string[] {
  const all = [...(isRoot ? [] : ["-Ur"]), ...flags];
  must("unshare", [...all, "true"]);
  return all;
}

/** A program and its arguments. */
export type CommandLine = readonly [file: string, ...args: string[]];

/** A command in a separate namespace for processes, mounts and network, as in a container. */
export const inNamespaces = (command: CommandLine): CommandLine => [
  "unshare",
  ...unshare(["--pid", "--fork", "--kill-child", "--mount-proc", "--net"]),
  ...command,
];

/** A command whose user may write only where permissions say so: root may write anywhere. */
export function withoutOverride(command: CommandLine): CommandLine {
  if (!isRoot) return command;
  const line: CommandLine = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"];
  must(line[0], [...line.slice(1), "true"]);
  return [...line, ...command];
}

/** A disk in memory, of a given size, that only the commands of `within` see at `path`. */
export class SmallDisk {
  readonly path: string;
  readonly #keeper: ChildProcess;

  private constructor(path: string, keeper: ChildProcess) {
    this.path = path;
    this.#keeper = keeper;
  }

  /** `size` as mount takes it: `64k`, `24m`. */
  static async make(size: string): Promise<SmallDisk> {
    const path = mkdtempSync(join(tmpdir(), "sotto-disk-"));
    const script = `mount -t tmpfs -o size=${size} none ${path} && echo mounted && exec cat`;
    const keeper = spawn("unshare", [...unshare(["--mount"]), "sh", "-ec", script], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    await Promise.race([
      once(keeper.stdout, "data"),
      once(keeper, "exit").then(() => Promise.reject(new Error(`${HELP}: no disk was mounted`))),
    ]);
    return new SmallDisk(path, keeper);
  }

  get within(): (command: CommandLine) => CommandLine {
    const user = isRoot ? [] : ["--user", "--preserve-credentials"];
    return (command) => ["nsenter", `--target=${this.#keeper.pid}`, "--mount", ...user, ...command];
  }

  /** The disk as this process reaches it. */
  get outside(): string {
    return `/proc/${this.#keeper.pid}/root${this.path}`;
  }

  mount(options: string): void {
    const [file, ...args] = this.within(["mount", "-o", options, this.path]);
    must(file, args);
  }

  get free(): number {
    const { bavail, bsize } = statfsSync(this.outside);
    return bavail * bsize;
  }

  /** Leaves at most so many bytes free. */
  fill(leave: number): void {
    try {
      writeFileSync(join(this.outside, "filler"), new Uint8Array(Math.max(0, this.free - leave)));
    } catch (error) {
      // The node wrote between the question and the write: the disk is as full as it can be.
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    }
  }

  /** Reverts `fill`. */
  empty(): void {
    rmSync(join(this.outside, "filler"), { force: true });
  }

  async end(): Promise<void> {
    const ended = once(this.#keeper, "exit");
    this.#keeper.kill("SIGKILL");
    await ended;
    rmSync(this.path, { recursive: true });
  }
}

// SPDX-License-Identifier: Apache-2.0
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nodePaths, writeWhole } from "./files.ts";

// A chain's upgrade needs another program from one block on. Its place is that of cosmovisor
// (docs/operating.md), so that an operator may go on with that.

/** A plan of governance that stopped a node. */
export interface NeededUpgrade {
  readonly name: string;
  readonly height: number;
  readonly info: string;
  /** Where the program of the upgrade is to be put. */
  readonly program: string;
}

/** Of a text that governance has written, in a line. */
const MOST_TEXT = 200;
const LOOK_MS = 200;

const linesOf = (text: string): string => {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}...` : line;
};

export const upgradeText = ({ name, height, info, program }: NeededUpgrade): string =>
  `the upgrade "${linesOf(name)}" is needed at height ${height}${info === "" ? "" : ` (${linesOf(info)})`}: put its program at ${program}`;

/**
 * The folder of a plan's program, as cosmovisor names it: in lower case, by Go's url.PathEscape.
 */
export const folderOf = (name: string): string =>
  encodeURIComponent(name.toLowerCase())
    .replace(/%(?:24|26|2B|3A|3D|40)/g, decodeURIComponent)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    // Never a folder above.
    .replace(/^\.+$/, "_");

const programs = (root: string): string => join(root, "cosmovisor");
const programAt = (root: string, folder: string): string => join(programs(root), folder, "bin", "sotto");

/** A value that changes when a file is replaced. */
function stampOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? undefined : `${found.ino} ${found.mtimeMs}`;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The program of a node, with its first arguments: that of the last upgrade, or this one. */
export function programOf(root: string, launcher: string): { readonly file: string; readonly args: readonly string[] } {
  const file = programAt(root, "current");
  return existsSync(file) ? { file, args: [] } : { file: process.execPath, args: [launcher] };
}

/**
 * Reads what a node or `waits` wrote; undefined: there is no such file, or it is being replaced.
 */
function read<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch {
    return undefined;
  }
}

/** The upgrade for which a node waits, or waited when it was stopped. */
export const neededBy = (home: string, number: number): NeededUpgrade | undefined =>
  read(nodePaths(home, number).upgrade);

/** The programs of one node over its upgrades. */
export class Upgrades {
  readonly #paths: ReturnType<typeof nodePaths>;
  #before: string | undefined;

  constructor(home: string, number: number) {
    this.#paths = nodePaths(home, number);
  }

  /** Before each run of the node. */
  begin(): void {
    const { upgrade, upgradeInfo } = this.#paths;
    rmSync(upgrade, { force: true });
    this.#before = stampOf(upgradeInfo);
  }

  /**
   * After a run. Undefined: no upgrade has ended it. Else waits until the program of the upgrade is
   * there, and makes it that of the next run.
   */
  async waits(tell: (line: string) => void, isStopping: () => boolean): Promise<true | undefined> {
    const { root, upgrade, upgradeInfo } = this.#paths;
    if (stampOf(upgradeInfo) === this.#before) return undefined;
    const plan = read<Partial<NeededUpgrade>>(upgradeInfo);
    if (typeof plan?.name !== "string" || typeof plan.height !== "number") return undefined;
    const { name, height, info = "" } = plan;
    const folder = folderOf(name);
    const program = programAt(root, join("upgrades", folder));
    const needed = { name, height, info, program };
    // A program of that place which did not know the upgrade must be replaced.
    const failed = this.#current() === folder ? stampOf(program) : undefined;
    writeWhole(upgrade, JSON.stringify(needed));
    tell(`${upgradeText(needed)}. It is started when it is there; the node and its CometBFT wait`);
    while (!isProgram(program) || stampOf(program) === failed) {
      if (isStopping()) return true;
      await sleep(LOOK_MS);
    }
    this.#use(folder);
    tell(`the program of the upgrade "${linesOf(name)}" is there, and is started`);
    return true;
  }

  #current(): string | undefined {
    try {
      return basename(readlinkSync(join(programs(this.#paths.root), "current")));
    } catch {
      return undefined;
    }
  }

  /** Moves the link at once: a start finds the old program or the new one. */
  #use(folder: string): void {
    const at = programs(this.#paths.root);
    mkdirSync(at, { recursive: true });
    const draft = join(at, "current.new");
    rmSync(draft, { force: true });
    symlinkSync(join("upgrades", folder), draft);
    renameSync(draft, join(at, "current"));
  }
}

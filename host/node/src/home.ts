// SPDX-License-Identifier: Apache-2.0
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";
import { saveDurably } from "./files.ts";
import { folderFault, reasonOf } from "./folder.ts";
import { isAbandoned, takeHome } from "./lock.ts";

const TEMPORARY = "sotto-mem-";

/** Names in a folder; empty when this user may write but not read there. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Removes the folders of this user's killed nodes with chains in memory; a living node holds its
 * folder's lock.
 */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of namesIn(base)) {
    if (!name.startsWith(TEMPORARY)) continue;
    const folder = join(base, name);
    try {
      const found = lstatSync(folder);
      // Hazard: other users may make folders of this name in a shared temporary folder.
      if (!found.isDirectory() || found.uid !== (process.getuid?.() ?? found.uid)) continue;
      if (await isAbandoned(folder)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // Another start removes it at this moment, or it cannot be removed: this has no effect.
    }
  }
}

/**
 * A folder for a chain in memory, and the function that removes it; the end of the process removes
 * it at the latest. After a kill the next start with a chain in memory removes it.
 */
export async function temporaryHome(): Promise<{ readonly home: string; readonly remove: () => void }> {
  const base = tmpdir();
  let home: string;
  try {
    home = mkdtempSync(join(base, TEMPORARY));
  } catch (thrown) {
    throw new EnvironmentFault(
      `cannot make a folder in ${base}: ${reasonOf(thrown)}; name another folder in the environment as TMPDIR`,
      { cause: thrown },
    );
  }
  let release: () => void = () => {};
  const remove = (): void => {
    rmSync(home, { recursive: true, force: true });
    release();
  };
  process.once("exit", remove);
  try {
    release = await takeHome(home);
  } catch (thrown) {
    // A disk without sockets has no lock; then a killed node's folder stays. A full disk fails at
    // the next step.
    if (!(thrown instanceof EnvironmentFault)) throw thrown;
  }
  await removeLeftovers(base);
  return { home, remove };
}

/** Removes a chain: state, blocks, index, genesis and key. */
export function resetHome(home: string): void {
  const { lock: _, ...all } = paths(home);
  try {
    for (const path of Object.values(all)) {
      rmSync(path, { recursive: true, force: true });
    }
  } catch (thrown) {
    throw folderFault(home, thrown);
  }
}

/** Stores what `create` gives in a file that does not exist. */
export function createIfAbsent(path: string, create: () => string): void {
  try {
    if (!existsSync(path)) saveDurably(path, fromUtf8(create()));
  } catch (thrown) {
    throw folderFault(dirname(path), thrown);
  }
}

/** The text of a file, or the result of `create`, which is then stored. */
export function loadOrCreate(path: string | undefined, create: () => string): string {
  if (path === undefined) return create();
  try {
    if (existsSync(path)) return readFileSync(path, "utf8");
    const text = create();
    saveDurably(path, fromUtf8(text));
    return text;
  } catch (thrown) {
    throw folderFault(dirname(path), thrown);
  }
}

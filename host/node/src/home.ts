import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";
import { saveDurably } from "./files.ts";
import { folderFault, reasonOf } from "./folder.ts";

/** A folder for a chain in memory, and what removes it: at the latest the end of the process does. */
export function temporaryHome(): { readonly home: string; readonly remove: () => void } {
  const base = tmpdir();
  let home: string;
  try {
    home = mkdtempSync(join(base, "sotto-"));
  } catch (thrown) {
    throw new EnvironmentFault(
      `cannot make a folder in ${base}: ${reasonOf(thrown)}; name another folder in the environment as TMPDIR`,
      { cause: thrown },
    );
  }
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once("exit", remove);
  return { home, remove };
}

/** Removes a chain: state, blocks, index, genesis and key. */
export function resetHome(home: string): void {
  const { genesis, validatorKey, state, log, index, sealed, executing } = paths(home);
  try {
    for (const path of [genesis, validatorKey, state, log, index, sealed, executing]) {
      rmSync(path, { recursive: true, force: true });
    }
  } catch (thrown) {
    throw folderFault(home, thrown);
  }
}

/** The text of a file, or what `create` gives, which is then stored. */
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

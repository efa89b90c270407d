import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { paths } from "./config.ts";
import { saveDurably } from "./files.ts";

/** A folder for a chain in memory, and what removes it: at the latest the end of the process does. */
export function temporaryHome(): { readonly home: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "sotto-"));
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once("exit", remove);
  return { home, remove };
}

/** Removes a chain: state, blocks, index, genesis and key. */
export function resetHome(home: string): void {
  const { genesis, validatorKey, state, log, index, sealed, executing } = paths(home);
  for (const path of [genesis, validatorKey, state, log, index, sealed, executing])
    rmSync(path, { recursive: true, force: true });
}

/** The text of a file, or what `create` gives, which is then stored. */
export function loadOrCreate(path: string | undefined, create: () => string): string {
  if (path === undefined) return create();
  if (existsSync(path)) return readFileSync(path, "utf8");
  const text = create();
  mkdirSync(dirname(path), { recursive: true });
  saveDurably(path, fromUtf8(text));
  return text;
}

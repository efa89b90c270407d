import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";
import { saveDurably } from "./files.ts";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: string }).code === "EPERM";
  }
};

/**
 * Takes a node's folder for this process: two nodes on one folder would both sign. A lock of a process that is gone (it
 * was killed) is taken over. Returns what gives the folder back.
 */
export function takeHome(home: string): () => void {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const { lock } = paths(home);
  if (existsSync(lock)) {
    const pid = Number(readFileSync(lock, "utf8"));
    if (Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid)) {
      throw new EnvironmentFault(
        `the folder ${home} belongs to a running node (process ${pid}); stop it, or choose another with --home DIR ` +
          `(if that process is no node, remove ${lock})`,
      );
    }
    rmSync(lock, { force: true });
  }
  const file = openSync(lock, "wx", 0o600);
  writeSync(file, String(process.pid));
  closeSync(file);
  return () => rmSync(lock, { force: true });
}

/** A folder for a chain in memory, and what removes it: at the latest the end of the process does. */
export function temporaryHome(): { readonly home: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "sotto-"));
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  process.once("exit", remove);
  return { home, remove };
}

/** Removes a chain: state, blocks, index, genesis and key. */
export function resetHome(home: string): void {
  const { genesis, validatorKey, state, log, index, sealed } = paths(home);
  for (const path of [genesis, validatorKey, state, log, index, sealed]) rmSync(path, { recursive: true, force: true });
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

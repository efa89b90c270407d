import { existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";

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
  return () => rmSync(lock, { force: true });
}

/** Removes a chain: state, blocks, index, genesis and key. */
export function resetHome(home: string): void {
  const { genesis, validatorKey, state, log, index } = paths(home);
  for (const path of [genesis, validatorKey, state, log, index]) rmSync(path, { recursive: true, force: true });
}

/** The text of a file, or what `create` gives, which is then stored. */
export function loadOrCreate(path: string | undefined, create: () => string): string {
  if (path === undefined) return create();
  if (existsSync(path)) return readFileSync(path, "utf8");
  const text = create();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text, { mode: 0o600 });
  return text;
}

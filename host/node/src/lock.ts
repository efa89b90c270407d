import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { paths } from "./config.ts";

// A folder is held by the highest of the claims in `node.lock`, folders with numbers for names and the holder's process
// id inside. A number is given once: a draft becomes a claim by a rename, which fails over a folder that has something in
// it, on every system. So of those that find claim 7 left behind one gets 8; the others look again and find it held. Whoever
// looked so long ago that its number is not the highest any more withdraws. Numbers are never given back, or that could
// not be told: a claim that ends is marked, and goes when there are two above it.

/** Process ids are positive. */
const FREE = "0";

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { readonly code?: string }).code === "EPERM";
  }
};

const claimsIn = (lock: string): number[] =>
  readdirSync(lock)
    .map(Number)
    .filter((claim) => claim > 0);

const highest = (lock: string): number => Math.max(0, ...claimsIn(lock));

/** The living process that holds a claim, if it is another than this one: a number may come again after a restart. */
function holderOf(claim: string): number | undefined {
  let text: string;
  try {
    text = readFileSync(join(claim, "pid"), "utf8");
  } catch {
    return undefined;
  }
  const pid = Number(text);
  return Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid) ? pid : undefined;
}

/** Whether the claim is ours; false when another process has it. */
function makeClaim(lock: string, claim: string): boolean {
  const draft = mkdtempSync(join(lock, "draft-"));
  writeFileSync(join(draft, "pid"), String(process.pid), { mode: 0o600 });
  try {
    renameSync(draft, claim);
    return true;
  } catch (thrown) {
    rmSync(draft, { recursive: true, force: true });
    // Systems have several codes for a name that is taken.
    if (statSync(claim, { throwIfNoEntry: false }) === undefined) throw thrown;
    return false;
  }
}

/**
 * Takes a node's folder for this process: two nodes on one folder would both sign. What a process that is gone (it was
 * killed) has left is taken over, by one of those that find it. Returns what gives the folder back. Throws EnvironmentFault
 * when a living process holds it.
 */
export function takeHome(home: string): () => void {
  const { lock } = paths(home);
  if (statSync(lock, { throwIfNoEntry: false })?.isFile()) {
    throw new EnvironmentFault(`${lock} is of an earlier version; when no node runs on ${home}, remove it`);
  }
  mkdirSync(lock, { recursive: true, mode: 0o700 });
  for (;;) {
    const last = highest(lock);
    const holder = holderOf(join(lock, String(last)));
    if (holder !== undefined) {
      throw new EnvironmentFault(
        `the folder ${home} belongs to a running node (process ${holder}); stop it, or choose another with --home DIR ` +
          `(if that process is no node, remove ${lock})`,
      );
    }
    const claim = join(lock, String(last + 1));
    if (!makeClaim(lock, claim)) continue;
    if (highest(lock) === last + 1) {
      for (const old of claimsIn(lock)) {
        if (old < last) rmSync(join(lock, String(old)), { recursive: true, force: true });
      }
      return () => writeFileSync(join(claim, "pid"), FREE);
    }
    rmSync(claim, { recursive: true, force: true });
  }
}

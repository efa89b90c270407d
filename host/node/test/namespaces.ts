import { spawnSync } from "node:child_process";

/** What the tests with namespaces need, for their names. */
export const NAMESPACES = "unshare of util-linux";

const HELP =
  "these tests need unshare (apt-get install util-linux), and root or namespaces of users " +
  "(sudo sysctl -w kernel.unprivileged_userns_clone=1 kernel.apparmor_restrict_unprivileged_userns=0)";

/** `-r`: root in a namespace of users. */
const AS_ROOT = process.getuid?.() === 0 ? [] : ["-Ur"];

/** Throws, with what to do, where the system gives no namespaces: a test that is left out proves nothing. */
function unshare(flags: readonly string[]): string[] {
  const all = [...AS_ROOT, ...flags];
  const { status, stderr, error } = spawnSync("unshare", [...all, "true"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${HELP}: ${error?.message ?? stderr}`);
  return all;
}

/** A command in a namespace of its own for processes, mounts and network, as in a container: program and arguments. */
export const inNamespaces = (command: readonly string[]): [string, string[]] => [
  "unshare",
  [...unshare(["--pid", "--fork", "--kill-child", "--mount-proc", "--net"]), ...command],
];

/** A shell script with mounts of its own, which go when it ends: program and arguments. */
export const withMounts = (script: string, ...args: readonly string[]): [string, string[]] => [
  "unshare",
  [...unshare(["--mount"]), "sh", "-ec", script, "sh", ...args],
];

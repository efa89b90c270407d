// SPDX-License-Identifier: Apache-2.0
import { readFileSync, writeSync } from "node:fs";

const EVERY_MS = 300;

/**
 * Ends this process in order when npm, which started it for a script of this repository, has ended:
 * a user who kills npm wants the script to end, and npm cannot pass on SIGKILL. Checks the parent,
 * which the system changes when it ends. It does not affect a process without npm, or with an npm
 * that continues in the background. On Windows a parent never changes.
 * @param {string | undefined} script
 */
export function followParent(script) {
  const { npm_lifecycle_event, npm_package_name } = process.env;
  const { name } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (process.platform === "win32" || npm_lifecycle_event !== script || npm_package_name !== name) return;
  const parent = process.ppid;
  const look = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(look);
    try {
      writeSync(2, `npm, which started this, is gone: ${script} ends\n`);
    } catch {
      // It is not read.
    }
    process.kill(process.pid, "SIGTERM");
  }, EVERY_MS);
  look.unref();
}

const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/**
 * Lets a child end first: a signal that would end this process goes to the child, the second one
 * kills it, and this process ends by the signal when the child has.
 * @param {import("node:child_process").ChildProcess} child
 */
export function endAfter(child) {
  /** @type {NodeJS.Signals | undefined} */
  let asked;
  const pass = (/** @type {NodeJS.Signals} */ signal) => {
    child.kill(asked === undefined ? signal : "SIGKILL");
    asked = signal;
  };
  for (const signal of SIGNALS) process.on(signal, pass);
  child.once("close", () => {
    for (const signal of SIGNALS) process.off(signal, pass);
    if (asked !== undefined) process.kill(process.pid, asked);
  });
}

// SPDX-License-Identifier: Apache-2.0
import { chmodSync, lstatSync, mkdtempSync, renameSync, rmdirSync, unlinkSync } from "node:fs";
import { connect, type Server } from "node:net";
import { dirname, join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/** Bytes of the longest path that Linux and macOS take; libuv cuts longer ones without an error. */
const MOST_PATH = 103;
const MODE = 0o600;

const textOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
const codeOf = (thrown: unknown): string => (thrown as { readonly code?: string }).code ?? "";

const statOf = (path: string) => lstatSync(path, { throwIfNoEntry: false });

/** Whether a process answers at a socket. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", (error) => {
      const code = codeOf(error);
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve(false);
      else reject(new EnvironmentFault(`the ABCI socket ${path} cannot be examined: ${error.message}`));
    });
  });
}

/**
 * Removes the socket of an ended process. Throws EnvironmentFault for anything else at the path.
 */
async function removeStale(path: string): Promise<void> {
  const stat = statOf(path);
  if (stat === undefined) return;
  if (!stat.isSocket()) {
    throw new EnvironmentFault(`${path} exists and is no socket: remove it, or choose another ABCI address`);
  }
  if (await isServed(path)) {
    throw new EnvironmentFault(`another process listens at ${path}: stop it, or choose another ABCI address`);
  }
  unlinkSync(path);
}

/**
 * Listens at a path, for the user of this process only. The socket is made in a folder that no
 * other user can enter and moved to its place with its mode, so that it is never open to others; a
 * mask of the process is no way, since threads cannot set one. Returns the function that removes
 * it. Throws EnvironmentFault when the path is taken, too long or not to be written.
 */
export async function listenAtPath(server: Server, path: string): Promise<() => void> {
  const folder = dirname(path);
  const longest = Buffer.byteLength(join(folder, ".abci-XXXXXX", "s"));
  if (Math.max(longest, Buffer.byteLength(path)) > MOST_PATH) {
    throw new EnvironmentFault(`the path of the ABCI socket ${path} is too long: choose a shorter folder`);
  }
  let temporary: string | undefined;
  try {
    await removeStale(path);
    temporary = mkdtempSync(join(folder, ".abci-"));
    const made = join(temporary, "s");
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ path: made }, () => {
        server.removeListener("error", reject);
        resolve();
      });
    });
    chmodSync(made, MODE);
    renameSync(made, path);
  } catch (thrown) {
    server.close();
    if (thrown instanceof EnvironmentFault) throw thrown;
    throw new EnvironmentFault(`cannot listen at ${path}: ${textOf(thrown)}`, { cause: thrown });
  } finally {
    if (temporary !== undefined) removeFolder(temporary);
  }
  const own = statOf(path);
  return () => {
    const now = statOf(path);
    // Another process may have its socket there now.
    if (own !== undefined && now !== undefined && now.ino === own.ino && now.dev === own.dev) unlinkSync(path);
  };
}

function removeFolder(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // A socket that could not be moved stays in it. The error of that is thrown already.
  }
}

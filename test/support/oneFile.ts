// SPDX-License-Identifier: Apache-2.0
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { FOR_NODE, outside } from "../../tools/bundle.mjs";

const FOLDER = fileURLToPath(new URL("../../.cache/one-file", import.meta.url));

/**
 * The path of a program that a test starts many times, in one file with all that it imports: it
 * then starts in 0.2 s and not in 1 s. It must not ask for its own place. Removed with this
 * process.
 */
export async function oneFile(program: URL): Promise<string> {
  const source = fileURLToPath(program);
  const file = join(FOLDER, `${process.pid}-${basename(source)}`);
  process.once("exit", () => rmSync(file, { force: true }));
  await build({ ...FOR_NODE, entryPoints: [source], outfile: file, plugins: [outside] });
  return file;
}

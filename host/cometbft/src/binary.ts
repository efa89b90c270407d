// SPDX-License-Identifier: Apache-2.0
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";

/** The release of CometBFT that this package speaks to, and no other. */
export const COMETBFT_RELEASE = "0.38.19";

/** Programs of that release: the consensus engine, and its tool for ABCI (tests). */
export type CometProgram = "cometbft" | "abci-cli";

const SOURCES: Readonly<Record<CometProgram, string>> = {
  cometbft: `github.com/cometbft/cometbft/cmd/cometbft@v${COMETBFT_RELEASE}`,
  "abci-cli": `github.com/cometbft/cometbft/abci/cmd/abci-cli@v${COMETBFT_RELEASE}`,
};

/** What `version` prints: abci-cli says the version of ABCI, which is that of all 0.38 releases. */
const VERSIONS: Readonly<Record<CometProgram, string>> = { cometbft: COMETBFT_RELEASE, "abci-cli": "2.0.0" };

/** Limit: a program that does not print its version within this time is another one. */
const VERSION_MS = 10_000;

/** The folder where `installCometbft` puts programs. */
export const cometCache = (home: string = homedir()): string =>
  join(home, ".sotto", "bin", `cometbft-${COMETBFT_RELEASE}`);

export interface Finding {
  readonly program?: CometProgram;
  /** The operator's own path: no other place is looked at. */
  readonly path?: string | undefined;
  /** PATH of the environment; undefined: not looked at. */
  readonly searchPath?: string | undefined;
  /** Default: `cometCache()`. */
  readonly cache?: string;
}

/** Why a file is not the program; undefined: it is. */
function faultOf(path: string, program: CometProgram): string | undefined {
  if (!existsSync(path)) return "does not exist";
  const { status, stdout, error } = spawnSync(path, ["version"], { encoding: "utf8", timeout: VERSION_MS });
  if (error !== undefined) return `cannot be run: ${error.message}`;
  const version = /^v?([0-9]+\.[0-9]+\.[0-9]+[^\s+]*)(\+[0-9a-f]+)?$/.exec(stdout.trim())?.[1];
  if (status !== 0 || version === undefined) return "does not say its version";
  return version === VERSIONS[program] ? undefined : `is version ${version}`;
}

/** The command that installs a program, for messages. */
export const installCommand = (program: CometProgram, cache: string = cometCache()): string =>
  `GOBIN=${cache} CGO_ENABLED=0 go install ${SOURCES[program]}`;

/**
 * The path of a program of exactly release 0.38.19: the given path, else the cache folder, else
 * PATH. Throws EnvironmentFault, which says what was found and which command installs it.
 */
export function findCometbft(finding: Finding = {}): string {
  const { program = "cometbft", path, searchPath, cache = cometCache() } = finding;
  const folders = [cache, ...(searchPath ?? "").split(delimiter).filter(isAbsolute)];
  const name = process.platform === "win32" ? `${program}.exe` : program;
  const paths = path === undefined ? folders.map((folder) => join(folder, name)) : [path];
  const said: string[] = [];
  for (const each of paths) {
    const fault = faultOf(each, program);
    if (fault === undefined) return each;
    if (path !== undefined || each.startsWith(cache) || fault !== "does not exist") said.push(`${each} ${fault}`);
  }
  throw new EnvironmentFault(
    `${program} ${COMETBFT_RELEASE} is not installed: ${said.join("; ")}. Install it with: ${installCommand(program, cache)}`,
  );
}

/** Most of Go's own output in a message. */
const MAX_OUTPUT = 2000;

/**
 * Compiles a program with Go into the cache folder, and returns its path. Cost: one minute or two,
 * and a download of 15 s. Throws EnvironmentFault when Go is missing or fails.
 */
export async function installCometbft(
  program: CometProgram = "cometbft",
  { cache = cometCache(), go = "go" }: { readonly cache?: string; readonly go?: string } = {},
): Promise<string> {
  mkdirSync(cache, { recursive: true });
  const command = installCommand(program, cache);
  await new Promise<void>((resolve, reject) => {
    // Without cgo: no C compiler is needed.
    const env = { ...process.env, GOBIN: cache, CGO_ENABLED: "0" };
    const child = spawn(go, ["install", SOURCES[program]], { env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk: Buffer): void => {
      output = (output + chunk).slice(-MAX_OUTPUT);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error: NodeJS.ErrnoException) => {
      const why = error.code === "ENOENT" ? "Go is not installed (https://go.dev/dl)" : error.message;
      reject(new EnvironmentFault(`${program} cannot be compiled: ${why}. Then run: ${command}`));
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new EnvironmentFault(`"${command}" failed:\n${output.trim()}`));
    });
  });
  return findCometbft({ program, path: join(cache, process.platform === "win32" ? `${program}.exe` : program) });
}

// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cometCache, findCometbft, installCometbft, installCommand } from "../src/index.ts";

let root: string;
let cache: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sotto-binary-"));
  cache = cometCache(root);
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** A program that says a version, as `cometbft version` does. */
function program(folder: string, says: string, name = "cometbft"): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n[ "$1" = version ] && echo "${says}"\n`, { mode: 0o755 });
  return path;
}

describe("the program of CometBFT", () => {
  it("is the one in the cache folder, then the first of its release on PATH", () => {
    const old = program(join(root, "old"), "0.37.2");
    const right = program(join(root, "right"), "0.38.19");
    const searchPath = [join(root, "none"), join(root, "old"), join(root, "right"), "relative"].join(":");
    expect(findCometbft({ cache, searchPath })).toBe(right);
    const cached = program(cache, "0.38.19");
    expect(findCometbft({ cache, searchPath })).toBe(cached);
    expect(() => findCometbft({ cache, searchPath, path: old })).toThrow(`${old} is version 0.37.2. Install it with: `);
  });

  it("says its release exactly, with or without the commit of its build", () => {
    for (const says of ["0.38.19", "v0.38.19", "0.38.19+1a2b3c"]) {
      expect(findCometbft({ cache, path: program(root, says) })).toBe(join(root, "cometbft"));
    }
    for (const says of ["0.38.1", "0.38.190", "0.38.19-rc1", "1.0.0", "", "0.38.19 and more"]) {
      expect(() => findCometbft({ cache, path: program(root, says) })).toThrow(/is version|does not say its version/);
    }
  });

  it("for tests of ABCI says the version of ABCI", () => {
    const path = program(cache, "2.0.0", "abci-cli");
    expect(findCometbft({ cache, program: "abci-cli" })).toBe(path);
    program(cache, "0.17.0", "abci-cli");
    expect(() => findCometbft({ cache, program: "abci-cli" })).toThrow(`${path} is version 0.17.0`);
  });

  it("that is missing is named with the command that installs it", () => {
    const command = `GOBIN=${cache} CGO_ENABLED=0 go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.19`;
    expect(installCommand("cometbft", cache)).toBe(command);
    expect(() => findCometbft({ cache })).toThrow(
      `cometbft 0.38.19 is not installed: ${join(cache, "cometbft")} does not exist. Install it with: ${command}`,
    );
    expect(() => findCometbft({ cache, program: "abci-cli" })).toThrow(/abci\/cmd\/abci-cli@v0.38.19$/);
  });

  it("is compiled into the cache folder by Go, whose failure is shown", async () => {
    mkdirSync(root, { recursive: true });
    const go = join(root, "go");
    const write = (script: string) => writeFileSync(go, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    // A stand-in for Go: it compiles for minutes. `npm test` runs the real one on a new machine.
    write(
      '[ "$1" = install ] && printf \'#!/bin/sh\\necho 0.38.19\\n\' > "$GOBIN/cometbft" && chmod +x "$GOBIN/cometbft"',
    );
    expect(await installCometbft("cometbft", { cache, go })).toBe(join(cache, "cometbft"));
    write("echo 'no network' >&2; exit 1");
    await expect(installCometbft("cometbft", { cache, go })).rejects.toThrow(/go install .* failed:\nno network$/);
    await expect(installCometbft("cometbft", { cache, go: join(root, "none") })).rejects.toThrow(
      /cannot be compiled: Go is not installed \(https:\/\/go.dev\/dl\)\. Then run: GOBIN=/,
    );
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { checkVersion, renderVersion } from "../../tools/version.mjs";
import { repository } from "./fixture.ts";

const workspaces = ["pure/*", "trusted/*", "host/store"];
const whole = (version: string) => ({
  "package.json": JSON.stringify({ version, workspaces }),
  "CHANGELOG.md": `# Changelog\n\n## ${version} (unreleased)\n`,
});
const bytes = (more: object) => ({
  "pure/bytes/package.json": `${JSON.stringify({ name: "@sotto/bytes", ...more }, null, 2)}\n`,
});
const lock = {
  version: "0.1.0",
  packages: {
    "": { version: "0.1.0" },
    "pure/bytes": { version: "0.1.0" },
    "host/store": { version: "0.1.0", dependencies: { "@sotto/bytes": "0.1.0", lmdb: "3.5.6" } },
    "node_modules/lib": { version: "0.1.0" },
  },
};

/** A repository in which every file has the common version. */
function stamped(version: string, planted: Readonly<Record<string, string>> = {}): string {
  const files = { ...whole(version), ...bytes({ version: "0.1.0" }), ...planted };
  return repository({ ...files, ...Object.fromEntries(renderVersion(repository(files))), ...planted });
}

describe("the version", () => {
  it("is the same in all files", () => {
    expect(checkVersion(stamped("0.1.0"))).toEqual([]);
    expect(checkVersion(stamped("0.2.0"))).toEqual([]);
  });

  it("is refused when it differs: in a package, in a dependency, in the lock, in the constant", () => {
    const store = { name: "@sotto/store", version: "0.1.0", dependencies: { "@sotto/bytes": "0.0.9", lmdb: "3.5.6" } };
    for (const [path, text] of [
      ["pure/bytes/package.json", bytes({ version: "0.2.0" })["pure/bytes/package.json"]],
      ["pure/bytes/package.json", bytes({})["pure/bytes/package.json"]],
      ["host/store/package.json", `${JSON.stringify(store, null, 2)}\n`],
      ["package-lock.json", `${JSON.stringify({ ...lock, version: "0.0.1" }, null, 2)}\n`],
      ["host/app/src/version.ts", 'export const VERSION = "0.0.9";\n'],
    ] as const) {
      expect(checkVersion(stamped("0.1.0", { [path]: text })), path).toEqual([
        `${path} does not say 0.1.0: run node tools/version.mjs`,
      ]);
    }
  });

  it("is refused when a source repeats it, and when the changelog begins with another", () => {
    const source = { "pure/bytes/src/about.ts": 'export const about = ["0.1.0"];\n' };
    expect(checkVersion(stamped("0.1.0", source))).toEqual([
      "pure/bytes/src/about.ts says 0.1.0 by itself: import VERSION from @sotto/app/version",
    ]);
    expect(checkVersion(stamped("0.1.0", { "CHANGELOG.md": "## 0.2.0\n" }))).toEqual([
      "CHANGELOG.md begins with 0.2.0, not with 0.1.0",
    ]);
  });

  it("is written into all these files, and not into versions of other packages", () => {
    const files = renderVersion(repository({ ...whole("0.2.0"), "package-lock.json": JSON.stringify(lock) }));
    expect(JSON.parse(files.get("host/store/package.json") ?? "")).toMatchObject({
      version: "0.2.0",
      dependencies: { "@sotto/bytes": "0.2.0", lmdb: "3.5.6" },
    });
    expect(JSON.parse(files.get("package-lock.json") ?? "")).toEqual({
      version: "0.2.0",
      packages: {
        "": { version: "0.2.0" },
        "pure/bytes": { version: "0.2.0" },
        "host/store": { version: "0.2.0", dependencies: { "@sotto/bytes": "0.2.0", lmdb: "3.5.6" } },
        "node_modules/lib": { version: "0.1.0" },
      },
    });
  });
});

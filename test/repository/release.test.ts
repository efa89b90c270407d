// SPDX-License-Identifier: Apache-2.0
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pack, published, renderChangelog, writeRelease } from "../../tools/release.mjs";
import { readJson, root } from "../../tools/source/files.mjs";
import { checkVersion } from "../../tools/version.mjs";

const DAY = "2030-01-31";
let base = "";
const git = (...args: string[]) => execFileSync("git", args, { cwd: base, encoding: "utf8" });
const read = (path: string) => readFileSync(join(base, path), "utf8");
const reset = () => git("reset", "--quiet", "--hard");

/** The last commit in a separate clone, with a changelog that can be released. */
beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "sotto-release-"));
  git("clone", "--quiet", "--shared", root, ".");
  const { version } = readJson(base, "package.json");
  writeFileSync(join(base, "CHANGELOG.md"), `# Changelog\n\n## ${version} (unreleased)\n\n### Added\n- planted\n`);
  git("-c", "user.name=test", "-c", "user.email=test", "commit", "--quiet", "--all", "--message=planted");
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a release", () => {
  it("writes its version into all files that have it, and its day into the changelog", () => {
    const commit = git("rev-parse", "HEAD");
    writeRelease(base, "98.7.6", DAY);
    expect(checkVersion(base)).toEqual([]);
    expect(readJson(base, "sotto/package.json")).toMatchObject({
      version: "98.7.6",
      dependencies: { "@sotto/node": "98.7.6" },
    });
    expect(read("CHANGELOG.md")).toBe(`# Changelog\n\n## 98.7.6 (${DAY})\n\n### Added\n- planted\n`);
    expect([git("rev-parse", "HEAD"), git("tag", "--list", "v98.7.6")]).toEqual([commit, ""]);
    reset();
  });

  it("is refused, without a written file, unless tree, version and changelog are ready", () => {
    const refused = (version: string, why: string) => {
      const before = git("diff", "HEAD");
      expect(() => writeRelease(base, version, DAY), why).toThrow(why);
      expect(git("diff", "HEAD")).toBe(before);
    };
    for (const none of ["", "1.2", "v1.2.3", "1.2.3-rc", "01.2.3"]) refused(none, "is no version");
    refused("0.0.1", "0.0.1 is before");
    git("tag", "v98.7.6");
    refused("98.7.6", "There is a tag");
    writeFileSync(join(base, "README.md"), "changed");
    refused("98.7.7", "The tree is not clean:\nM README.md");
    reset();
    writeFileSync(join(base, "new.txt"), "new");
    refused("98.7.7", "?? new.txt");
    rmSync(join(base, "new.txt"));
  });

  it("accepts only a changelog with an unreleased part whose headings are in order", () => {
    const log = (first: string, ...headings: string[]) =>
      `# Changelog\n\n## ${first}\n\n${headings.map((each) => `### ${each}\n- x\n`).join("")}\n## 0.1.0 (2029-01-01)\n- old\n`;
    const render = (text: string) => renderChangelog(text, "0.2.0", DAY);
    const good = log("0.1.1 (unreleased)", "STATE-BREAKING", "ENCLAVE-BREAKING", "Added", "Fixed");
    expect(render(good)).toBe(good.replace("0.1.1 (unreleased)", `0.2.0 (${DAY})`));
    expect(() => render(log("0.1.1 (2029-02-02)", "Added"))).toThrow(
      'must begin with a heading "## <version> (unreleased)"',
    );
    expect(() => render("")).toThrow("must begin");
    expect(() => render(log("0.1.1 (unreleased)"))).toThrow("says nothing of 0.2.0");
    for (const headings of [
      ["API-BREAKING", "STATE-BREAKING"],
      ["Added", "STATE-BREAKING"],
    ]) {
      expect(() => render(log("0.1.1 (unreleased)", ...headings)), String(headings)).toThrow(
        "come first, in this order",
      );
    }
  });

  it("has the launcher, the packages that it needs, and the libraries for clients, but no test tools", () => {
    const folders = published(root);
    for (const folder of ["sotto", "host/node", "trusted/enclave", "pure/bytes", "proto", "clients/secretjs-bound"]) {
      expect(folders).toContain(folder);
    }
    expect(folders).not.toContain("vm/interpreter");
  });

  it("is packed with the checksums of its tarballs, without the compiler's build state, and the same each time", () => {
    const folders = ["pure/bytes", "clients/secretjs-bound"];
    for (const folder of folders) cpSync(join(root, folder, "dist"), join(base, folder, "dist"), { recursive: true });
    const out = join(base, ".cache/out");
    const names = pack(base, folders, out);
    const { version } = readJson(base, "package.json");
    expect(names).toEqual([`sotto-bytes-${version}.tgz`, `sotto-secretjs-bound-${version}.tgz`]);
    const sums = names.map(
      (name) =>
        `${createHash("sha256")
          .update(readFileSync(join(out, name)))
          .digest("hex")}  ${name}\n`,
    );
    expect(readFileSync(join(out, "SHA256SUMS"), "utf8")).toBe(sums.join(""));
    const listed = spawnSync("tar", ["-tzf", join(out, names[0] ?? "")], { encoding: "utf8" }).stdout.split("\n");
    expect(listed).toContain("package/dist/index.js");
    expect(listed.filter((path) => path.includes("tsbuildinfo"))).toEqual([]);
    pack(base, folders, out);
    expect(readdirSync(out)).toHaveLength(3);
    expect(readFileSync(join(out, "SHA256SUMS"), "utf8")).toBe(sums.join(""));
    rmSync(join(base, "pure/bytes/dist/index.js"));
    expect(() => pack(base, folders, out)).toThrow("The tarball of @sotto/bytes lacks ./dist/index.js");
  });
});

// SPDX-License-Identifier: Apache-2.0
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { listPackages } from "../../tools/layers/packages.mjs";
import { listCommittable, root } from "../../tools/source/files.mjs";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const rowsOf = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

describe("docs/status.md", () => {
  const rows = rowsOf(read("docs/status.md")).filter(([feature]) => feature !== "feature");

  it("has an explained state in every row", () => {
    expect(rows.length).toBeGreaterThan(50);
    for (const [feature, state] of rows) {
      expect([feature, ["works", "partial", "not yet", "planned"].includes(state ?? "")]).toEqual([feature, true]);
    }
  });

  it("names an existing test for every working feature", () => {
    for (const [feature, state, proof = ""] of rows) {
      const paths = [...proof.matchAll(/`([^`]+)`/g)]
        .map(([, path]) => path ?? "")
        .filter((path) => path.includes("/"));
      for (const path of paths) expect([path, existsSync(join(root, path))]).toEqual([path, true]);
      if (state === "works") expect([feature, paths.length > 0]).toEqual([feature, true]);
    }
  });
});

describe("documents", () => {
  const documents = listCommittable(root).filter((path) => path.endsWith(".md"));

  it("link to files that exist", () => {
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)]
        .map(([, target]) => target ?? "")
        .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(join(root, dirname(path), target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it("of a decision have status, context, decision, rejected alternatives and consequences, and are in the list", () => {
    const list = read("docs/adr/README.md");
    const files = readdirSync(join(root, "docs/adr")).filter((name) => name !== "README.md");
    expect(files.length).toBeGreaterThan(0);
    for (const name of files) {
      const text = read(`docs/adr/${name}`);
      const parts = ["Status: ", "## Context\n", "## Decision\n", "## Rejected\n", "## Consequences\n"];
      expect([name, parts.filter((part) => !text.includes(part))]).toEqual([name, []]);
      expect([name, list.includes(`(${name})`)]).toEqual([name, true]);
    }
  });

  it("of a decision have the title and the status of the list", () => {
    const rows = rowsOf(read("docs/adr/README.md")).filter(([link]) => link?.startsWith("["));
    expect(rows).toHaveLength(readdirSync(join(root, "docs/adr")).length - 1);
    for (const [link, title, status] of rows) {
      const [, number, name] = /^\[(\d{4})\]\((.+)\)$/.exec(link ?? "") ?? [];
      const [first, , third] = read(`docs/adr/${name}`).split("\n");
      expect([name, first, third]).toEqual([name, `# ${number}. ${title}`, `Status: ${status}`]);
      expect([name, name?.startsWith(`${number}-`)]).toEqual([name, true]);
    }
  });

  it("of a package state under the title what the package owns and does not own", () => {
    for (const { folder, manifest } of listPackages(root)) {
      const [title, , first] = read(`${folder}/README.md`).split("\n");
      expect(title).toBe(`# ${manifest.name}`);
      expect([folder, /^Owns .+\. (.+ )?(Does not|Never|The only|Rebuildable)/.test(first ?? "")]).toEqual([
        folder,
        true,
      ]);
    }
  });

  it("name every package in ARCHITECTURE.md", () => {
    const text = read("ARCHITECTURE.md");
    const missing = listPackages(root)
      .map(({ folder }) => folder)
      .filter((folder) => !folder.startsWith("host/modules/") && !text.includes(`\`${folder}`));
    expect(missing).toEqual([]);
  });
});

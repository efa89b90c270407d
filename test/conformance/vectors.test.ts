// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Entry {
  source: string;
  command: string;
  sha256: string;
}
const folder = new URL("../../vectors/", import.meta.url);
const read = (file: string): Buffer => readFileSync(new URL(file, folder));
const manifest: { files: Record<string, Entry> } = JSON.parse(read("manifest.json").toString("utf8"));
const ABOUT = ["README.md", "manifest.json"];

describe("vectors/", () => {
  it("holds exactly the files of the manifest", () => {
    const present = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => relative(fileURLToPath(folder), join(parentPath, name)).replaceAll("\\", "/"))
      .filter((file) => !ABOUT.includes(file));
    expect(present.sort()).toEqual(Object.keys(manifest.files).sort());
  });

  it.each(Object.entries(manifest.files))("%s is unchanged and names its origin", (file, entry) => {
    expect(createHash("sha256").update(read(file)).digest("hex")).toBe(entry.sha256);
    expect(Object.keys(entry).sort()).toEqual(["command", "sha256", "source"]);
    expect(entry.source).not.toBe("");
    expect(entry.command).not.toBe("");
  });

  it("has line ends that a checkout on Windows does not change", () => {
    const texts = Object.keys(manifest.files).filter((file) => !file.endsWith(".gz"));
    for (const file of texts) expect(read(file).includes("\r")).toBe(false);
  });
});

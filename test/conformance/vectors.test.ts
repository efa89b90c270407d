import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
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
    const present = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => !ABOUT.includes(file));
    expect(present.sort()).toEqual(Object.keys(manifest.files).sort());
  });

  it.each(Object.entries(manifest.files))("%s is unchanged and says where it comes from", (file, entry) => {
    expect(createHash("sha256").update(read(file)).digest("hex")).toBe(entry.sha256);
    expect(Object.keys(entry).sort()).toEqual(["command", "sha256", "source"]);
    expect(entry.source).not.toBe("");
    expect(entry.command).not.toBe("");
  });

  it("has line ends that survive a checkout on Windows", () => {
    for (const file of Object.keys(manifest.files)) expect(read(file).includes("\r")).toBe(false);
  });
});

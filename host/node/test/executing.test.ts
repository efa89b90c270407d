// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ChainError, EnvironmentFault } from "@sotto/errors";
import { afterAll, describe, expect, it } from "vitest";
import { FileMark, faultAt, placeOf, readFileMark, SharedMark, unfinishedText } from "../src/executing.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-executing-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;
const newPath = () => join(folder, String(files++));

describe("the shared mark", () => {
  it("says what another holder of the memory began, and nothing after the end", () => {
    const memory = SharedMark.memory();
    const [exec, io] = [new SharedMark(memory), new SharedMark(memory)];
    expect(io.now).toBeUndefined();
    exec.begin(2 ** 40, 3);
    expect(io.now).toEqual({ height: 2 ** 40, attempt: 3, index: undefined });
    exec.transaction(0);
    exec.transaction(16);
    expect(io.now).toEqual({ height: 2 ** 40, attempt: 3, index: 16 });
    exec.begin(2 ** 40 + 1, 1);
    expect(io.now?.index).toBeUndefined();
    exec.end();
    expect(io.now).toBeUndefined();
  });
});

describe("the file", () => {
  it("is read as it was written last, by two writers", () => {
    const path = newPath();
    expect(readFileMark(path)).toBeUndefined();
    const [exec, io] = [new FileMark(path), new FileMark(path)];
    expect(readFileMark(path)).toBeUndefined();
    exec.begin(1_000_000, 12);
    io.note({ height: 1_000_000, attempt: 12, index: 4_000 });
    expect(readFileMark(path)).toEqual({ height: 1_000_000, attempt: 12, index: 4_000 });
    exec.begin(8, 1);
    // The other line is of a block before.
    expect(readFileMark(path)).toEqual({ height: 8, attempt: 1, index: undefined });
    io.note({ height: 8, attempt: 1, index: undefined });
    io.note(undefined);
    expect(readFileMark(path)?.index).toBeUndefined();
    io.note({ height: 8, attempt: 1, index: 0 });
    expect(readFileMark(path)?.index).toBe(0);
    exec.close();
    io.close();
    const again = new FileMark(path);
    expect(readFileMark(path)).toEqual({ height: 8, attempt: 1, index: 0 });
    again.close();
  });

  it("says nothing when it is torn or strange", () => {
    const path = newPath();
    const mark = new FileMark(path);
    mark.note({ height: 5, attempt: 1, index: 1 });
    expect(readFileMark(path)).toBeUndefined();
    mark.begin(5, 1);
    mark.close();
    truncateSync(path, 7);
    expect(readFileMark(path)).toBeUndefined();
    writeFileSync(path, "block x attempt 1\n");
    expect(readFileMark(path)).toBeUndefined();
  });
});

describe("what people read", () => {
  it("counts transactions from one", () => {
    expect(placeOf({ height: 3, attempt: 1, index: undefined })).toBe("block 3");
    expect(placeOf({ height: 3, attempt: 1, index: 0 })).toBe("block 3, transaction 1");
    expect(placeOf({ height: 3, attempt: 1, index: 1 }, 2, "AB")).toBe("block 3, transaction 2 of 2 (AB)");
  });

  it("accuses a block only when it was begun before", () => {
    const once = unfinishedText({ height: 3, attempt: 1, index: 0 }, 1, "AB", 1_900);
    expect(once).toMatch(
      /^the last run ended while it executed block 3, transaction 1 of 1 \(AB\): by a signal, a power/,
    );
    expect(once).not.toMatch(/seems to end/);
    const twice = unfinishedText({ height: 3, attempt: 2, index: undefined }, 1, undefined, 1_900);
    expect(twice).toMatch(/^the last 2 runs ended while they executed block 3: it seems to end the process/);
    expect(twice).toMatch(/--exec-memory .* 1900 MiB/);
  });
});

describe("a failure of a block", () => {
  const place = { height: 7, attempt: 1, index: undefined };

  it("names the block, or the transaction, also when it is an error of a module", () => {
    const refused = new ChainError({ codespace: "bank", code: 5, summary: "no coins" });
    for (const thrown of [refused, new Error("broken")]) {
      const fault = faultAt(place, 2, thrown) as EnvironmentFault;
      expect(fault).toBeInstanceOf(EnvironmentFault);
      expect(fault.message).toBe(`${thrown.message} (while it executed block 7)`);
      expect(fault.cause).toBe(thrown);
    }
    expect(String(faultAt({ ...place, index: 1 }, 2, refused))).toContain("block 7, transaction 2 of 2");
  });

  it("outside of an execution, or without a text, stays the same", () => {
    const fault = new EnvironmentFault("the clock stands still");
    expect(faultAt(undefined, 0, fault)).toBe(fault);
    expect(faultAt(place, 0, "text")).toBe("text");
  });
});

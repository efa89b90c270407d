// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EnvironmentFault } from "@sotto/errors";
import { afterAll, describe, expect, test } from "vitest";
import { assertFreeSpace, diskFault } from "../src/driver/disk.ts";
import { environment } from "../src/driver/environment.ts";

const folder = mkdtempSync(join(tmpdir(), "sotto-disk-"));
afterAll(() => rmSync(folder, { recursive: true }));

const failing = (code: string, message: string) => Object.assign(new Error(message), { code });

describe("a failure of the disk", () => {
  test.each([
    ["ENOSPC", "ENOSPC: no space left on device, write", "is full"],
    ["", "No space left on device: Attempting to write page at position 8192, size 4096", "is full"],
    ["EDQUOT", "EDQUOT: disk quota exceeded, write", "lets this user store no more (quota)"],
    ["", "Disk quota exceeded", "lets this user store no more (quota)"],
    ["EIO", "EIO: i/o error, write", "fails; look at the system's log"],
    ["", "Input/output error", "fails; look at the system's log"],
  ])("of the system (%s) or of LMDB (%s) names the disk", (code, message, what) => {
    const text = diskFault(join(folder, "not", "there"), failing(code, message));
    expect(text).toContain(what);
    const [, mount = ""] = /^the disk at (\S+), which holds /.exec(text ?? "") ?? [];
    expect(statSync(mount).dev).toBe(statSync(folder).dev);
    const run = (): never => {
      throw failing(code, message);
    };
    expect(() => environment("write the log", folder, run)).toThrow(EnvironmentFault);
    expect(() => environment("write the log", folder, run)).toThrow(/^cannot write the log: the disk at /);
  });

  test("is not the cause of other failures", () => {
    expect(diskFault(folder, failing("EACCES", "EACCES: permission denied"))).toBeUndefined();
    expect(diskFault(folder, "a text")).toBeUndefined();
    expect(() =>
      environment("read it", folder, () => {
        throw new Error("MDB_CORRUPTED");
      }),
    ).toThrow("cannot read it: MDB_CORRUPTED");
  });

  test("is not reported with enough free space", () => {
    assertFreeSpace(folder);
    assertFreeSpace(join(folder, "not", "there"));
  });
});

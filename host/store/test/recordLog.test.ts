// SPDX-License-Identifier: Apache-2.0
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DamagedDatabase } from "../src/driver/dataFile.ts";
import { FileLog, type RecordLog } from "../src/driver/recordLog.ts";
import { randomOf } from "./model.ts";

let folder = "";
const opened: RecordLog[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sotto-log-"));
});
afterEach(() => {
  for (const log of opened.splice(0)) log.close();
  rmSync(folder, { recursive: true });
});

/** Files of a folder that this process, which may run other tests too, has open; Linux only. */
function openFiles(within: string): number {
  const target = (fd: string): string => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return ""; // the one of this very listing
    }
  };
  return readdirSync("/proc/self/fd").filter((fd) => target(fd).startsWith(`${within}/`)).length;
}

/** The end that the owner has recorded. */
let recorded = 0;
beforeEach(() => {
  recorded = 0;
});

function open(kind: "writer" | "reader" = "writer", segmentBytes = 1_000): RecordLog {
  const record = (end: number): void => {
    recorded = end;
  };
  const owner = { end: () => recorded, record };
  const log = new FileLog({
    folder,
    name: "the log",
    owner: kind === "writer" ? owner : undefined,
    noSync: false,
    segmentBytes,
  });
  opened.push(log);
  return log;
}

/** The bytes at a position are a function of it. */
const bytesAt = (position: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => ((position + i) * 2_654_435_761) >>> 24);

function appendMany(log: RecordLog, count: number, random: (below: number) => number): [number, number][] {
  return Array.from({ length: count }, () => {
    const length = 1 + random(300);
    return [log.append(bytesAt(log.end, length)), length];
  });
}

function expectHeld(log: RecordLog, records: readonly (readonly [number, number])[]): void {
  const out = new Uint8Array(300);
  for (const [position, length] of records) {
    expect(log.read(out, position, length)).toBe(length);
    expect(out.subarray(0, length)).toEqual(bytesAt(position, length));
  }
}

test("recorded bytes exist after every end of the process, others do not", () => {
  const random = randomOf(1);
  const kept: [number, number][] = [];
  for (let round = 0; round < 40; round++) {
    const log = open();
    expect(log.end).toBe(recorded);
    kept.push(...appendMany(log, random(8), random));
    log.seal();
    // Not recorded, in this file and perhaps in further ones.
    appendMany(log, random(12), random);
    if (round % 3 === 0) log.rewind();
    if (round % 2 === 0) log.close();
    expectHeld(log, round % 2 === 0 ? [] : kept);
  }
  const log = open();
  expectHeld(log, kept);
  expect(readdirSync(folder).length).toBeGreaterThan(10);
});

test("a reader finds bytes that were appended after its last read, in new files too", () => {
  const random = randomOf(2);
  const writer = open();
  const reader = open("reader");
  const out = new Uint8Array(10);
  expect(reader.read(out, 0, 10)).toBe(0);
  for (let round = 0; round < 50; round++) {
    const records = appendMany(writer, 3, random);
    writer.seal();
    expectHeld(reader, records);
  }
});

test("a reader ignores the bytes of a crash after the end of a file", () => {
  const writer = open("writer", 100);
  writer.append(bytesAt(0, 150));
  writer.seal();
  const reader = open("reader");
  expectHeld(reader, [[0, 150]]);
  writer.close();
  appendFileSync(join(folder, readdirSync(folder)[0] ?? ""), new Uint8Array(500).fill(0xee));
  const next = open("writer", 100);
  const position = next.append(bytesAt(150, 200));
  next.seal();
  expect(position).toBe(150);
  expectHeld(reader, [[150, 200]]);
});

test("old files are removed; a reader with an open one can read it, others cannot", () => {
  const random = randomOf(3);
  const writer = open();
  const records = appendMany(writer, 40, random);
  writer.seal();
  const reader = open("reader");
  expectHeld(reader, records.slice(0, 1));
  const middle = records[20]?.[0] ?? 0;
  writer.drop(middle);
  expect(writer.start).toBeGreaterThan(0);
  expect(writer.start).toBeLessThanOrEqual(middle);
  const late = open("reader");
  expect(late.read(new Uint8Array(1), 0, 1)).toBe(0);
  expectHeld(late, records.slice(20));
  if (process.platform !== "win32") expectHeld(reader, records.slice(0, 1));
  expect(reader.read(new Uint8Array(1), writer.start - 1, 1)).toBe(0);
  writer.drop(Number.MAX_SAFE_INTEGER);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(writer.append(bytesAt(writer.end, 5))).toBe(recorded);
});

test("keeps few of many files open", () => {
  const writer = open("writer", 1);
  const records = Array.from({ length: 300 }, () => [writer.append(bytesAt(writer.end, 20)), 20] as const);
  writer.seal();
  expectHeld(writer, records);
  expectHeld(open("reader"), records);
  if (process.platform !== "linux") return;
  const files = openFiles(folder);
  expect(files).toBeGreaterThan(0);
  expect(files).toBeLessThan(200);
});

test("a writer continues in a file that it had closed and read again", () => {
  const log = open("writer", 1);
  for (let i = 0; i < 100; i++) log.append(bytesAt(log.end, 20));
  log.seal();
  const records = Array.from({ length: 100 }, (_, i) => [i * 20, 20] as const);
  for (let i = 0; i < 100; i++) log.append(bytesAt(log.end, 20));
  expectHeld(log, records);
  log.rewind();
  expect(log.end).toBe(2_000);
  log.append(bytesAt(2_000, 20));
  expectHeld(log, [...records, [2_000, 20]]);
});

test("files of others are left alone", () => {
  writeFileSync(join(folder, "notes.txt"), "mine");
  writeFileSync(join(folder, "0.log"), "mine too");
  const log = open();
  log.append(bytesAt(0, 10));
  log.seal();
  log.drop(1_000);
  log.rewind();
  expect(readdirSync(folder)).toHaveLength(3);
});

test("fewer bytes than recorded are damage", () => {
  recorded = 10;
  expect(() => open()).toThrow(DamagedDatabase);
  recorded = 0;
  const log = open("writer", 10);
  for (let i = 0; i < 3; i++) log.append(bytesAt(log.end, 20));
  log.seal();
  log.close();
  const [first = "", second = ""] = readdirSync(folder).sort();
  writeFileSync(join(folder, first), new Uint8Array(19));
  expect(() => open()).toThrow(`the log at ${folder} is damaged: ${first} has 19 bytes of at least 20`);
  writeFileSync(join(folder, first), new Uint8Array(20));
  rmSync(join(folder, second));
  expect(() => open()).toThrow(`${first} has 20 bytes of at least 40`);
});

// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { eachRecord, loadNode } from "./nodeStore.ts";
import { readNumber, writeNumber } from "./numbers.ts";
import { orphansBetween } from "./orphans.ts";
import {
  deadKey,
  decodePositions,
  decodeVersion,
  encodePositions,
  positionKey,
  type VersionRecord,
  versionKey,
} from "./records.ts";
import type { Tables } from "./tables.ts";

/**
 * Most versions that one commit prunes, so that the first commits with pruning do not stop the
 * chain.
 */
const AT_ONCE = 4;
/**
 * Commits for which the file of a segment stays after its live nodes were moved: a reader with a
 * snapshot may need the other nodes. Limit: a snapshot must be closed before that many commits have
 * followed the removal of its version.
 */
const GRACE = 64;
const START = "nodesStart";
/** Above the number of segments and versions of any store. */
const MANY = 1_000_000;

/**
 * Removes old versions. A node that no version has is removed from the table of survivors, or
 * recorded as dead in its segment of the log. The oldest segment is removed when only kept versions
 * can reach its nodes, after its live nodes were moved to the table. All but `settle` runs inside
 * the commit's transaction.
 */
export class Pruning {
  readonly #tables: Tables;
  /** First position of the log: older nodes are in the table of survivors. */
  #start: number;
  /**
   * Earlier first positions of the log, with the versions whose commits set them, until the files
   * before them are removed.
   */
  readonly #retired: { readonly version: number; readonly start: number }[] = [];

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#start = readNumber(tables.meta, START);
    tables.nodeLog.drop(this.#start);
  }

  /** Records the nodes that a version no longer has. */
  note(version: number, orphans: number[]): void {
    this.#tables.orphans.put(versionKey(version), encodePositions(orphans));
  }

  /** Removes versions from `first` to `last`, a few at a time; returns the first that remains. */
  run(first: number, last: number): number {
    if (first === 0 || last < first) return first;
    const { orphans, versions } = this.#tables;
    const end = Math.min(last, first + AT_ONCE - 1);
    for (let version = first; version <= end; version++) {
      // No older version remains, so no version can reach the nodes that the next one no longer
      // has.
      this.#recordDead(version + 1, this.#orphansOf(version + 1));
      orphans.remove(versionKey(version + 1));
      versions.remove(versionKey(version));
    }
    this.#dropSegment(end + 1);
    return end + 1;
  }

  #version(version: number): VersionRecord {
    const bytes = this.#tables.versions.get(versionKey(version));
    assert(bytes !== undefined, "a version that should be kept is missing");
    return decodeVersion(bytes);
  }

  #orphansOf(version: number): number[] {
    const listed = this.#tables.orphans.get(versionKey(version));
    if (listed !== undefined) return decodePositions(listed);
    const before = this.#version(version - 1);
    const after = this.#version(version);
    const found: number[] = [];
    for (const [id, root] of before.roots) {
      const gone = orphansBetween(root, after.roots.get(id), before.end, (node) => loadNode(this.#tables, node));
      for (const position of gone) found.push(position);
    }
    return found;
  }

  #recordDead(version: number, orphans: readonly number[]): void {
    const { nodeLog, survivors, dead } = this.#tables;
    const bySegment = new Map<number, number[]>();
    for (const position of orphans) {
      if (position < this.#start) {
        survivors.remove(positionKey(position));
        continue;
      }
      const segment = nodeLog.segmentOf(position);
      assert(segment !== undefined, "a removed node is before the start of the log");
      const list = bySegment.get(segment.start);
      if (list === undefined) bySegment.set(segment.start, [position]);
      else list.push(position);
    }
    for (const [segment, list] of bySegment) dead.put(deadKey(segment, version), encodePositions(list));
  }

  /**
   * Moves the live nodes of the oldest segment if version `first` or older ones made all nodes of
   * the segment.
   */
  #dropSegment(first: number): void {
    const { nodeLog, survivors, dead, meta } = this.#tables;
    const segment = nodeLog.segmentOf(this.#start);
    if (segment?.end === undefined || segment.end > this.#version(first).end) return;
    const [start, end] = [deadKey(segment.start, 0), deadKey(segment.end, 0)];
    const lists = dead.range({ start, end, limit: MANY });
    const gone = new Set(lists.flatMap(([, list]) => decodePositions(list)));
    eachRecord(nodeLog, segment.start, segment.end, (position, record) => {
      if (!gone.has(position)) survivors.put(positionKey(position), record);
    });
    for (const [key] of lists) dead.remove(key);
    this.#start = segment.end;
    writeNumber(meta, START, segment.end);
  }

  /** After the commit of a version: removes files that no reader uses. */
  settle(version: number): void {
    const retired = this.#retired;
    if (retired.at(-1)?.start !== this.#start) retired.push({ version, start: this.#start });
    const last = retired.findLastIndex((each) => each.version + GRACE <= version);
    if (last < 0) return;
    this.#tables.nodeLog.drop((retired[last] as { readonly start: number }).start);
    // The last one stays, so that it does not count as new.
    retired.splice(0, last);
  }

  /** After a commit that failed. */
  rewind(): void {
    this.#start = readNumber(this.#tables.meta, START);
  }
}

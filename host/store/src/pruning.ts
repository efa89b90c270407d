// SPDX-License-Identifier: Apache-2.0
import { assert } from "@sotto/errors";
import { loadNode, someRecords } from "./nodeStore.ts";
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
 * Least bytes of the log whose live nodes one commit moves. It moves at least twice as many as it
 * has appended, so that the log does not grow under any load, and no commit moves a whole file.
 */
const MOVED_AT_ONCE = 512 * 1024;
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
 * can reach its nodes, after its live nodes were moved to the table, a part in each commit. All but
 * `settle` and `hold` runs inside the commit's transaction. Cost of a commit: linear in its own
 * changes and those of the versions that it removes, at most four.
 */
export class Pruning {
  readonly #tables: Tables;
  /** First position whose node is not moved: older ones are in the table of survivors. */
  #start: number;
  /** Dead nodes of the segment whose nodes are being moved; undefined: to be read. */
  #gone: { readonly segment: number; readonly positions: Set<number> } | undefined;
  /** End of the log after the last commit. */
  #end: number;
  /** Versions that may not be removed, each as often as it is held. */
  readonly #held: number[] = [];
  /**
   * Earlier first positions of the log, with the versions whose commits set them, until the files
   * before them are removed.
   */
  readonly #retired: { readonly version: number; readonly start: number }[] = [];

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#start = readNumber(tables.meta, START);
    this.#end = tables.nodeLog.end;
    tables.nodeLog.drop(this.#start);
  }

  /** Keeps a version and all later ones until the returned function is called. */
  hold(version: number): () => void {
    this.#held.push(version);
    let held = true;
    return () => {
      if (held) this.#held.splice(this.#held.indexOf(version), 1);
      held = false;
    };
  }

  /** Records the nodes that a version no longer has. */
  note(version: number, orphans: number[]): void {
    this.#tables.orphans.put(versionKey(version), encodePositions(orphans));
  }

  /**
   * Removes versions from `first` to `last`, a few at a time and none that is held; returns the
   * first that remains.
   */
  run(first: number, last: number): number {
    const held = this.#held.reduce((least, version) => Math.min(least, version), last + 1);
    const end = Math.min(last, first + AT_ONCE - 1, held - 1);
    if (first === 0 || end < first) return first;
    const { orphans, versions } = this.#tables;
    for (let version = first; version <= end; version++) {
      // No older version remains, so no version can reach the nodes that the next one no longer
      // has.
      this.#recordDead(version + 1, this.#orphansOf(version + 1));
      orphans.remove(versionKey(version + 1));
      versions.remove(versionKey(version));
    }
    this.#moveNodes(end + 1);
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
    for (const [segment, list] of bySegment) {
      if (segment === this.#gone?.segment) for (const position of list) this.#gone.positions.add(position);
      dead.put(deadKey(segment, version), encodePositions(list));
    }
  }

  /**
   * Moves live nodes from the beginning of the log, as far as version `first` or older ones made
   * all nodes of a segment, and a part of a segment at a time.
   */
  #moveNodes(first: number): void {
    const { nodeLog, survivors, meta } = this.#tables;
    const stop = this.#version(first).end;
    let left = Math.max(MOVED_AT_ONCE, 2 * (nodeLog.end - this.#end));
    while (left > 0) {
      const segment = nodeLog.segmentOf(this.#start);
      if (segment?.end === undefined || segment.end > stop) break;
      const gone = this.#goneOf(segment.start, segment.end);
      const begun = this.#start;
      const next = someRecords(nodeLog, begun, segment.end, left, (position, record) => {
        if (!gone.has(position)) survivors.put(positionKey(position), record);
      });
      left -= next - begun;
      this.#start = next;
      if (next === segment.end) this.#forgetDead(segment.start, segment.end);
    }
    writeNumber(meta, START, this.#start);
  }

  /** Dead nodes of a segment. Cost: read once for all parts of the segment. */
  #goneOf(start: number, end: number): ReadonlySet<number> {
    if (this.#gone?.segment !== start) {
      const positions = new Set(this.#deadLists(start, end).flatMap(([, list]) => decodePositions(list)));
      this.#gone = { segment: start, positions };
    }
    return this.#gone.positions;
  }

  #deadLists(start: number, end: number) {
    return this.#tables.dead.range({ start: deadKey(start, 0), end: deadKey(end, 0), limit: MANY });
  }

  #forgetDead(start: number, end: number): void {
    for (const [key] of this.#deadLists(start, end)) this.#tables.dead.remove(key);
    this.#gone = undefined;
  }

  /** After the commit of a version: removes files that no reader uses. */
  settle(version: number): void {
    this.#end = this.#tables.nodeLog.end;
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
    this.#end = this.#tables.nodeLog.end;
    this.#gone = undefined;
  }
}

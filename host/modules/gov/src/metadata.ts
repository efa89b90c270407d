// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { type Json, parseJson } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import { GovError } from "./errors.ts";

/**
 * Bytes of metadata and of a title (x/gov types/config.go); a summary may have 40 times as many.
 */
const MAX_METADATA = 255;

/** Throws gov/15 for metadata or a title that is too long. */
export function assertMetadataLength(text: string): void {
  const { length } = fromUtf8(text);
  if (length > MAX_METADATA) throw GovError.metadataTooLong(`got metadata with length ${length}`);
}

/** Throws gov/22 for a summary that is too long. */
export function assertSummaryLength(text: string): void {
  const { length } = fromUtf8(text);
  if (length > 40 * MAX_METADATA) throw GovError.summaryTooLong(`got summary with length ${length}`);
}

const TEXT = "title summary details proposal_forum_url vote_option_context".split(" ");

/** Go's encoding/json takes a key of any case; two other characters fold to letters. */
const fold = (key: string): string =>
  key
    .replace(/[A-Z]/g, (letter) => letter.toLowerCase())
    .replace(/\u017f/g, "s")
    .replace(/\u212a/g, "k");

/** Half of a character, which Go reads as U+FFFD. */
const LONE = /\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^u])/g;

const withoutHalves = (json: string): string =>
  json.replace(LONE, (found) => (/^\\u[dD][89a-fA-F].{2}$/.test(found) ? "\\ufffd" : found));

/** Go's json.Unmarshal: not JSON, or a field of another type, is an error. */
function parse(metadata: string): Json | undefined {
  try {
    return parseJson(withoutHalves(metadata), { duplicates: "last", maxDepth: 1000 });
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
}

/** Title and summary of metadata in the recommended form; undefined for another form. */
function readMetadata(metadata: string): { title: string; summary: string } | undefined {
  const json = parse(metadata);
  const found = { title: "", summary: "" };
  if (json === null) return found;
  if (!(json instanceof Map)) return undefined;
  for (const [key, value] of json) {
    const name = fold(key);
    if (name === "authors") {
      const isList = Array.isArray(value) && value.every((each) => each === null || typeof each === "string");
      if (value !== null && !isList) return undefined;
    }
    if (!TEXT.includes(name) || value === null) continue;
    if (typeof value !== "string") return undefined;
    if (name === "title" || name === "summary") found[name] = value;
  }
  return found;
}

/** Throws gov/5 when metadata has another title or summary than the proposal. */
export function assertSameMetadata(metadata: string, title: string, summary: string): void {
  if (metadata === "") return;
  const found = readMetadata(metadata);
  if (found === undefined) return;
  if (found.title !== title) {
    throw GovError.invalidContent(`metadata title '${found.title}' must equal proposal title '${title}'`);
  }
  if (found.summary !== summary) {
    throw GovError.invalidContent(`metadata summary '${found.summary}' must equal proposal summary '${summary}'`);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";

/** A value of CometBFT's config.toml; a list is one of texts. */
export type TomlValue = string | number | boolean | readonly string[];

function formatText(text: string): string {
  if (/\p{Cc}/u.test(text)) {
    throw new EnvironmentFault(`a setting of CometBFT has a control character: ${JSON.stringify(text)}`);
  }
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

function formatValue(value: TomlValue): string {
  if (typeof value === "string") return formatText(value);
  if (typeof value === "boolean") return String(value);
  if (typeof value !== "number") return `[${value.map(formatText).join(", ")}]`;
  if (!Number.isSafeInteger(value)) throw new EnvironmentFault(`${value} is no integer for CometBFT's config.toml`);
  return String(value);
}

/** A value that ends on its line. */
const WHOLE = /^("(\\.|[^"\\])*"|'[^']*'|\[[^\]]*\]|[-+\w.:]+)\s*(#.*)?$/;

interface Line {
  readonly text: string;
  /** `section.key`; undefined: no setting. */
  readonly name: string | undefined;
  readonly key: string;
  readonly value: string;
}

function linesOf(text: string): Line[] {
  let section = "";
  return text.split("\n").map((line) => {
    const header = /^\s*\[([\w.-]+)\]\s*(#.*)?$/.exec(line);
    if (header !== null) section = `${header[1]}.`;
    const pair = header === null ? /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(line) : null;
    const [, key = "", value = ""] = pair ?? [];
    return { text: line, name: pair === null ? undefined : section + key, key, value };
  });
}

/** The text of a setting; undefined: the file does not have it as a plain text. */
export function textOfToml(text: string, name: string): string | undefined {
  const value = linesOf(text).find((line) => line.name === name)?.value;
  return value === undefined ? undefined : /^"([^"\\]*)"/.exec(value)?.[1];
}

/**
 * config.toml with other values, all else as it was. Names are `section.key`, or `key` before the
 * first section. Throws EnvironmentFault for a name that the file does not have: CometBFT would
 * ignore it.
 */
export function setToml(text: string, values: ReadonlyMap<string, TomlValue>): string {
  const left = new Set(values.keys());
  const lines = linesOf(text).map((line) => {
    const { name } = line;
    const value = name === undefined ? undefined : values.get(name);
    if (name === undefined || value === undefined) return line.text;
    if (!WHOLE.test(line.value)) {
      throw new EnvironmentFault(`config.toml has ${name} over several lines; write it on one line`);
    }
    if (!left.delete(name)) throw new EnvironmentFault(`config.toml has ${name} twice; remove one`);
    return `${line.key} = ${formatValue(value)}`;
  });
  if (left.size > 0) {
    throw new EnvironmentFault(
      `CometBFT's config.toml has no setting ${[...left].join(", ")}; is it of another release?`,
    );
  }
  return lines.join("\n");
}

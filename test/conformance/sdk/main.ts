// SPDX-License-Identifier: Apache-2.0
/** The program behind tools/sdk/compare.mjs. */
import "../../../tools/contractThread.mjs";
import { parseArgs } from "node:util";
import { Refusal } from "../../../tools/setup.mjs";
import { type AbciForm, CometDrive } from "./comet/drive.ts";
import { Comparison } from "./compare.ts";
import { inProcess, type MakeDrive } from "./drive.ts";
import { countsText, differenceText } from "./report.ts";
import { isWhole, type Scope } from "./scope.ts";
import { cut } from "./shrinkVector.ts";
import { readVector, type SdkVector } from "./vector.ts";

const USAGE =
  "usage: node tools/sdk/compare.mjs [--through cometbft [--abci socket|grpc]] FILE.json.gz ... [--blocks N] [--stores NAME,...] [--modules NAME,...] [--without NAME,...] [--most N]";

interface Options {
  readonly files: readonly string[];
  readonly scope: Scope;
  readonly drive: MakeDrive;
  readonly most: number;
  /** Undefined: all. */
  readonly blocks: number | undefined;
}

const listOf = (text: string | undefined): ReadonlySet<string> | undefined =>
  text === undefined ? undefined : new Set(text.split(",").filter((name) => name !== ""));

function numberOf(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) throw new Refusal(`--${name} needs a whole number of at least 1`);
  return number;
}

function driveOf(through: string | undefined, abci: string | undefined, scope: Scope): MakeDrive {
  if (through === undefined) {
    if (abci !== undefined) throw new Refusal("--abci belongs to --through cometbft");
    return inProcess;
  }
  if (through !== "cometbft") throw new Refusal(`--through needs cometbft, not ${through}`);
  if (!isWhole(scope))
    throw new Refusal("--stores and --modules change the state before each block, and CometBFT gives none for it");
  const form: AbciForm | undefined = abci === "grpc" ? "grpc" : (abci ?? "socket") === "socket" ? "socket" : undefined;
  if (form === undefined) throw new Refusal(`--abci needs socket or grpc, not ${abci}`);
  return (vector, replayed, listeners) => new CometDrive(vector, replayed, listeners, form);
}

function optionsOf(args: readonly string[]): Options {
  // Throws a TypeError with a code for an option that does not exist.
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      through: { type: "string" },
      abci: { type: "string" },
      blocks: { type: "string" },
      stores: { type: "string" },
      modules: { type: "string" },
      without: { type: "string" },
      most: { type: "string", default: "1" },
    },
  });
  if (positionals.length === 0) throw new Refusal("no file is named");
  const { stores, modules, without, blocks, through, abci } = values;
  const scope: Scope = { stores: listOf(stores), modules: listOf(modules), without: listOf(without) };
  return {
    ...{ files: positionals, scope, drive: driveOf(through, abci, scope) },
    most: numberOf("most", values.most),
    blocks: blocks === undefined ? undefined : numberOf("blocks", blocks),
  };
}

function scopeText(scope: Scope): string {
  if (isWhole(scope)) return "";
  const [stores, modules] = [scope.stores, scope.modules].map((names) => [...(names ?? [])].join(", "));
  return `; compared are only stores: ${stores || "none"}; modules: ${modules || "none"}`;
}

function load(path: string, blocks: number | undefined): SdkVector {
  const vector = readVector(path);
  const [first] = vector.script.blocks;
  return blocks === undefined || first === undefined ? vector : cut(vector, Math.max(0, blocks - first.height + 1));
}

/** Returns the number of printed differences. */
async function compareFile(path: string, { scope, drive, most, blocks }: Options): Promise<number> {
  const vector = load(path, blocks);
  const comparison = new Comparison(vector, scope, drive);
  let found = 0;
  try {
    for await (const difference of comparison.differences()) {
      found += 1;
      console.log(differenceText(vector.name, difference));
      if (found === most) break;
    }
    const { modules } = comparison.missing;
    if (modules.length > 0) console.log(`${vector.name}: this chain has no module ${modules.join(", ")}`);
    const end = found === 0 ? "no difference" : `stopped after ${found} of the differences`;
    console.log(`${vector.name}: ${end} (${countsText(comparison.counts)}${scopeText(scope)})`);
    if (found === 0 && comparison.way !== "") console.log(`${vector.name}: ${comparison.way}`);
  } finally {
    await comparison.close();
  }
  return found;
}

/** The exit code of a file: 0 without a difference, 1 with one, 2 when it cannot be compared. */
async function codeOf(path: string, options: Options): Promise<number> {
  try {
    return (await compareFile(path, options)) > 0 ? 1 : 0;
  } catch (thrown) {
    const isUsers = thrown instanceof Refusal || (thrown instanceof Error && "code" in thrown);
    console.error(path, isUsers ? `cannot be compared: ${thrown.message}` : thrown);
    return 2;
  }
}

/** The exit code: the highest of the files, 2 for wrong arguments. */
async function main(args: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = optionsOf(args);
  } catch (thrown) {
    const isUsers = thrown instanceof Refusal || (thrown instanceof TypeError && "code" in thrown);
    console.error(isUsers ? `${thrown.message}\n${USAGE}` : thrown);
    return 2;
  }
  let code = 0;
  for (const file of options.files) code = Math.max(code, await codeOf(file, options));
  return code;
}

process.exitCode = await main(process.argv.slice(2));

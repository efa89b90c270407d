// SPDX-License-Identifier: Apache-2.0
/** The program of tools/sdkapp, which runs the SDK. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../../tools/setup.mjs";
import { type Out, readVector, type Script, type SdkVector } from "./vector.ts";

export class SdkApp {
  readonly #program: string;
  readonly #folder: string;

  /** Throws Refusal when there is no program at the path. */
  constructor(program: string) {
    if (!existsSync(program)) {
      throw new Refusal(
        `there is no program ${program}. Build it with \`cd tools/sdkapp && go build -o sdkapp .\`, or set SDKAPP to its path`,
      );
    }
    this.#program = program;
    this.#folder = mkdtempSync(join(tmpdir(), "sotto-sdkapp-"));
  }

  /** Makes the vector of a scenario. Throws Refusal with the program's text when it fails. */
  scenario(name: string, seed: number, blocks: number): SdkVector {
    const sizes = ["--seed", String(seed), "--blocks", String(blocks)];
    const { status, text } = this.#run("scenario", name, ...sizes, "--out", this.#folder);
    if (status !== 0) throw new Refusal(`sdkapp cannot make scenario ${name} with seed ${seed}: ${text}`);
    const file = join(this.#folder, seed === 1 ? `${name}.json.gz` : `${name}-${seed}.json.gz`);
    const vector = readVector(file);
    rmSync(file);
    return { ...vector, name: `${name}-${seed}` };
  }

  /** The answers to a script; undefined when the SDK's chain stops in one of its blocks. */
  answers(genesis: SdkVector["genesis"], script: Script): Out | undefined {
    const pathOf = (name: string) => join(this.#folder, `${name}.json`);
    writeFileSync(pathOf("genesis"), JSON.stringify(genesis));
    writeFileSync(pathOf("script"), JSON.stringify(script));
    const input = ["--genesis", pathOf("genesis"), "--script", pathOf("script")];
    const { status } = this.#run("run", ...input, "--out", pathOf("out"), "--writes");
    if (status !== 0) return undefined;
    const out: Out = JSON.parse(readFileSync(pathOf("out"), "utf8"));
    return out;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #run(...args: readonly string[]): { status: number | null; text: string } {
    const { status, error, stderr } = spawnSync(this.#program, args, { encoding: "utf8" });
    if (error !== undefined) throw error;
    return { status, text: stderr };
  }
}

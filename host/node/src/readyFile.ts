// SPDX-License-Identifier: Apache-2.0
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { EnvironmentFault } from "@sotto/errors";
import { urlHost } from "./address.ts";
import type { Config } from "./config.ts";
import { reasonOf } from "./folder.ts";

/**
 * A complete file that exists while a node is ready: for scripts that wait. No file without the
 * flag.
 */
export class ReadyFile {
  readonly #config: Config;

  /**
   * Removes the file of a killed node. Throws EnvironmentFault when the file could not be written
   * later.
   */
  constructor(config: Config) {
    this.#config = config;
    const { readyFile } = config;
    if (readyFile === undefined) return;
    this.#use(() => {
      rmSync(readyFile, { force: true });
      // Fails now, and not later, when another program waits for the file.
      writeFileSync(draftOf(readyFile), "");
      rmSync(draftOf(readyFile));
    });
    process.once("exit", () => rmSync(readyFile, { force: true }));
  }

  write(): void {
    const { readyFile, chainId, host, ports, engine } = this.#config;
    if (readyFile === undefined) return;
    const where = (port: number): string => `${urlHost(host)}:${port}`;
    const at = (port: number): string => `http://${where(port)}`;
    const text = JSON.stringify({
      chainId,
      pid: process.pid,
      rest: at(ports.rest),
      rpc: engine?.rpc ?? at(ports.rpc),
      grpc: where(ports.grpc),
      grpcWeb: at(ports.grpcWeb),
      ...(engine === undefined ? { faucet: at(ports.faucet) } : {}),
      ...(ports.metrics === undefined ? {} : { metrics: at(ports.metrics) }),
    });
    this.#use(() => {
      writeFileSync(draftOf(readyFile), `${text}\n`);
      renameSync(draftOf(readyFile), readyFile);
    });
  }

  #use(run: () => void): void {
    try {
      run();
    } catch (thrown) {
      throw new EnvironmentFault(
        `cannot write the file ${this.#config.readyFile}: ${reasonOf(thrown)}; choose another with --ready-file FILE`,
        { cause: thrown },
      );
    }
  }
}

const draftOf = (file: string): string => `${file}.new`;

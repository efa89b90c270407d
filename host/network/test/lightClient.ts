// SPDX-License-Identifier: Apache-2.0
/** CometBFT's own light client, which asks one node and compares with others. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cometbft } from "../../../test/support/cometbft.ts";
import { freePort } from "../../../test/support/ports.ts";

export interface LightTrust {
  readonly chainId: string;
  /** RPC of the node that is asked. */
  readonly primary: string;
  /** RPC of the nodes that it is compared with. */
  readonly witnesses: readonly string[];
  readonly height: number;
  /** Hash of the header of that height, upper-case hex. */
  readonly hash: string;
}

const READY_MS = 60_000;

/**
 * The application hash in the header of a height, in upper-case hex, as the light client has
 * verified it. Throws with its output when it does not.
 */
export async function lightAppHash(trust: LightTrust, height: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "sotto-light-"));
  const port = await freePort();
  const { chainId, primary, witnesses } = trust;
  const flags = ["--primary", primary, "--witnesses", witnesses.join(","), "--home-dir", folder];
  const from = ["--height", String(trust.height), "--hash", trust.hash, "--laddr", `tcp://127.0.0.1:${port}`];
  const child = spawn(cometbft(), ["light", chainId, ...flags, ...from], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk;
    });
  }
  const closed = once(child, "close");
  try {
    for (const until = performance.now() + READY_MS; performance.now() < until; await sleep(100)) {
      if (child.exitCode !== null) break;
      const answer = await fetch(`http://127.0.0.1:${port}/commit?height=${height}`).catch(() => undefined);
      if (answer === undefined) continue;
      const { result } = (await answer.json()) as {
        result?: { signed_header: { header: { app_hash: string } } };
      };
      if (result !== undefined) return result.signed_header.header.app_hash;
    }
    throw new Error(`the light client verified no header of height ${height}:\n${output}`);
  } finally {
    child.kill("SIGKILL");
    await closed;
    rmSync(folder, { recursive: true, force: true });
  }
}

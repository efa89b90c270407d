// SPDX-License-Identifier: Apache-2.0
/** An RPC server that gives the answers of a stock CometBFT, but lies in its commits. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestComet } from "./cometbft.ts";

export interface LyingRpc {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * `signatures`: forged ones; `both`: those of odd heights, and commits of a round that was not of
 * even ones.
 */
export type Lie = "signatures" | "both";

interface Commit {
  readonly height: string;
  round: number;
  signatures: { signature: string | null }[];
}

function lieIn(commit: Commit, lie: Lie): void {
  if (lie === "both" && Number(commit.height) % 2 === 0) commit.round += 7;
  else for (const each of commit.signatures) each.signature = `${"A".repeat(86)}==`;
}

async function answerOf(comet: TestComet, request: IncomingMessage, lie: Lie): Promise<string> {
  const { url = "/", method = "GET" } = request;
  const body = await buffer(request);
  const type = { "content-type": "application/json" };
  const answer = await fetch(comet.rpc + url, method === "GET" ? {} : { method, body, headers: type });
  const text = await answer.text();
  if (!url.startsWith("/commit")) return text;
  const json = JSON.parse(text) as { result?: { signed_header: { commit: Commit } } };
  if (json.result !== undefined) lieIn(json.result.signed_header.commit, lie);
  return JSON.stringify(json);
}

/** Starts the server on a free port. */
export async function lyingRpc(comet: TestComet, lie: Lie): Promise<LyingRpc> {
  const server = createServer((request, response) => {
    answerOf(comet, request, lie).then(
      (text) => response.end(text),
      () => response.destroy(),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await once(server.close(), "close");
    },
  };
}

// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import type { RequestInfo } from "@sotto/proto/tendermint.abci";

/** The version of the interface that CometBFT 0.38 sends in Info. */
export const ABCI_VERSION = "2.0.0";
/** Releases that speak it. */
const RELEASE = /^v?0\.38\.\d+/;

/** A foreign text, short and printable, for an error. */
const shown = (text: string): string => JSON.stringify(text.slice(0, 32));

/**
 * Throws EnvironmentFault when another CometBFT than 0.38, or another ABCI than 2.0.0, sends Info.
 * Both transports send the same request.
 */
export function assertCometVersion({ version, abciVersion }: Pick<RequestInfo, "version" | "abciVersion">): void {
  if (RELEASE.test(version) && abciVersion === ABCI_VERSION) return;
  throw new EnvironmentFault(
    `CometBFT ${shown(version)} with ABCI ${shown(abciVersion)} has connected, and this node needs CometBFT 0.38 with ` +
      `ABCI ${ABCI_VERSION}: go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.19`,
  );
}

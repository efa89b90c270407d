// SPDX-License-Identifier: Apache-2.0
import { roundStateJson, simpleRoundStateJson } from "./consensusJson.ts";
import { judgeEvidence } from "./evidence.ts";
import type { Method } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** The state of consensus, and evidence against validators. */
export const consensusMethods = {
  consensus_state: {
    parameters: [],
    call: async ({ backend }) => `{"round_state":${simpleRoundStateJson(await backend.consensus())}}`,
  },
  dump_consensus_state: {
    parameters: [],
    // This node has no peers.
    call: async ({ backend }) => `{"round_state":${roundStateJson(await backend.consensus())},"peers":[]}`,
  },
  broadcast_evidence: {
    parameters: [["evidence", "evidence"]],
    async call({ backend }, given) {
      const evidence = given.evidence("evidence");
      if (evidence === undefined) throw new RpcError("no evidence was provided");
      return judgeEvidence(backend, evidence);
    },
  },
} as const satisfies Readonly<Record<string, Method>>;

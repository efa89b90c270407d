// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import { type Operation, signedBy } from "@sotto/kernel/simulation";
import { MsgSubmitEvidenceSchema } from "@sotto/proto/cosmos.evidence.v1beta1";
import { equivocation, packEvidence } from "./equivocation.ts";

export const operations: readonly Operation[] = [
  {
    // Refused always: evidence comes from consensus.
    name: "submit-evidence",
    weight: 1,
    make({ random, turn }) {
      const time = { seconds: BigInt(random.below(1_000_000)), nanos: 0 };
      const [height, power] = [BigInt(random.below(5)), BigInt(random.below(3))];
      const evidence = packEvidence(equivocation(height, time, power, formatAddress(turn.raw, prefix.consensus)));
      return signedBy(turn, MsgSubmitEvidenceSchema, { submitter: turn.address, evidence });
    },
  },
];

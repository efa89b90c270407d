// SPDX-License-Identifier: Apache-2.0
export { BallotClient, type BallotOptions, type CoverOptions } from "./client.ts";
export { Credential, CredentialInvalid } from "./credential.ts";
export { type LogEntry, leafOf, leavesOf } from "./head.ts";
export type {
  ListedVoter,
  Outcome,
  Poll,
  PollResult,
  PollTerms,
  Publish,
  Recorded,
  Weights,
  WitnessTerms,
} from "./messages.ts";
export { type CredentialStore, MemoryStore, type WebStorage, webStore } from "./store.ts";
export { ChoiceInvalid, choiceOf } from "./terms.ts";
export { LogDiffers, type Witnessed, type WitnessOptions } from "./witness.ts";

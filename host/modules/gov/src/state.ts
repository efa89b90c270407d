// SPDX-License-Identifier: Apache-2.0
import {
  type Frozen,
  pair,
  prefixedAddressKey,
  protoValue,
  rawValue,
  stateOf,
  textValue,
  timeKey,
  u64Key,
  u64Value,
} from "@sotto/kernel";
import {
  DepositSchema,
  type Params,
  ParamsSchema,
  type Proposal,
  ProposalSchema,
  type Vote,
  VoteSchema,
} from "@sotto/proto/cosmos.gov.v1";

const { item, sequence, table } = stateOf("gov");

const byTime = pair(timeKey, u64Key);
const byAddress = pair(u64Key, prefixedAddressKey);

/** x/gov types/keys.go, 0.50. A prefix, once shipped, is never reused. */
export const state = {
  proposals: table(0x00, u64Key, protoValue(ProposalSchema)),
  /** By the end of the voting period. */
  active: table(0x01, byTime, u64Value),
  /** By the end of the deposit period. */
  inactive: table(0x02, byTime, u64Value),
  nextId: sequence(0x03),
  /** Proposals in their voting period. */
  voting: table(0x04, u64Key, rawValue),
  deposits: table(0x10, byAddress, protoValue(DepositSchema)),
  votes: table(0x20, byAddress, protoValue(VoteSchema)),
  params: item(0x30, protoValue(ParamsSchema)),
  constitution: item(0x31, textValue),
} as const;

export type ProposalRow = Frozen<Proposal>;
export type VoteRow = Frozen<Vote>;
export type ParamsRow = Frozen<Params>;

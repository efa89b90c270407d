// SPDX-License-Identifier: Apache-2.0
import { isMessage, type Message } from "@bufbuild/protobuf";
import { equals, fromHex } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { plainError, SdkError } from "@sotto/errors";
import type { ReadCtx } from "@sotto/kernel";
import { MsgSoftwareUpgradeSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";
import {
  type MsgUpdateMachineWhitelist,
  MsgUpdateMachineWhitelistProposalSchema,
  MsgUpdateMachineWhitelistSchema,
  type MsgUpgradeProposalPassed,
  MsgUpgradeProposalPassedSchema,
} from "@sotto/proto/secret.compute.v1beta1";

/** A proposal of governance. */
export interface ProposalView {
  readonly id: bigint;
  /** Whether it passed and its messages ran. */
  readonly passed: boolean;
  readonly messages: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

/** The proposals of governance. The caller pays for the reads. */
export interface ProposalReads {
  /** By number. */
  all(ctx: ReadCtx): Iterable<ProposalView>;
  get(ctx: ReadCtx, id: bigint): ProposalView | undefined;
}

const UPGRADE = `/${MsgSoftwareUpgradeSchema.typeName}`;
const WHITELIST = `/${MsgUpdateMachineWhitelistProposalSchema.typeName}`;

/** The hash of an enclave's code in the info of a plan. */
const ENCLAVE_HASH = /^MREnclaveHash:([a-fA-F0-9]{64})$/;

/** The last upgrade that passed. Cost: all proposals are read. */
function lastUpgrade(ctx: ReadCtx, proposals: ProposalReads): Uint8Array | undefined {
  let upgrade: Uint8Array | undefined;
  for (const { passed, messages } of proposals.all(ctx)) {
    const [first] = messages;
    if (passed && first?.typeUrl === UPGRADE) upgrade = first.value;
  }
  return upgrade;
}

function assertUpgrade(upgrade: Uint8Array | undefined, { mrEnclaveHash }: MsgUpgradeProposalPassed): void {
  if (upgrade === undefined) throw plainError("no latest upgrade proposal");
  const { plan } = decode(MsgSoftwareUpgradeSchema, upgrade);
  const hash = ENCLAVE_HASH.exec(plan?.info ?? "")?.[1];
  const voted = hash === undefined ? undefined : fromHex(hash);
  if (voted === undefined) throw plainError("no mrenclave in the latest upgrade proposal");
  if (!equals(voted, mrEnclaveHash)) {
    throw SdkError.unauthorized("software upgrade proposal: mrenclave hash mismatch");
  }
}

function assertWhitelist(ctx: ReadCtx, proposals: ProposalReads, message: MsgUpdateMachineWhitelist): void {
  const { proposalId: id, machineId } = message;
  const proposal = proposals.get(ctx, id);
  if (proposal === undefined) {
    throw plainError(`collections: not found: key '${id}' of type github.com/cosmos/gogoproto/cosmos.gov.v1.Proposal`);
  }
  const { passed, messages } = proposal;
  if (!passed) throw SdkError.invalidRequest(`proposal with id ${id} not passed`);
  const [only] = messages;
  if (only === undefined || messages.length !== 1) {
    throw SdkError.invalidRequest(`proposal with id ${id} has ${messages.length} messages, expected exactly 1`);
  }
  if (only.typeUrl !== WHITELIST) {
    throw SdkError.invalidRequest(`proposal with id ${id} is not of type MsgUpdateMachineWhitelist`);
  }
  const { machineId: voted } = decode(MsgUpdateMachineWhitelistProposalSchema, only.value);
  if (machineId !== voted) {
    throw SdkError.invalidRequest(`machine id ${machineId} does not match the proposal ${voted}`);
  }
}

/**
 * Throws for a message that carries out a proposal of governance, unless that proposal passed. The
 * reference looks for the proposal in its first ante step, and its reads count as used gas
 * (x/compute keeper/ante.go). Hazard: nothing is paid yet, so all proposals are read once for a
 * transaction; the reference reads them for each such message.
 */
export function assertPassed(ctx: ReadCtx, messages: readonly Message[], proposals: ProposalReads): void {
  let found: { readonly upgrade: Uint8Array | undefined } | undefined;
  for (const message of messages) {
    if (isMessage(message, MsgUpgradeProposalPassedSchema)) {
      found ??= { upgrade: lastUpgrade(ctx, proposals) };
      assertUpgrade(found.upgrade, message);
    }
    if (isMessage(message, MsgUpdateMachineWhitelistSchema)) assertWhitelist(ctx, proposals, message);
  }
}

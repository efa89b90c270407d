// SPDX-License-Identifier: Apache-2.0
import { create, isMessage } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { equals } from "@sotto/bytes";
import { packAny } from "@sotto/codec";
import { ChainError, plainError } from "@sotto/errors";
import {
  type AccountMessage,
  addressField,
  type Frozen,
  isPanic,
  nanosOf,
  type Router,
  timestampOf,
  type WriteCtx,
} from "@sotto/kernel";
import { MsgExecLegacyContentSchema, type Proposal, ProposalSchema, ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { GovError } from "./errors.ts";
import { submitted } from "./events.ts";
import { assertMetadataLength, assertSummaryLength } from "./metadata.ts";
import type { GovParts } from "./needs.ts";
import { type Proposals, present } from "./proposals.ts";
import { state } from "./state.ts";

/** A proposal before it has a number. */
export interface Draft {
  readonly messages: readonly AccountMessage[];
  readonly metadata: string;
  readonly title: string;
  readonly summary: string;
  readonly proposer: Uint8Array;
  readonly expedited: boolean;
}

/** Reads the messages of a proposal. Throws for an Any without a type, and as `router.open`. */
export const openMessages = (router: Router, messages: readonly Frozen<Any>[], height: number): AccountMessage[] =>
  messages.map((packed) => {
    if (packed.typeUrl === "") {
      throw plainError("any cached value is nil, sdk.MsgProposal messages must be correctly packed any values");
    }
    return router.open(packed, height);
  });

const EMPTY_TALLY = { yesCount: "0", abstainCount: "0", noCount: "0", noWithVetoCount: "0" } as const;

export type Submit = ReturnType<typeof createSubmit>;

export function createSubmit({ ensureAccount, hooks, router }: GovParts, proposals: Proposals) {
  /** Runs a content in a branch that is dropped: a content that fails is no proposal. */
  function tryContent(ctx: WriteCtx, opened: AccountMessage, account: Uint8Array): void {
    try {
      router().execute(ctx.branch().ctx, opened, account);
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      const { message } = thrown;
      if (isPanic(thrown) || ChainError.is(thrown, GovError.noHandler)) throw thrown;
      throw GovError.invalidContent(message);
    }
  }

  /** Throws unless governance alone signs the message and a module handles it. */
  function check(ctx: WriteCtx, opened: AccountMessage): Any {
    const { route, message, typeUrl } = opened;
    try {
      route?.check?.(message);
    } catch (thrown) {
      if (!(thrown instanceof ChainError) || isPanic(thrown)) throw thrown;
      throw GovError.invalidMessage(thrown.message);
    }
    const [signer, second] = opened.signers(addressField);
    if (signer === undefined || second !== undefined) throw GovError.invalidSigner();
    const account = ensureAccount(ctx);
    if (!equals(signer, account)) throw GovError.invalidSigner(formatAddress(signer));
    if (route === undefined) throw GovError.unroutable(typeUrl);
    if (isMessage(message, MsgExecLegacyContentSchema)) tryContent(ctx, opened, account);
    return packAny(route.input, message);
  }

  /** Stores a new proposal, without a deposit (x/gov keeper SubmitProposal). */
  return (ctx: WriteCtx, draft: Draft): Proposal => {
    const { messages, metadata, title, summary, proposer, expedited } = draft;
    assertMetadataLength(metadata);
    assertSummaryLength(summary);
    assertMetadataLength(title);
    const packed = messages.map((opened) => check(ctx, opened));
    const id = state.nextId.next(ctx);
    const { maxDepositPeriod } = proposals.params(ctx);
    const { time } = ctx.block;
    const depositEndTime = timestampOf(time + nanosOf(present(maxDepositPeriod)));
    const proposal = create(ProposalSchema, {
      id,
      messages: packed,
      metadata,
      status: ProposalStatus.DEPOSIT_PERIOD,
      finalTallyResult: EMPTY_TALLY,
      submitTime: timestampOf(time),
      depositEndTime,
      title,
      summary,
      proposer: formatAddress(proposer),
      expedited,
    });
    proposals.set(ctx, proposal);
    proposals.queueInactive(ctx, id, depositEndTime);
    for (const hook of hooks.all) hook.afterProposalSubmission?.(ctx, id);
    ctx.emit(submitted(id, proposer, messages.map(({ typeUrl }) => `,${typeUrl}`).join("")));
    return proposal;
  };
}

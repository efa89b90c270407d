// SPDX-License-Identifier: Apache-2.0
/**
 * Everything in a vector of tools/sdkapp that a chain with Secret's modules cannot have, in one
 * table. A row or an answer of the table is compared after a normalisation of both sides; it is
 * never left out.
 */
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ModuleAccountSchema, QueryModuleAccountsResponseSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  ParamsSchema as DistributionParamsSchema,
  MsgUpdateParamsSchema,
  QueryParamsResponseSchema as QueryDistributionParamsResponseSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import {
  type Proposal,
  ProposalSchema,
  QueryProposalResponseSchema,
  QueryProposalsResponseSchema,
} from "@sotto/proto/cosmos.gov.v1";
import {
  type Proposal as LegacyProposal,
  QueryProposalResponseSchema as LegacyProposalResponseSchema,
  QueryProposalsResponseSchema as LegacyProposalsResponseSchema,
} from "@sotto/proto/cosmos.gov.v1beta1";
import {
  type HistoricalInfo,
  HistoricalInfoSchema,
  QueryHistoricalInfoResponseSchema,
} from "@sotto/proto/cosmos.staking.v1beta1";
import { QueryModuleVersionsResponseSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { hex } from "./vector.ts";

/** Stores of IBC's modules, which come with IBC. */
export const IBC_STORES: ReadonlySet<string> = new Set(["capability", "ibc", "transfer"]);

/** Modules of the vectors' program that come with IBC. */
export const IBC_MODULES: ReadonlySet<string> = new Set(["07-tendermint", ...IBC_STORES]);

/** A module of the replay, which runs before all others in a block. */
export const FIRST = "first";

/** Modules that only Secret has, and the replay's. */
const OWN_MODULES: ReadonlySet<string> = new Set(["compute", "cron", "emergencybutton", "register", FIRST]);

/** Consensus versions that the fork raises (the SDK has 3 and 5). */
const FORK_VERSIONS: Readonly<Record<string, bigint>> = { distribution: 4n, gov: 6n };

/**
 * Modules that this chain has and a replay leaves out: cron's first end block makes an account, and
 * every later account would get another number, which signatures contain.
 */
export const NOT_REPLAYED: ReadonlySet<string> = new Set(["cron", "emergencybutton"]);

/** The value that is compared; undefined: this side has a row that the other side cannot have. */
type Normal = (value: string, key: string) => string | undefined;

interface RowRule {
  readonly store: string;
  /** First bytes of the keys. */
  readonly prefix: string;
  /** Bytes that the value contains, hex. Absent: any value. */
  readonly holds?: string;
  readonly why: string;
  /** The SDK's value. */
  readonly theirs: Normal;
  /** Sotto's value. */
  readonly ours: Normal;
}

const same: Normal = (value) => value;

function withoutAppHash(info: HistoricalInfo | undefined): HistoricalInfo | undefined {
  return info?.header === undefined ? info : { ...info, header: { ...info.header, appHash: new Uint8Array(0) } };
}

const historical: Normal = (value) => {
  const info = withoutAppHash(decode(HistoricalInfoSchema, hex(value), "reject"));
  return toHex(encode(HistoricalInfoSchema, info ?? create(HistoricalInfoSchema)));
};

const moduleOf = (key: string): string => toUtf8(hex(key.slice(2))) ?? "";

/** Without the fork's fields of the parameters. */
const sdkParams = (value: Uint8Array): Uint8Array => {
  const { communityTax, baseProposerReward, bonusProposerReward, withdrawAddrEnabled } = decode(
    DistributionParamsSchema,
    value,
    "reject",
  );
  const kept = { communityTax, baseProposerReward, bonusProposerReward, withdrawAddrEnabled };
  return encode(DistributionParamsSchema, create(DistributionParamsSchema, kept));
};

const UPDATE = "/cosmos.distribution.v1beta1.MsgUpdateParams";

/** A message of a proposal, without the fork's fields of parameters. */
function sdkMessage(message: Any): Any {
  if (message.typeUrl !== UPDATE) return message;
  const update = decode(MsgUpdateParamsSchema, message.value, "reject");
  if (update.params === undefined) return message;
  const params = decode(DistributionParamsSchema, sdkParams(encode(DistributionParamsSchema, update.params)), "reject");
  return { ...message, value: encode(MsgUpdateParamsSchema, { ...update, params }) };
}

const sdkProposal = (proposal: Proposal): Proposal => ({ ...proposal, messages: proposal.messages.map(sdkMessage) });

const legacySdkProposal = (proposal: LegacyProposal): LegacyProposal =>
  proposal.content === undefined ? proposal : { ...proposal, content: sdkMessage(proposal.content) };

const proposalRow: Normal = (value) =>
  toHex(encode(ProposalSchema, sdkProposal(decode(ProposalSchema, hex(value), "reject"))));

const forkVersion = (value: string, name: string): string => {
  const version = FORK_VERSIONS[name];
  return version === undefined ? value : version.toString(16).padStart(16, "0");
};

export const rowRules: readonly RowRule[] = [
  {
    store: "staking",
    prefix: "50",
    why: "historical info has the app hash, of which the set of stores is a part",
    theirs: historical,
    ours: historical,
  },
  {
    store: "upgrade",
    prefix: "02",
    why: "a row for each module; the fork raises two versions",
    theirs: (value, key) => (IBC_MODULES.has(moduleOf(key)) ? undefined : forkVersion(value, moduleOf(key))),
    ours: (value, key) => (OWN_MODULES.has(moduleOf(key)) ? undefined : value),
  },
  {
    store: "distribution",
    prefix: "09",
    why: "the fork's parameters have four fields more, which are written with their defaults",
    theirs: (value) => toHex(sdkParams(hex(value))),
    ours: (value) => toHex(sdkParams(hex(value))),
  },
  {
    store: "gov",
    prefix: "00",
    holds: toHex(fromUtf8(UPDATE)),
    why: "a proposal that changes these parameters is stored with the fork's fields",
    theirs: proposalRow,
    ours: proposalRow,
  },
  {
    store: "distribution",
    prefix: "f0",
    why: "the fork's rows of auto-restake",
    theirs: same,
    ours: () => undefined,
  },
];

interface AnswerRule {
  readonly path: string;
  readonly why: string;
  theirs(value: Uint8Array): Uint8Array;
  ours(value: Uint8Array): Uint8Array;
}

function historicalAnswer(value: Uint8Array): Uint8Array {
  const response = decode(QueryHistoricalInfoResponseSchema, value, "reject");
  const hist = withoutAppHash(response.hist);
  return encode(QueryHistoricalInfoResponseSchema, { ...response, ...(hist && { hist }) });
}

function versionsAnswer(value: Uint8Array, others: ReadonlySet<string>): Uint8Array {
  const response = decode(QueryModuleVersionsResponseSchema, value, "reject");
  const moduleVersions = response.moduleVersions
    .filter(({ name }) => !others.has(name))
    .map((each) => ({ ...each, version: FORK_VERSIONS[each.name] ?? each.version }));
  return encode(QueryModuleVersionsResponseSchema, { ...response, moduleVersions });
}

/** Without the accounts of some modules. */
function accountsAnswer(value: Uint8Array, others: ReadonlySet<string>): Uint8Array {
  const { accounts } = decode(QueryModuleAccountsResponseSchema, value, "reject");
  const kept = accounts.filter((account) => !others.has(decode(ModuleAccountSchema, account.value, "reject").name));
  return encode(QueryModuleAccountsResponseSchema, create(QueryModuleAccountsResponseSchema, { accounts: kept }));
}

function paramsAnswer(value: Uint8Array): Uint8Array {
  const { params } = decode(QueryDistributionParamsResponseSchema, value, "reject");
  if (params === undefined) return value;
  const kept = decode(DistributionParamsSchema, sdkParams(encode(DistributionParamsSchema, params)), "reject");
  return encode(QueryDistributionParamsResponseSchema, create(QueryDistributionParamsResponseSchema, { params: kept }));
}

/** An answer with one proposal or several, in both versions of gov. */
const proposalsRule = <D extends DescMessage>(
  path: string,
  schema: D,
  normal: (answer: MessageShape<D>) => MessageShape<D>,
): AnswerRule => {
  const both = (value: Uint8Array) => encode(schema, normal(decode(schema, value, "reject")));
  return { path, why: "proposals that change parameters of distribution, as in the rows", theirs: both, ours: both };
};

const answerRules: readonly AnswerRule[] = [
  proposalsRule("/cosmos.gov.v1.Query/Proposal", QueryProposalResponseSchema, (answer) => ({
    ...answer,
    ...(answer.proposal && { proposal: sdkProposal(answer.proposal) }),
  })),
  proposalsRule("/cosmos.gov.v1.Query/Proposals", QueryProposalsResponseSchema, (answer) => ({
    ...answer,
    proposals: answer.proposals.map(sdkProposal),
  })),
  proposalsRule("/cosmos.gov.v1beta1.Query/Proposal", LegacyProposalResponseSchema, (answer) => ({
    ...answer,
    ...(answer.proposal && { proposal: legacySdkProposal(answer.proposal) }),
  })),
  proposalsRule("/cosmos.gov.v1beta1.Query/Proposals", LegacyProposalsResponseSchema, (answer) => ({
    ...answer,
    proposals: answer.proposals.map(legacySdkProposal),
  })),
  {
    path: "/cosmos.auth.v1beta1.Query/ModuleAccounts",
    why: "accounts of IBC's modules, and of those that only Secret has",
    theirs: (value) => accountsAnswer(value, IBC_STORES),
    ours: (value) => accountsAnswer(value, OWN_MODULES),
  },
  {
    path: "/cosmos.staking.v1beta1.Query/HistoricalInfo",
    why: "the app hash, as in the row",
    theirs: historicalAnswer,
    ours: historicalAnswer,
  },
  {
    path: "/cosmos.upgrade.v1beta1.Query/ModuleVersions",
    why: "the modules and versions, as in the rows",
    theirs: (value) => versionsAnswer(value, IBC_MODULES),
    ours: (value) => versionsAnswer(value, OWN_MODULES),
  },
  {
    path: "/cosmos.distribution.v1beta1.Query/Params",
    why: "the fork's fields, as in the row",
    theirs: paramsAnswer,
    ours: paramsAnswer,
  },
];

/**
 * Texts that are not equal; both sides must have one. The SDK prints an unknown payer's raw bytes,
 * and no reason of a failed decoding.
 */
const OTHER_TEXT =
  /^fee payer address: |^tx parse error$| does not allow to pay fees for |failed to delete grant with key /;

/** The end of a text from which the vectors leave out Go's stack. */
const STACK = " [stack]";

/** The text of a failure in its comparable form. */
export function comparableLog(theirs: string, log: string): string {
  if (OTHER_TEXT.test(theirs)) return log === "" ? "no text" : "another text";
  if (!theirs.endsWith(STACK)) return log;
  const begin = theirs.slice(0, -STACK.length).trimEnd();
  return log.startsWith(begin) ? begin : log;
}

const ruleOf = (store: string, key: string, value: string | undefined): RowRule | undefined =>
  rowRules.find(
    ({ store: of, prefix, holds }) =>
      of === store && key.startsWith(prefix) && (holds === undefined || value?.includes(holds) === true),
  );

/** Whether a row is one of the table. `value`: hex, absent for a removed row. */
export const isExcluded = (store: string, key: string, value: string | undefined): boolean =>
  ruleOf(store, key, value) !== undefined;

export interface ComparableRow {
  /** Undefined: removed. */
  readonly value: string | undefined;
}

/** A row in its comparable form; undefined: the other side cannot have it. */
export function comparableRow(
  side: "theirs" | "ours",
  store: string,
  key: string,
  value: string | undefined,
): ComparableRow | undefined {
  const rule = ruleOf(store, key, value);
  if (rule === undefined || value === undefined) return { value };
  const normal = rule[side](value, key);
  return normal === undefined ? undefined : { value: normal };
}

export const comparableAnswer = (side: "theirs" | "ours", path: string, value: Uint8Array): Uint8Array =>
  answerRules.find((rule) => rule.path === path)?.[side](value) ?? value;

// SPDX-License-Identifier: Apache-2.0
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import { fromUtf8 } from "@sotto/bytes";
import { decode, packAny } from "@sotto/codec";
import { codespace, plainError, SdkError } from "@sotto/errors";
import type { Frozen, WriteCtx } from "@sotto/kernel";
import { CommunityPoolSpendProposalSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { TextProposalSchema } from "@sotto/proto/cosmos.gov.v1beta1";
import {
  CancelSoftwareUpgradeProposalSchema,
  type Plan,
  SoftwareUpgradeProposalSchema,
} from "@sotto/proto/cosmos.upgrade.v1beta1";
import { ClientUpdateProposalSchema, UpgradeProposalSchema } from "@sotto/proto/ibc.core.client.v1";
import { GovError } from "./errors.ts";

/** The part that all contents of proposals have. */
export interface Abstract {
  readonly title: string;
  readonly description: string;
}

/** A content of a proposal of v1beta1: it stands in a MsgExecLegacyContent. */
export interface LegacyContent extends Abstract {
  /** Name of its handler. */
  readonly route: string;
  /** Name of its type. */
  readonly type: string;
  /** Throws for a content that v1beta1 refuses (Go's ValidateBasic). */
  check(): void;
  /** Carries it out. Absent: the chain has no handler for its route. */
  readonly run?: (ctx: WriteCtx) => void;
  /** The content as the chain stores it. */
  packed(): Any;
}

/** A kind of content. */
export interface ContentKind {
  readonly schema: DescMessage;
  read(value: Uint8Array): LegacyContent;
}

/** A kind from the functions over its decoded form. */
export const contentKind = <D extends DescMessage>(
  schema: D,
  parts: {
    readonly route: string;
    readonly type: string;
    check(content: MessageShape<D>): void;
    readonly run?: (ctx: WriteCtx, content: MessageShape<D>) => void;
  },
): ContentKind => {
  const { route, type, check, run } = parts;
  return {
    schema,
    read(value) {
      const content = decode(schema, value);
      // Each content has both fields (x/gov types/v1beta1/content.go).
      const { title, description } = content as MessageShape<D> & Abstract;
      return {
        title,
        description,
        route,
        type,
        check: () => check(content),
        packed: () => packAny(schema, content),
        ...(run === undefined ? {} : { run: (ctx: WriteCtx) => run(ctx, content) }),
      };
    },
  };
};

const MAX_TITLE = 140;
const MAX_DESCRIPTION = 10_000;

/** Whether Go's strings.TrimSpace leaves nothing (unicode.IsSpace). */
const isBlank = (text: string): boolean =>
  /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/.test(text);

/** Throws gov/5 for a title or description that is empty or too long (ValidateAbstract). */
export function assertAbstract({ title, description }: Abstract): void {
  if (isBlank(title)) throw GovError.invalidContent("proposal title cannot be blank");
  if (fromUtf8(title).length > MAX_TITLE) {
    throw GovError.invalidContent(`proposal title is longer than max length of ${MAX_TITLE}`);
  }
  const length = fromUtf8(description).length;
  if (length === 0) throw GovError.invalidContent("proposal description cannot be blank");
  if (length > MAX_DESCRIPTION) {
    throw GovError.invalidContent(`proposal description is longer than max length of ${MAX_DESCRIPTION}`);
  }
}

/** Errors of other modules, for contents that this chain does not carry out. */
const ClientError = codespace("client", {
  invalidSubstitute: [27, "invalid client state substitute"],
  invalidUpgrade: [28, "invalid upgrade proposal"],
});
const HostError = codespace("host", { invalidId: [2, "invalid identifier"] });

/** Throws for a text that is no identifier of a light client (ibc-go ParseClientIdentifier). */
function assertClientId(text: string): void {
  if (text === "09-localhost") return;
  // ibc-go has `\w+([\w-]+\w)?` before the number: the same texts, and here linear time.
  const number = /^\w(?:[\w-]*\w)?-([0-9]{1,20})$/.exec(text)?.[1];
  if (number === undefined) {
    throw HostError.invalidId(`invalid client identifier ${text} is not in format: \`{client-type}-{N}\``);
  }
  if (BigInt(number) <= MAX_U64) return;
  const reason = `strconv.ParseUint: parsing "${number}": value out of range`;
  throw plainError(`failed to parse client identifier sequence: ${reason}`);
}

const MAX_U64 = (1n << 64n) - 1n;

/** What other modules add to the contents. */
export interface ContentNeeds {
  /** Contents of proposals of v1beta1 that other modules define. */
  readonly contents: readonly ContentKind[];
  /**
   * Throws sdk/18 for the plan of an upgrade that is not complete (x/upgrade types/plan.go
   * ValidateBasic).
   */
  assertPlan(plan: Frozen<Plan> | undefined): void;
}

/** The contents of the reference's modules that have no handler here, and text. */
const ownContents = ({ assertPlan }: ContentNeeds): readonly ContentKind[] => [
  // A text has no effect.
  contentKind(TextProposalSchema, { route: "gov", type: "Text", check: assertAbstract, run: () => {} }),
  contentKind(SoftwareUpgradeProposalSchema, {
    route: "upgrade",
    type: "SoftwareUpgrade",
    check(content) {
      assertPlan(content.plan);
      assertAbstract(content);
    },
  }),
  contentKind(CancelSoftwareUpgradeProposalSchema, {
    route: "upgrade",
    type: "CancelSoftwareUpgrade",
    check: assertAbstract,
  }),
  contentKind(CommunityPoolSpendProposalSchema, {
    route: "distribution",
    type: "CommunityPoolSpend",
    check: assertAbstract,
  }),
  contentKind(ClientUpdateProposalSchema, {
    route: "client",
    type: "ClientUpdate",
    check(content) {
      assertAbstract(content);
      if (content.subjectClientId === content.substituteClientId) {
        throw ClientError.invalidSubstitute("subject and substitute client identifiers are equal");
      }
      assertClientId(content.subjectClientId);
      assertClientId(content.substituteClientId);
    },
  }),
  contentKind(UpgradeProposalSchema, {
    route: "client",
    type: "IBCUpgrade",
    check(content) {
      assertAbstract(content);
      assertPlan(content.plan);
      if (content.upgradedClientState === undefined) {
        throw ClientError.invalidUpgrade("upgraded client state cannot be nil");
      }
    },
  }),
];

/**
 * Types of contents that v1beta1 takes. Compat: the SDK does not register CommunityPoolSpend, so it
 * refuses that content before it reads it.
 */
const REGISTERED: ReadonlySet<string> = new Set([
  "Text",
  "ParameterChange",
  "SoftwareUpgrade",
  "CancelSoftwareUpgrade",
  "ClientUpdate",
  "IBCUpgrade",
]);

export const isRegistered = (type: string): boolean => REGISTERED.has(type);

export type Contents = ReturnType<typeof createContents>;

/** Reads contents of all kinds: gov's own and those of other modules. */
export function createContents(needs: ContentNeeds) {
  const kinds = new Map([...ownContents(needs), ...needs.contents].map((kind) => [`/${kind.schema.typeName}`, kind]));
  return {
    /** Undefined for an Any without a type. Throws sdk/29 for a type that is not a content. */
    get({ typeUrl, value }: Frozen<Pick<Any, "typeUrl" | "value">>): LegacyContent | undefined {
      if (typeUrl === "") return undefined;
      const kind = kinds.get(typeUrl);
      if (kind === undefined) throw SdkError.invalidType(`${typeUrl.slice(0, 128)} is not a content of a proposal`);
      return kind.read(value);
    },
  };
}

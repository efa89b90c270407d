// SPDX-License-Identifier: Apache-2.0
/** The rows of the SDK's stores in words, for the text of a difference. */
import type { DescMessage } from "@bufbuild/protobuf";
import { AnySchema, Int64ValueSchema } from "@bufbuild/protobuf/wkt";
import { toUtf8 } from "@sotto/bytes";
import { decode, gatewayJson } from "@sotto/codec";
import * as auth from "@sotto/proto/cosmos.auth.v1beta1";
import * as authz from "@sotto/proto/cosmos.authz.v1beta1";
import * as bank from "@sotto/proto/cosmos.bank.v1beta1";
import * as circuit from "@sotto/proto/cosmos.circuit.v1";
import * as distribution from "@sotto/proto/cosmos.distribution.v1beta1";
import * as feegrant from "@sotto/proto/cosmos.feegrant.v1beta1";
import * as gov from "@sotto/proto/cosmos.gov.v1";
import * as mint from "@sotto/proto/cosmos.mint.v1beta1";
import * as slashing from "@sotto/proto/cosmos.slashing.v1beta1";
import * as staking from "@sotto/proto/cosmos.staking.v1beta1";
import * as upgrade from "@sotto/proto/cosmos.upgrade.v1beta1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { chainTypes } from "@sotto/tx";
import { hex } from "./vector.ts";

/** What a row is, and the form of its value: a message, text, or bytes. */
type Kind = readonly [name: string, value?: DescMessage | "text"];

/** By store and the first bytes of the key in hex; the longest match counts. */
const KINDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  acc: {
    "00": ["parameters", auth.ParamsSchema],
    "01": ["account", AnySchema],
    "6163636f756e744e756d626572": ["address of an account number"],
    "676c6f62616c4163636f756e744e756d626572": ["next account number"],
  },
  authz: { "01": ["grant", authz.GrantSchema], "02": ["queue of grants", authz.GrantQueueItemSchema] },
  bank: {
    "00": ["supply", "text"],
    "01": ["metadata", bank.MetadataSchema],
    "02": ["balance", "text"],
    "03": ["owner of a denom"],
    "04": ["send enabled"],
    "05": ["parameters", bank.ParamsSchema],
  },
  circuit: { "01": ["permissions", circuit.PermissionsSchema], "02": ["disabled message"] },
  consensus: { "436f6e73656e737573": ["parameters", ConsensusParamsSchema] },
  distribution: {
    "00": ["fee pool", distribution.FeePoolSchema],
    "01": ["previous proposer"],
    "02": ["outstanding rewards", distribution.ValidatorOutstandingRewardsSchema],
    "03": ["withdraw address"],
    "04": ["starting info", distribution.DelegatorStartingInfoSchema],
    "05": ["historical rewards", distribution.ValidatorHistoricalRewardsSchema],
    "06": ["current rewards", distribution.ValidatorCurrentRewardsSchema],
    "07": ["accumulated commission", distribution.ValidatorAccumulatedCommissionSchema],
    "08": ["slash event", distribution.ValidatorSlashEventSchema],
    "09": ["parameters", distribution.ParamsSchema],
  },
  evidence: { "00": ["evidence", AnySchema] },
  feegrant: { "00": ["allowance", feegrant.GrantSchema], "01": ["queue of allowances"] },
  gov: {
    "00": ["proposal", gov.ProposalSchema],
    "01": ["queue of votes"],
    "02": ["queue of deposits"],
    "03": ["next proposal id"],
    "04": ["proposal in its voting period"],
    "10": ["deposit", gov.DepositSchema],
    "20": ["vote", gov.VoteSchema],
    "30": ["parameters", gov.ParamsSchema],
    "31": ["constitution", "text"],
  },
  mint: { "00": ["minter", mint.MinterSchema], "01": ["parameters", mint.ParamsSchema] },
  slashing: {
    "00": ["parameters", slashing.ParamsSchema],
    "01": ["signing info", slashing.ValidatorSigningInfoSchema],
    "02": ["missed blocks"],
    "03": ["public key", AnySchema],
  },
  staking: {
    "11": ["last power", Int64ValueSchema],
    "12": ["last total power"],
    "21": ["validator", staking.ValidatorSchema],
    "22": ["validator by consensus address"],
    "23": ["validator by power"],
    "31": ["delegation", staking.DelegationSchema],
    "32": ["unbonding delegation", staking.UnbondingDelegationSchema],
    "33": ["unbonding delegation by validator"],
    "34": ["redelegation", staking.RedelegationSchema],
    "35": ["redelegation by source"],
    "36": ["redelegation by destination"],
    "37": ["next unbonding id"],
    "38": ["unbonding by id"],
    "39": ["kind of unbonding"],
    "41": ["queue of unbonding delegations", staking.DVPairsSchema],
    "42": ["queue of redelegations", staking.DVVTripletsSchema],
    "43": ["queue of validators", staking.ValAddressesSchema],
    "50": ["historical info", staking.HistoricalInfoSchema],
    "51": ["parameters", staking.ParamsSchema],
    "61": ["validator updates", staking.ValidatorUpdatesSchema],
    "71": ["delegation by validator"],
  },
  upgrade: { "00": ["plan", upgrade.PlanSchema], "01": ["done upgrade"], "02": ["version of a module"] },
};

function kindOf(store: string, key: string): Kind {
  const kinds = Object.entries(KINDS[store] ?? {}).filter(([prefix]) => key.startsWith(prefix));
  const [longest] = kinds.sort(([a], [b]) => b.length - a.length);
  return longest?.[1] ?? ["unknown row"];
}

/** The readable texts in a key. */
const textsIn = (key: string): string =>
  (String.fromCharCode(...hex(key)).match(/[\x21-\x7e]{4,}/g) ?? []).map((text) => ` "${text}"`).join("");

/** A row's key in words. */
export const keyText = (store: string, key: string): string => `${kindOf(store, key)[0]} ${key}${textsIn(key)}`;

/** A message as JSON; its bytes when they do not decode. */
export function messageText(schema: DescMessage, value: Uint8Array, raw: string): string {
  try {
    return gatewayJson(schema, decode(schema, value, "reject"), chainTypes);
  } catch {
    return `${raw} (not a ${schema.typeName} that this chain can show)`;
  }
}

/** A row's value in words; undefined: there is no row, or it was removed. */
export function valueText(store: string, key: string, value: string | undefined): string {
  if (value === undefined) return "no row";
  if (value === "") return "an empty value";
  const [, form] = kindOf(store, key);
  if (form === "text") return toUtf8(hex(value)) ?? value;
  return form === undefined ? value : messageText(form, hex(value), value);
}

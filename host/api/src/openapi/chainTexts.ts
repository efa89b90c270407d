// SPDX-License-Identifier: Apache-2.0
/** Texts about the routes of the modules of validators, rewards, governance and grants. */
import { ACCOUNT, PAGE, type RouteText } from "./routeText.ts";

/**
 * The local network's validator: its account, the address of its operator, an address of a
 * consensus key.
 */
const VALIDATOR = "secret14aj08vd2ntty7dvskdmdu4zhf23mcwgtute8dz";
const OPERATOR = "secretvaloper14aj08vd2ntty7dvskdmdu4zhf23mcwgtdvh6qt";
const CONSENSUS = "secretvalcons14aj08vd2ntty7dvskdmdu4zhf23mcwgtelyxv2";
const HASH = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";

type Texts = Readonly<Record<string, RouteText>>;

/** Both versions of governance have these queries. */
const gov: Texts = {
  Proposal: { summary: "One proposal.", example: { proposal_id: "1" } },
  Proposals: { summary: "All proposals, a page at a time.", example: PAGE },
  Vote: { summary: "The vote of one account.", example: { proposal_id: "1", voter: VALIDATOR } },
  Votes: { summary: "All votes for a proposal.", example: { proposal_id: "1", ...PAGE } },
  Params: { summary: "Deposits, periods and majorities.", example: { params_type: "voting" } },
  Deposit: { summary: "The deposit of one account.", example: { proposal_id: "1", depositor: VALIDATOR } },
  Deposits: { summary: "All deposits for a proposal.", example: { proposal_id: "1", ...PAGE } },
  TallyResult: { summary: "The votes of a proposal, counted.", example: { proposal_id: "1" } },
};

/** By the full name of the service. */
export const chainTexts: Readonly<Record<string, Texts>> = {
  "cosmos.staking.v1beta1.Query": {
    Validators: { summary: "All validators, a page at a time.", example: { status: "BOND_STATUS_BONDED", ...PAGE } },
    Validator: { summary: "One validator: keys, tokens, commission.", example: { validator_addr: OPERATOR } },
    ValidatorDelegations: {
      summary: "The delegations to a validator.",
      example: { validator_addr: OPERATOR, ...PAGE },
    },
    ValidatorUnbondingDelegations: {
      summary: "The delegations that leave a validator.",
      example: { validator_addr: OPERATOR, ...PAGE },
    },
    Delegation: {
      summary: "One delegation and its worth.",
      example: { validator_addr: OPERATOR, delegator_addr: VALIDATOR },
    },
    UnbondingDelegation: {
      summary: "The unbonding of one delegation.",
      example: { validator_addr: OPERATOR, delegator_addr: VALIDATOR },
    },
    DelegatorDelegations: {
      summary: "The delegations of an account.",
      example: { delegator_addr: VALIDATOR, ...PAGE },
    },
    DelegatorUnbondingDelegations: {
      summary: "The unbondings of an account.",
      example: { delegator_addr: VALIDATOR, ...PAGE },
    },
    Redelegations: { summary: "The redelegations of an account.", example: { delegator_addr: VALIDATOR, ...PAGE } },
    DelegatorValidators: {
      summary: "The validators to which an account delegates.",
      example: { delegator_addr: VALIDATOR, ...PAGE },
    },
    DelegatorValidator: {
      summary: "One validator to which an account delegates.",
      example: { delegator_addr: VALIDATOR, validator_addr: OPERATOR },
    },
    HistoricalInfo: { summary: "Header and validators of a block.", example: { height: "1" } },
    Pool: { summary: "The bonded tokens and the others." },
    Params: { summary: "Times and limits of bonds." },
  },
  "cosmos.slashing.v1beta1.Query": {
    Params: { summary: "Limits of missed blocks, and how much they cost." },
    SigningInfo: { summary: "The missed blocks of a validator.", example: { cons_address: CONSENSUS } },
    SigningInfos: { summary: "The missed blocks of all validators.", example: PAGE },
  },
  "cosmos.distribution.v1beta1.Query": {
    Params: { summary: "The shares of fees and inflation." },
    ValidatorDistributionInfo: {
      summary: "Commission and own rewards of a validator.",
      example: { validator_address: OPERATOR },
    },
    ValidatorOutstandingRewards: {
      summary: "The rewards of a validator that nobody has taken yet.",
      example: { validator_address: OPERATOR },
    },
    ValidatorCommission: {
      summary: "The commission that a validator may take.",
      example: { validator_address: OPERATOR },
    },
    ValidatorSlashes: {
      summary: "The slashes of a validator between two heights.",
      example: { validator_address: OPERATOR, starting_height: "1", ending_height: "10", ...PAGE },
    },
    DelegationRewards: {
      summary: "The rewards of one delegation.",
      example: { delegator_address: VALIDATOR, validator_address: OPERATOR },
    },
    DelegationTotalRewards: {
      summary: "The rewards of all delegations of an account.",
      example: { delegator_address: VALIDATOR },
    },
    DelegatorValidators: {
      summary: "The validators to which an account delegates.",
      example: { delegator_address: VALIDATOR },
    },
    DelegatorWithdrawAddress: {
      summary: "The account that gets an account's rewards.",
      example: { delegator_address: VALIDATOR },
    },
    CommunityPool: { summary: "The coins that governance may spend." },
    FoundationTax: { summary: "The foundation's share of fees, and its account." },
    RestakeThreshold: { summary: "The least delegation that is restaked by itself." },
    RestakingEntries: {
      summary: "The validators with whom an account restakes by itself.",
      example: { delegator: VALIDATOR },
    },
  },
  "cosmos.mint.v1beta1.Query": {
    Params: { summary: "Bounds of inflation, and its goal." },
    Inflation: { summary: "The inflation of a year." },
    AnnualProvisions: { summary: "The coins that a year adds." },
  },
  "cosmos.evidence.v1beta1.Query": {
    Evidence: { summary: "One proof of a validator's fault.", example: { hash: HASH } },
    AllEvidence: { summary: "All proofs of faults.", example: PAGE },
  },
  "cosmos.feegrant.v1beta1.Query": {
    Allowance: {
      summary: "The fees that one account pays for another.",
      example: { granter: ACCOUNT, grantee: VALIDATOR },
    },
    Allowances: { summary: "The fees that others pay for an account.", example: { grantee: ACCOUNT, ...PAGE } },
    AllowancesByGranter: {
      summary: "The fees that an account pays for others.",
      example: { granter: ACCOUNT, ...PAGE },
    },
  },
  "cosmos.authz.v1beta1.Query": {
    Grants: {
      summary: "The messages that one account may send for another.",
      example: { granter: ACCOUNT, grantee: VALIDATOR, ...PAGE },
    },
    GranterGrants: {
      summary: "The messages that others may send for an account.",
      example: { granter: ACCOUNT, ...PAGE },
    },
    GranteeGrants: {
      summary: "The messages that an account may send for others.",
      example: { grantee: ACCOUNT, ...PAGE },
    },
  },
  "cosmos.upgrade.v1beta1.Query": {
    CurrentPlan: { summary: "The next upgrade, if there is one." },
    AppliedPlan: { summary: "The height of an upgrade that happened.", example: { name: "v2" } },
    UpgradedConsensusState: {
      summary: "For clients of IBC: the state after an upgrade.",
      example: { last_height: "1" },
    },
    ModuleVersions: { summary: "The version of each module's state." },
    Authority: { summary: "The account that plans upgrades." },
  },
  "secret.emergencybutton.v1beta1.Query": {
    Params: { summary: "Whether IBC packets are paused, and by whom they may be." },
  },
  "secret.cron.Query": {
    Params: { summary: "How many schedules run in a block, and an address without effect." },
    Schedule: { summary: "One schedule: period, calls, height of the last run.", example: { name: "hourly" } },
    Schedules: { summary: "All schedules, a page at a time.", example: PAGE },
  },
  "cosmos.gov.v1.Query": { ...gov, Constitution: { summary: "The text by which the chain is governed." } },
  "cosmos.gov.v1beta1.Query": gov,
};

// SPDX-License-Identifier: Apache-2.0
/** Rows that break the invariants of the modules beside those of accounts and contracts. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { formatAddress } from "@sotto/address";
import { beU64, concat, fromUtf8 } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import { GenericAuthorizationSchema, GrantQueueItemSchema, GrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { CoinSchema } from "@sotto/proto/cosmos.base.v1beta1";
import { FeePoolSchema, ValidatorAccumulatedCommissionSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { EquivocationSchema } from "@sotto/proto/cosmos.evidence.v1beta1";
import { BasicAllowanceSchema, GrantSchema as FeeGrantSchema } from "@sotto/proto/cosmos.feegrant.v1beta1";
import { DepositSchema, ProposalSchema, ProposalStatus } from "@sotto/proto/cosmos.gov.v1";
import { MinterSchema, ParamsSchema as MintParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { ValidatorSigningInfoSchema } from "@sotto/proto/cosmos.slashing.v1beta1";
import { DelegationSchema, ValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { ContinuousVestingAccountSchema } from "@sotto/proto/cosmos.vesting.v1beta1";
import { ParamsSchema as ButtonParamsSchema } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { change, edit, type Fault, gone, key, NONE, of, prefixed, put, removeAll, row, stranger } from "./faultRows.ts";

const other = new Uint8Array(20).fill(8);
const [a, b] = [prefixed(stranger), prefixed(other)];
const text = fromUtf8;
const LATE = text("2099-01-01T00:00:00.000000000");
const late = { seconds: 4_070_908_800n, nanos: 0 };
const much = (amount: bigint) => [{ denom: "uscrt", amount: String(amount) }];
const packed = <D extends DescMessage>(schema: D, init: MessageInitShape<D>) => packAny(schema, create(schema, init));

const generic = (msg: string) => packed(GenericAuthorizationSchema, { msg });
const grantAt = key(0x01, a, b, text("/x"));
const feeGrant = (init: MessageInitShape<typeof FeeGrantSchema>) =>
  put("feegrant", key(0x00, a, b), row(FeeGrantSchema, init));
/** As the key says. */
const pair = { grantee: formatAddress(stranger), granter: formatAddress(other) };

const grants: readonly Fault[] = [
  of("authz/grants", /is empty/, put("authz", grantAt, NONE)),
  of("authz/grants", /is for \/y/, put("authz", grantAt, row(GrantSchema, { authorization: generic("/y") }))),
  of(
    "authz/grants",
    /is not in the queue/,
    put("authz", grantAt, row(GrantSchema, { authorization: generic("/x"), expiration: late })),
  ),
  of(
    "authz/queue",
    /is queued without such a grant/,
    put("authz", key(0x02, LATE, a, b), row(GrantQueueItemSchema, { msgTypeUrls: ["/x"] })),
  ),
  of("feegrant/grants", /names x and y/, feeGrant({ granter: "x", grantee: "y" })),
  of("feegrant/grants", /has no valid limit/, feeGrant(pair)),
  of(
    "feegrant/queue",
    /expires and is not in the queue/,
    feeGrant({ ...pair, allowance: packed(BasicAllowanceSchema, { expiration: late }) }),
  ),
];

const BOND = 10n ** 18n;

const validators: readonly Fault[] = [
  of(
    "staking/module-accounts",
    /the rows add up to/,
    edit("staking", 0x21, ValidatorSchema, (validator) => {
      validator.tokens = String(BigInt(validator.tokens) + 1n);
    }),
  ),
  of("staking/nonnegative-power", /a validator out of jail is not in the index/, change("staking", 0x23, gone)),
  of(
    "staking/nonnegative-power",
    /the index by power has 0909.* at 5$/,
    put("staking", key(0x23, beU64(5n), prefixed(stranger.map((byte) => 255 - byte))), stranger),
  ),
  of(
    "staking/positive-delegation",
    /has 0\S* shares/,
    edit("staking", 0x31, DelegationSchema, (delegation) => {
      delegation.shares = "0";
    }),
  ),
  of(
    "staking/delegator-shares",
    /shares, delegations/,
    edit("staking", 0x31, DelegationSchema, (delegation) => {
      delegation.shares = String(BigInt(delegation.shares) + BOND);
    }),
  ),
  of("staking/validator-indexes", /an entry of a delegation is missing/, change("staking", 0x71, gone)),
  of("staking/validator-indexes", /leads to no delegation/, put("staking", key(0x71, a, other), NONE)),
  of("staking/validator-indexes", /leads to no unbonding/, put("staking", key(0x33, a, b), NONE)),
  of(
    "slashing/missed-blocks",
    /the counter is/,
    edit("slashing", 0x01, ValidatorSigningInfoSchema, (info) => {
      info.missedBlocksCounter += 1n;
    }),
  ),
  of("slashing/validators-known", /the key of .* is missing/, removeAll("slashing", 0x03)),
  of("slashing/validators-known", /is bonded and has no signing info/, removeAll("slashing", 0x01)),
  of(
    "evidence/hashes",
    /is not the hash of its evidence/,
    put("evidence", key(0x00, new Uint8Array(32)), encode(AnySchema, packed(EquivocationSchema, { height: 1n }))),
  ),
];

/** Gives the first continuous vesting account more delegated coins than it has. */
function delegatedVesting(value: Uint8Array): Uint8Array | "other" {
  const any = decode(AnySchema, value);
  if (any.typeUrl !== `/${ContinuousVestingAccountSchema.typeName}`) return "other";
  const account = decode(ContinuousVestingAccountSchema, any.value);
  if (account.baseVestingAccount === undefined) return "other";
  account.baseVestingAccount.delegatedVesting = [create(CoinSchema, { denom: "uscrt", amount: "1".padEnd(31, "0") })];
  return encode(AnySchema, packAny(ContinuousVestingAccountSchema, account));
}

const rewards: readonly Fault[] = [
  of(
    "distribution/module-account",
    /rewards and pool add up to/,
    put("distribution", key(0x00), row(FeePoolSchema, { communityPool: much(10n ** 48n) })),
  ),
  of(
    "distribution/commission-outstanding",
    /has the commission 10*uscrt of/,
    put("distribution", key(0x07, a), row(ValidatorAccumulatedCommissionSchema, { commission: much(10n ** 40n) })),
  ),
  of(
    "distribution/reference-count",
    /the history has \d+ references/,
    put("distribution", key(0x05, a, new Uint8Array(8).fill(9)), Uint8Array.of(0x10, 1)),
  ),
  of("distribution/can-withdraw", /no delegation distribution info/, change("distribution", 0x04, gone)),
  of(
    "mint/params",
    /goal bonded must be positive/,
    put("mint", key(0x01), row(MintParamsSchema, { mintDenom: "uscrt" })),
  ),
  of(
    "mint/minter",
    /inflation is -0/,
    put("mint", key(0x00), row(MinterSchema, { inflation: "-1", annualProvisions: "0" })),
  ),
  of("vesting/delegated-vesting", /delegates 10*uscrt of /, change("acc", 0x01, delegatedVesting)),
];

const ID = beU64(999n);
const proposal = (status: ProposalStatus) =>
  put("gov", key(0x00, ID), row(ProposalSchema, { id: 999n, status, totalDeposit: much(5n) }));

const governance: readonly Fault[] = [
  of(
    "gov/module-account",
    /the deposits add up to/,
    put("gov", key(0x10, ID, a), row(DepositSchema, { proposalId: 999n, amount: much(10n ** 30n) })),
  ),
  of("gov/deposits", /on proposal 999 add up to , it has 5uscrt/, proposal(ProposalStatus.DEPOSIT_PERIOD)),
  of("gov/queues", /the row of the vote on proposal 999 is wrong/, proposal(ProposalStatus.VOTING_PERIOD)),
  of("gov/queues", /the queue of deposits is wrong for proposal 999/, proposal(ProposalStatus.DEPOSIT_PERIOD)),
  of("gov/queues", /in the queue of votes and has no vote/, put("gov", key(0x01, LATE, ID), ID)),
  of("gov/queues", /in the queue of deposits and takes no deposit/, put("gov", key(0x02, LATE, ID), ID)),
  of("gov/votes", /there is a vote on proposal 999/, put("gov", key(0x20, ID, a), NONE)),
  of(
    "upgrade/versions",
    /module bank has version \d+, its row 99/,
    put("upgrade", key(0x02, text("bank")), beU64(99n)),
  ),
  of(
    "upgrade/versions",
    /module bank has no row of its version/,
    (branch) => void branch.store("upgrade").delete(key(0x02, text("bank"))),
  ),
  of("upgrade/done", /0 upgrades are done, the protocol version is 7/, put("upgrade", key(0x03), beU64(7n))),
  of("upgrade/done", /is done at height/, (branch) => {
    put("upgrade", key(0x03), beU64(1n))(branch);
    put("upgrade", concat(key(0x01, beU64(2n ** 40n)), text("late")), Uint8Array.of(1))(branch);
  }),
  of(
    "emergencybutton/pauser",
    /the pauser is nobody/,
    put("emergencybutton", key(0x01), row(ButtonParamsSchema, { pauserAddress: "nobody" })),
  ),
];

export const stakingFaults: readonly Fault[] = [...grants, ...validators, ...rewards, ...governance];

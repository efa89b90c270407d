// SPDX-License-Identifier: Apache-2.0
/**
 * Messages of distribution, mint, vesting and staking that are refused: the reference's codes and
 * texts.
 */
import { create } from "@bufbuild/protobuf";
import { formatAddress, prefix } from "@sotto/address";
import { packAny } from "@sotto/codec";
import { type Packed, pack } from "@sotto/contract-test/parts";
import type { TxResult } from "@sotto/kernel";
import { PubKeySchema } from "@sotto/proto/cosmos.crypto.secp256k1";
import {
  MsgCommunityPoolSpendSchema,
  MsgDepositValidatorRewardsPoolSchema,
  MsgFundCommunityPoolSchema,
  MsgSetWithdrawAddressSchema,
  MsgUpdateParamsSchema,
  MsgWithdrawDelegatorRewardSchema,
  MsgWithdrawValidatorCommissionSchema,
} from "@sotto/proto/cosmos.distribution.v1beta1";
import { MsgUpdateParamsSchema as MsgUpdateMintParamsSchema } from "@sotto/proto/cosmos.mint.v1beta1";
import { MsgCreateValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import {
  MsgCreatePeriodicVestingAccountSchema,
  MsgCreateVestingAccountSchema,
} from "@sotto/proto/cosmos.vesting.v1beta1";
import { afterAll, describe, expect, it } from "vitest";
import { failure, fund, gov, noInflation, open, operator, restake, start, uscrt } from "../support/stakedChain.ts";
import { a, b, FUNDS, type TestChain } from "../support/testChain.ts";

afterAll(() => {
  for (const close of open.reverse()) close();
});

describe("a message", () => {
  let refusing: TestChain | undefined;
  const stranger = formatAddress(new Uint8Array(20).fill(3), prefix.validator);
  const noHrp = "hrp does not match bech32 prefix: expected 'secretvaloper' got 'secret': internal logic error";
  const withdraw = (validatorAddress: string) =>
    pack(MsgWithdrawDelegatorRewardSchema, { delegatorAddress: a.address, validatorAddress });
  const spend = (change: { readonly authority?: string; readonly amount?: ReturnType<typeof uscrt> }) =>
    pack(MsgCommunityPoolSpendSchema, { authority: a.address, recipient: b.address, amount: uscrt("1"), ...change });
  const deposit = (validatorAddress: string, amount: ReturnType<typeof uscrt>) =>
    pack(MsgDepositValidatorRewardsPoolSchema, { depositor: a.address, validatorAddress, amount });
  const notAuthority = `invalid authority; expected ${gov}, got ${a.address}: expected gov account as only signer for proposal message`;

  it.each<[string, Packed, ReturnType<typeof failure>]>([
    [
      "without a validator",
      withdraw(""),
      failure("sdk", 7, "invalid validator address: empty address string is not allowed: invalid address"),
    ],
    [
      "with an account in place of a validator",
      withdraw(a.address),
      failure("sdk", 7, `invalid validator address: ${noHrp}: invalid address`),
    ],
    ["to an unknown validator", withdraw(stranger), failure("staking", 3, "validator does not exist")],
    [
      "for a commission of nothing",
      pack(MsgWithdrawValidatorCommissionSchema, { validatorAddress: operator }),
      failure("distribution", 7, "no validator commission to withdraw"),
    ],
    [
      "with a withdraw address of a module",
      pack(MsgSetWithdrawAddressSchema, { delegatorAddress: a.address, withdrawAddress: gov }),
      failure("sdk", 4, `${gov} is not allowed to receive external funds: unauthorized`),
    ],
    [
      "without a withdraw address",
      pack(MsgSetWithdrawAddressSchema, { delegatorAddress: a.address, withdrawAddress: "" }),
      failure("sdk", 7, "invalid withdraw address: empty address string is not allowed: invalid address"),
    ],
    [
      "that funds nothing",
      pack(MsgFundCommunityPoolSchema, { depositor: a.address }),
      failure("sdk", 10, "amount cannot be nil: invalid coins"),
    ],
    ["that funds zero", fund(a, "0"), failure("sdk", 10, "0uscrt: invalid coins")],
    ["that funds a negative amount", fund(a, "-5"), failure("sdk", 10, "-5uscrt: invalid coins")],
    [
      "that funds more than there is",
      fund(a, String(FUNDS * 2n)),
      failure("sdk", 5, `spendable balance ${FUNDS}uscrt is smaller than ${FUNDS * 2n}uscrt: insufficient funds`),
    ],
    ["that spends as a user", spend({}), failure("gov", 13, notAuthority)],
    [
      "that changes parameters as a user",
      pack(MsgUpdateParamsSchema, { authority: a.address }),
      failure("gov", 13, notAuthority),
    ],
    [
      "that changes mint's parameters as a user",
      pack(MsgUpdateMintParamsSchema, { authority: a.address }),
      failure("gov", 13, notAuthority),
    ],
    ["that deposits a negative amount", deposit(operator, uscrt("-1")), failure("sdk", 10, "-1uscrt: invalid coins")],
    ["that deposits for an account", deposit(a.address, uscrt("1")), failure("sdk", 35, noHrp)],
    ["that deposits for nobody", deposit(stranger, uscrt("1")), failure("staking", 3, "validator does not exist")],
    [
      "that restakes at an account",
      restake(a, true, b.address),
      failure("undefined", 1, "invalid Bech32 prefix; expected secretvaloper, got secret"),
    ],
    [
      "that makes a vesting account of an account",
      pack(MsgCreateVestingAccountSchema, {
        fromAddress: a.address,
        toAddress: b.address,
        amount: uscrt("1"),
        endTime: 9n,
      }),
      failure("sdk", 18, `account ${b.address} already exists: invalid request`),
    ],
    [
      "that makes a vesting account without periods",
      pack(MsgCreatePeriodicVestingAccountSchema, {
        fromAddress: a.address,
        toAddress: formatAddress(new Uint8Array(20).fill(5)),
        startTime: 5n,
      }),
      failure("sdk", 18, "vesting start-time cannot be before end-time: invalid request"),
    ],
  ])("%s is refused", (_about, message, expected) => {
    refusing ??= start({ mint: { minter: { inflation: "0" }, params: noInflation } }).chain;
    const result: TxResult = refusing.run(a, message, { fee: [] });
    expect(result).toMatchObject(expected);
  });

  it("of a file is refused when it makes the coins of a block negative", () => {
    const params = { ...noInflation, blocks_per_year: "18446744073709551615" };
    expect(() => start({ mint: { minter: { inflation: "0" }, params } })).toThrow(
      /^genesis of mint.*blocks per year must be positive: -1/,
    );
  });

  it("that makes a validator with a key that consensus does not have is refused", () => {
    // The parameters of consensus name no types of keys.
    const { chain } = start({});
    const message = pack(MsgCreateValidatorSchema, {
      validatorAddress: formatAddress(b.raw, prefix.validator),
      pubkey: packAny(PubKeySchema, create(PubKeySchema, { key: new Uint8Array(33).fill(2) })),
      description: { moniker: "second" },
      commission: { rate: "0", maxRate: "0", maxChangeRate: "0" },
      minSelfDelegation: "1",
      value: { denom: "uscrt", amount: "9000000" },
    });
    expect(chain.run(b, message, { gas: 1_000_000n })).toMatchObject(
      failure("staking", 6, "got: secp256k1, expected: [ed25519]: validator pubkey type is not supported"),
    );
    expect(chain.block().validatorUpdates).toEqual([]);
  });
});

// SPDX-License-Identifier: Apache-2.0
/** The genesis of several validators. */
import { formatAddress, parseAddress, prefix } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { describe, expect, test } from "vitest";
import { accounts, createValidatorKey, localGenesis, operatorAccounts } from "../src/index.ts";

const keyOf = (number: number): Uint8Array => createValidatorKey(sha256(fromUtf8(`validator ${number}`))).publicKey;
const genesisOf = (count: number) =>
  localGenesis({
    chainId: "secretdev-1",
    timeNs: 1_700_000_000_123_456_789n,
    validatorPubKey: keyOf(1),
    furtherPubKeys: Array.from({ length: count - 1 }, (_, i) => keyOf(i + 2)),
  });
const SECRETJS: readonly string[] = [
  "secret1xkxmxumh9t8sq5l2u22604jvz2ehs4xmagwc0v",
  "secret1z0yk0gadn449wm2cn82sezg8vx0arvp7zpuj3d",
  "secret1vheys6qs40f29h8j89facwc4z5ezz5exwf650d",
];
const part = (genesis: ReturnType<typeof genesisOf>, name: string) => JSON.parse(genesis.appState.get(name) ?? "null");

describe("the accounts that operate validators", () => {
  test("are addresses of one mnemonic, the first of them LocalSecret's validator", () => {
    const four = operatorAccounts(4);
    expect(four[0]).toBe(accounts[0]?.address);
    expect(operatorAccounts(1)).toEqual(four.slice(0, 1));
    // m/44'/529'/0'/0/1 to 3, derived by secretjs 1.22.1 (Wallet with hdAccountIndex).
    expect(four.slice(1)).toEqual(SECRETJS);
  });
});

describe("a genesis of four validators", () => {
  const genesis = genesisOf(4);
  const operators = operatorAccounts(4);

  test("has four of equal power, each with the stake of its own account", () => {
    expect(genesis.validators.map(({ power }) => power)).toEqual(Array.from({ length: 4 }, () => 100_000_000_000n));
    const { validators, delegations } = part(genesis, "staking");
    expect(validators.map(({ description }: { description: { moniker: string } }) => description.moniker)).toEqual([
      "sotto",
      "sotto-2",
      "sotto-3",
      "sotto-4",
    ]);
    expect(delegations).toEqual(
      operators.map((account) => ({
        delegator_address: account,
        validator_address: formatAddress(parseAddress(account), prefix.validator),
        shares: "100000000000000000.000000000000000000",
      })),
    );
    expect(JSON.parse(genesis.json).validators).toHaveLength(4);
  });

  test("takes the stakes out of the balances of those accounts", () => {
    const { balances, supply } = part(genesis, "bank");
    const owned = new Map(
      balances.map((each: { address: string; coins: { amount: string }[] }) => [each.address, each.coins[0]?.amount]),
    );
    for (const account of operators) expect(owned.get(account)).toBe("900000000000000000");
    expect(owned.get(accounts[1]?.address)).toBe("1000000000000000000");
    // Five accounts of LocalSecret and three further operators.
    expect(supply).toEqual([{ denom: "uscrt", amount: "8000000000000000000" }]);
    expect(part(genesis, "auth").accounts.map(({ address }: { address: string }) => address)).toEqual([
      ...accounts.map(({ address }) => address),
      ...operators.slice(1),
    ]);
  });

  test("has a short jail, which a genesis of one validator leaves to the module", () => {
    expect(part(genesis, "slashing").params).toMatchObject({
      signed_blocks_window: "100",
      downtime_jail_duration: "60s",
    });
    expect(part(genesisOf(1), "slashing")).toBeNull();
  });
});

// SPDX-License-Identifier: Apache-2.0
/**
 * Transactions of a genesis file: they make the validators of a chain that several people begin.
 */
import { secretChain } from "@sotto/app";
import { type Account, pack } from "@sotto/contract-test/parts";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { BondStatus, Query } from "@sotto/proto/cosmos.staking.v1beta1";
import { expect, it } from "vitest";
import { exportedGenesis } from "../support/exported.ts";
import { bondedGenesis, createValidator, genesisWith, genTx, STAKE } from "../support/genTx.ts";
import { a, b, c, d, FUNDS, TestChain } from "../support/testChain.ts";

const start = (appState: ReadonlyMap<string, string>) => new TestChain({ definition: secretChain, appState });
const startWith = (...transactions: readonly string[]) => start(genesisWith(transactions));
const send = (by: Account) =>
  pack(MsgSendSchema, { fromAddress: by.address, toAddress: a.address, amount: [{ denom: "uscrt", amount: "1" }] });

it("makes the validator of the chain, whose account needs no fee and no gas", () => {
  const chain = start(bondedGenesis());
  const { validators } = chain.ask(Query.method.validators, {});
  expect(validators).toMatchObject([{ tokens: String(STAKE), status: BondStatus.BONDED, jailed: false }]);
  expect(chain.balance(d.address)).toBe(FUNDS - STAKE);
  // The signature of the genesis used the account's first sequence.
  expect(chain.base(d.address).sequence).toBe(1n);
  expect(chain.run(d, send(d))).toMatchObject({ code: 0 });
  expect(chain.queries.brokenInvariants()).toEqual([]);
  expect(exportedGenesis(chain.queries).get("genutil")).toBe('{"gen_txs":[]}');
  chain.close();
});

it("is refused with its text when it is damaged, forged or does something else", () => {
  const place = "genesis of genutil, gen_txs[0]";
  expect(() => startWith('{"body":{"messages":[7]}}')).toThrow(`${place}`);
  expect(() => startWith(genTx(a, send(a)))).toThrow(
    "unexpected GenTx message type; expected: MsgCreateValidator, got: /cosmos.bank.v1beta1.MsgSend",
  );
  expect(() => startWith('{"body":{},"auth_info":{"fee":{}},"signatures":[]}')).toThrow(
    "unexpected number of GenTx messages; got: 0, expected: 1",
  );
  // Another chain's signature, more than the account has, a second validator with the same key.
  expect(() => startWith(genTx(a, createValidator(a), "another-chain"))).toThrow(
    /failed to execute DeliverTx.*signature/,
  );
  expect(() => startWith(genTx(a, createValidator(a, FUNDS * 2n)))).toThrow(
    /failed to execute DeliverTx.*insufficient/,
  );
  expect(() => startWith(genTx(b, createValidator(b)), genTx(c, createValidator(c)))).toThrow(
    /gen_txs\[1\].*validator already exist/,
  );
});

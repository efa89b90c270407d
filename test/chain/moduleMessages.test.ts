// SPDX-License-Identifier: Apache-2.0
/** Messages of contracts to staking, distribution and gov, in both dialects. */
import { encodeBech32 } from "@sotto/address";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { a, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
afterAll(() => chain.close());
const v1 = deploy(chain, wasm.v1);
const v010 = deploy(chain, wasm.v010);

const operator = encodeBech32("secretvaloper", a.raw);
const amount = { denom: "uscrt", amount: "17" };
const send = (message: object, to = v1) => to.try({ message: { message } }).result;
const at = "failed to execute message; message index: 0: dispatch: submessages: ";

/** The module's own error, so the message has reached it. */
const refused = (codespace: string, code: number, log: string) => ({ codespace, code, log: `${at}${log}` });
const noValidator = refused("staking", 3, "validator does not exist");

describe("a contract's message becomes the module's", () => {
  it.each([
    ["staking", "delegate", { validator: operator, amount }, noValidator],
    ["staking", "undelegate", { validator: operator, amount }, noValidator],
    ["staking", "redelegate", { src_validator: operator, dst_validator: operator, amount }, noValidator],
    ["distribution", "set_withdraw_address", { address: a.address }, { code: 0 }],
    ["distribution", "withdraw_delegator_reward", { validator: operator }, noValidator],
    ["gov", "vote", { proposal_id: 7, vote: "no_with_veto" }, refused("gov", 3, "7: inactive proposal")],
  ])("%s.%s", (module, name, fields, expected) => {
    expect(send({ [module]: { [name]: fields } })).toMatchObject(expected);
  });

  it.each([
    ["staking", "delegate", { validator: operator, amount }, noValidator],
    ["staking", "withdraw", { validator: operator }, noValidator],
    ["gov", "vote", { proposal: 7, vote_option: "No" }, refused("gov", 3, "7: inactive proposal")],
  ])("%s.%s of a v0.10 contract", (module, name, fields, expected) => {
    expect(send({ [module]: { [name]: fields } }, v010)).toMatchObject(expected);
  });
});

describe("a fault is refused before the module sees it", () => {
  const invalid = (text: string) => ({ codespace: "sdk", code: 7, log: `${at}${text}: invalid address` });

  it("an operator's address", () => {
    expect(send({ staking: { delegate: { validator: a.address, amount } } })).toMatchObject(invalid(a.address));
    const moved = { src_validator: operator, dst_validator: "", amount };
    expect(send({ staking: { redelegate: moved } })).toMatchObject(invalid(""));
    const rewards = { validator: operator, recipient: "nobody" };
    expect(send({ staking: { withdraw: rewards } }, v010)).toMatchObject(invalid("nobody"));
  });

  it("an amount", () => {
    const most = { denom: "uscrt", amount: "340282366920938463463374607431768211455" };
    expect(send({ staking: { delegate: { validator: operator, amount: most } } })).toMatchObject(noValidator);
  });
});

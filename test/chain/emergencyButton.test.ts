// SPDX-License-Identifier: Apache-2.0
/** The switch of IBC packets: its pauser toggles it, and governance names the pauser. */
import { formatAddress } from "@sotto/address";
import { secretChain } from "@sotto/app";
import { type Account, pack } from "@sotto/contract-test/parts";
import { MsgToggleIbcSwitchSchema, MsgUpdateParamsSchema, Query } from "@sotto/proto/secret.emergencybutton.v1beta1";
import { afterAll, expect, it } from "vitest";
import { actingGovernance, GOV } from "../support/acting.ts";
import { exportedGenesis } from "../support/exported.ts";
import { stakedGenesis } from "../support/staked.ts";
import { a, b, TestChain } from "../support/testChain.ts";

const { definition, passed } = actingGovernance(secretChain);
const chain = new TestChain({ definition, appState: stakedGenesis() });
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
const toggle = (by: Account) => chain.run(by, pack(MsgToggleIbcSwitchSchema, { sender: by.address }));
const status = () => chain.ask(Query.method.params, {}).params?.switchStatus;
const setParams = (params: { switchStatus: string; pauserAddress: string }, authority = formatAddress(GOV)) =>
  pack(MsgUpdateParamsSchema, { authority, params });

it("is on by default, and nobody toggles it", () => {
  expect(status()).toBe("on");
  expect(toggle(a)).toMatchObject({
    codespace: "emergencybutton",
    code: 3,
    log: `${at}no address is currently approved to toggle emergency button: emergency button toggle failed`,
  });
});

it("only the pauser that governance names toggles it, off and on", () => {
  expect(chain.run(a, setParams({ switchStatus: "off", pauserAddress: a.address }, a.address))).toMatchObject({
    codespace: "gov",
    code: 13,
  });
  passed.push(setParams({ switchStatus: "on", pauserAddress: a.address }));
  chain.block();
  expect(toggle(b)).toMatchObject({
    codespace: "emergencybutton",
    code: 2,
    log: `${at}this address is not allowed to toggle emergency button: emergency button toggle failed`,
  });
  expect(toggle(a)).toMatchObject({ code: 0 });
  expect(status()).toBe("off");
  expect(toggle(a)).toMatchObject({ code: 0 });
  expect(status()).toBe("on");
});

it("its genesis goes both ways, and a pauser that is no address is refused", () => {
  const params = { switch_status: "off", pauser_address: a.address };
  const second = new TestChain({
    definition: secretChain,
    appState: stakedGenesis({ emergencybutton: { params } }),
  });
  expect(JSON.parse(exportedGenesis(second.queries).get("emergencybutton") as string)).toEqual({ params });
  second.close();
  const faulty = stakedGenesis({ emergencybutton: { params: { pauser_address: "nobody" } } });
  expect(() => new TestChain({ definition: secretChain, appState: faulty })).toThrow(
    "genesis of emergencybutton: decoding bech32 failed: invalid bech32 string length 6",
  );
});

// SPDX-License-Identifier: Apache-2.0
/**
 * Messages that the genesis disabled, and the gas of the chain's own accesses around a contract
 * message.
 */
import { fromUtf8, toHex } from "@sotto/bytes";
import { pack, succeeded } from "@sotto/contract-test/parts";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { deploy, instantiate } from "../support/contract.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";
import { traceCharges } from "./chargeTrace.ts";

const SEND = "/cosmos.bank.v1beta1.MsgSend";
const EXECUTE = "/secret.compute.v1beta1.MsgExecuteContract";
const amount = [{ denom: "uscrt", amount: "5" }];

describe("a disabled message", () => {
  const chain = new TestChain({ disabledTypes: [SEND] });
  afterAll(() => chain.close());

  it("is refused by the ante chain, and no fee is paid", () => {
    const before = chain.balance(a.address);
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount });
    const refused = { code: 1, codespace: "undefined", log: "tx type not allowed" };
    expect(chain.run(a, send)).toMatchObject(refused);
    expect(chain.check.check(chain.tx(a, [send]), "check")).toMatchObject(refused);
    expect(chain.balance(a.address)).toBe(before);
  });

  it("does not affect other messages", () => {
    const coins = amount;
    const inputs = [{ address: a.address, coins }];
    const many = pack(MsgMultiSendSchema, { inputs, outputs: [{ address: b.address, coins }] });
    succeeded(chain.run(a, many));
  });

  it("does not run when a contract sends it either", () => {
    const probe = deploy(chain, wasm.v1);
    probe.execute({ noop: {} }, { funds: amount });
    const { result } = probe.try({ send: { to: b.address, amount, sub: null } });
    expect(result).toMatchObject({ code: 1, codespace: "undefined" });
    expect(result.log).toBe(
      `failed to execute message; message index: 0: dispatch: submessages: circuit breaker disables execution of this message: ${SEND}`,
    );
  });
});

it("a contract's message reads the circuit breaker as often as in the reference, and the account of its sender", () => {
  const chain = new TestChain();
  onTestFinished(() => chain.close());
  const parent = deploy(chain, wasm.v1);
  const child = instantiate(chain, parent.codeId, wasm.v1, { ops: [] });
  onTestFinished(() => {
    vi.restoreAllMocks();
  });
  const trace = traceCharges();
  const call = { contract: child.address, code_hash: child.codeHash, msg: JSON.stringify({ noop: {} }), funds: [] };
  parent.execute({ batch: { ops: [{ call }] } });
  const [lines = []] = trace.take();
  // The ante chain, the router, and the router again for the contract's own message.
  const asked = `100 has 02${toHex(fromUtf8(EXECUTE))}`;
  expect(lines.filter((line) => line === asked).length).toBe(3);
  // Only the transaction's own message has a signature, so only its sender's account is read,
  // before the contract is looked up.
  const account = new RegExp(`^[0-9]+ get 01${toHex(a.raw)}$`);
  const loads = lines.flatMap((line, i) => (line.startsWith("20000 Loading") ? [i] : []));
  expect(loads.map((i) => account.test(lines[i + 1] ?? ""))).toEqual([true, false]);
});

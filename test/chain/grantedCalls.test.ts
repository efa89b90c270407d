// SPDX-License-Identifier: Apache-2.0
/** Contracts that send messages inside of other messages. */
import { create } from "@bufbuild/protobuf";
import { secretChain } from "@sotto/app";
import { toBase64 } from "@sotto/bytes";
import { encode, packAny } from "@sotto/codec";
import { type Packed, pack, succeeded } from "@sotto/contract-test/parts";
import { GenericAuthorizationSchema, MsgExecSchema, MsgGrantSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { EquivocationSchema, MsgSubmitEvidenceSchema } from "@sotto/proto/cosmos.evidence.v1beta1";
import { afterAll, beforeAll, expect, it } from "vitest";
import { deploy, instantiate } from "../support/contract.ts";
import { batch, get, set, sub } from "../support/probe.ts";
import { stakedGenesis } from "../support/staked.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain({ definition: secretChain, appState: stakedGenesis() });
afterAll(() => chain.close());
const from = deploy(chain, wasm.v1);
const target = instantiate(chain, from.codeId, wasm.v1, { ops: [] });

/** A message of any type, as a contract sends it. */
const stargate = ({ typeUrl, value }: Packed) => ({ stargate: { type_url: typeUrl, value: toBase64(value) } });
const execution = (...msgs: Packed[]) => pack(MsgExecSchema, { grantee: from.address, msgs });
const grant = (msg: string) =>
  pack(MsgGrantSchema, {
    granter: a.address,
    grantee: from.address,
    grant: { authorization: packAny(GenericAuthorizationSchema, create(GenericAuthorizationSchema, { msg })) },
  });

beforeAll(() => {
  for (const type of ["/secret.compute.v1beta1.MsgExecuteContract", `/${MsgSendSchema.typeName}`]) {
    succeeded(chain.run(a, grant(type)));
  }
});

it("a contract sends the messages that the signer granted to it", () => {
  const before = chain.balance(b.address);
  const amount = [{ denom: "uscrt", amount: "7" }];
  const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount });
  from.execute({ message: { message: stargate(execution(send)) } });
  expect(chain.balance(b.address)).toBe(before + 7n);
});

it("but calls no contract in the name of the signer, whose message the enclave has taken already", () => {
  const call = target.message(a, set("called", "yes")).packed;
  const message = stargate(execution(call));
  expect(from.try({ message: { message } }).result).toMatchObject({
    codespace: "compute",
    code: 3,
    log: expect.stringContaining("Execution error: Enclave: failed to validate transaction: execute contract failed"),
  });
  // The contract may go on, and so does the chain.
  from.execute(batch({ message: { message, sub: sub("error") } }, set("went on", "yes")));
  expect(get(from, "went on")).toBe("yes");
  expect(get(target, "called")).not.toBe("yes");
  target.execute(set("called", "later"));
  expect(get(target, "called")).toBe("later");
});

it("a panic of a message ends the transaction: its sender gets no reply", () => {
  const consensusAddress = "secretvalcons1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq0etvtq";
  const equivocation = { height: 1n, time: { seconds: 1n, nanos: 0 }, power: 1n, consensusAddress };
  const evidence = packAny(EquivocationSchema, create(EquivocationSchema, equivocation));
  const submit = create(MsgSubmitEvidenceSchema, { submitter: from.address, evidence });
  const packed = { typeUrl: `/${MsgSubmitEvidenceSchema.typeName}`, value: encode(MsgSubmitEvidenceSchema, submit) };
  const { result } = from.try({ message: { message: stargate(packed), sub: sub("always") } });
  expect(result).toMatchObject({
    codespace: "undefined",
    code: 111_222,
    log: "recovered: runtime error: invalid memory address or nil pointer dereference: panic",
  });
});

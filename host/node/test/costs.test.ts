// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { encode } from "@sotto/codec";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { SimulateRequestSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema, QuerySecretContractRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import { encodeTxRaw } from "@sotto/tx";
import { expect, test } from "vitest";
import { queryCost, simulationCost } from "../src/costs.ts";

const EMPTY = new Uint8Array(0);
const SMART = "/secret.compute.v1beta1.Query/QuerySecretContract";
const SIMULATE = "/cosmos.tx.v1beta1.Service/Simulate";
const contract = new Uint8Array(20).fill(7);
const address = formatAddress(contract);

const txOf = (typeUrl: string, value: Uint8Array): Uint8Array => {
  const body = encode(TxBodySchema, create(TxBodySchema, { messages: [{ typeUrl, value }] }));
  return encodeTxRaw({ bodyBytes: body, authInfoBytes: EMPTY, signatures: [] });
};
const execute = txOf(
  "/secret.compute.v1beta1.MsgExecuteContract",
  encode(MsgExecuteContractSchema, create(MsgExecuteContractSchema, { contract, msg: EMPTY })),
);

const ofName = (by: string) => ({
  first: { weight: "costly", by },
  whole: { weight: "costly", by },
  trialGas: 100_000,
});

test("a contract's queries and the simulations of calls to it are of one name", () => {
  const query = create(QuerySecretContractRequestSchema, { contractAddress: address, query: EMPTY });
  const cost = ofName(address);
  expect(queryCost(SMART, encode(QuerySecretContractRequestSchema, query))).toEqual(cost);
  query.contractAddress = address.toUpperCase();
  expect(queryCost(SMART, encode(QuerySecretContractRequestSchema, query))).toEqual(cost);
  expect(simulationCost(execute)).toEqual(cost);
  const request = encode(SimulateRequestSchema, create(SimulateRequestSchema, { txBytes: execute }));
  expect(queryCost(SIMULATE, request)).toEqual(cost);
  for (const path of ["/app/simulate", "app/simulate", "/app/simulate/anything"])
    expect(queryCost(path, execute)).toEqual(cost);
});

test("other simulations are of the name of their first message", () => {
  const send = txOf("/cosmos.bank.v1beta1.MsgSend", encode(MsgSendSchema, create(MsgSendSchema, {})));
  expect(simulationCost(send)).toEqual(ofName("/cosmos.bank.v1beta1.MsgSend"));
});

test("what cannot be read is of one name, and still costly", () => {
  const unreadable = ofName("");
  const bytes = Uint8Array.of(255, 255, 255);
  for (const path of [SMART, SIMULATE])
    for (const one of [bytes, EMPTY]) expect(queryCost(path, one)).toEqual(unreadable);
  expect(simulationCost(bytes)).toEqual(unreadable);
  expect(simulationCost(encodeTxRaw({ bodyBytes: EMPTY, authInfoBytes: EMPTY, signatures: [] }))).toEqual(unreadable);
});

test("the analysis of a code is costly, whatever its gas", () => {
  const path = "/secret.compute.v1beta1.Query/AnalyzeCode";
  expect(queryCost(path, EMPTY)).toEqual(ofName(path));
});

test("all other queries are cheap first, then of their path", () => {
  for (const path of ["/cosmos.bank.v1beta1.Query/Balance", "/store/bank/key", "", SMART.toLowerCase()])
    expect(queryCost(path, EMPTY)).toEqual({
      first: { weight: "cheap" },
      whole: { weight: "costly", by: path },
      trialGas: 1_000_000,
    });
});

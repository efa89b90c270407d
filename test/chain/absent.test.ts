// SPDX-License-Identifier: Apache-2.0
/** Queries of objects that do not exist. */
import { ChainError } from "@sotto/errors";
import { Query } from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, expect, it } from "vitest";
import { b, TestChain } from "../support/testChain.ts";

const chain = new TestChain();
afterAll(() => chain.close());

const thrown = (run: () => unknown): ChainError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("did not throw");
};

it("fail with the reference's errors", () => {
  const code = (run: () => unknown) => thrown(run);
  expect(code(() => chain.ask(Query.method.code, { codeId: 0n }))).toMatchObject({
    codespace: "compute",
    code: 13,
    message: "code id: invalid",
  });
  expect(code(() => chain.ask(Query.method.code, { codeId: 77n }))).toMatchObject({
    codespace: "compute",
    code: 9,
    message: "not found",
  });
  expect(code(() => chain.ask(Query.method.contractsByCodeId, { codeId: 77n }))).toMatchObject({
    codespace: "compute",
    code: 9,
    message: "not found",
  });
  for (const codeId of [0n, 77n]) {
    expect(code(() => chain.ask(Query.method.codeHashByCodeId, { codeId }))).toMatchObject({
      codespace: "undefined",
      code: 1,
      message: `failed to get code info for code id ${codeId}`,
    });
  }
  for (const method of ["contractInfo", "codeHashByContractAddress", "labelByAddress"] as const) {
    const ask = (contractAddress: string) => code(() => chain.ask(Query.method[method], { contractAddress }));
    expect(ask(b.address)).toMatchObject({ codespace: "compute", code: 9, message: "not found" });
    expect(ask("x")).toMatchObject({
      codespace: "undefined",
      code: 1,
      message: "decoding bech32 failed: invalid bech32 string length 1",
    });
  }
  expect(code(() => chain.ask(Query.method.addressByLabel, { label: "nothing" }))).toMatchObject({
    codespace: "sdk",
    code: 9,
    message: "nothing: unknown address",
  });
  for (const [method, what] of [
    ["authorizedMigration", "migration"],
    ["authorizedAdminUpdate", "admin update"],
  ] as const) {
    const ask = (contractAddress: string) =>
      code(() => chain.ask(Query.method[method], { contractAddress })).message.replace(/^rpc error: code = /, "");
    expect(ask(b.address)).toBe(`NotFound desc = no authorized ${what} found for the given contract address`);
    expect(ask("")).toBe("InvalidArgument desc = contract address cannot be empty");
    expect(ask("x")).toBe("InvalidArgument desc = invalid contract address");
  }
  const analyze = (codeHash: Uint8Array) => code(() => chain.ask(Query.method.analyzeCode, { codeHash }));
  expect(analyze(new Uint8Array(0))).toMatchObject({ codespace: "grpc", code: 3 });
  expect(analyze(new Uint8Array(32))).toMatchObject({ codespace: "grpc", code: 13 });
});

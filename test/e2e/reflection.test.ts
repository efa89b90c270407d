// SPDX-License-Identifier: Apache-2.0
/** gRPC server reflection of a node as people start it. */

import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { Client, credentials } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { removeAll, TestNode } from "./node.ts";
import { filesOf, reflect, typesOf, VERSIONS } from "./reflection.ts";

let node: TestNode;

beforeAll(async () => {
  node = await TestNode.start({ flags: ["--block-time=100ms"] });
});
afterAll(removeAll);

const notFound = { case: "errorResponse", value: { errorCode: 5, errorMessage: "proto: not found" } };

describe.each(VERSIONS)("%s", (version) => {
  const ask = (...asked: Parameters<typeof reflect>[2]) => reflect(node.ports.grpc, version, asked);
  const symbol = (value: string) => ({ case: "fileContainingSymbol", value }) as const;

  async function services(): Promise<string[]> {
    const [answer] = await ask({ case: "listServices", value: "*" });
    if (answer?.messageResponse.case !== "listServicesResponse") throw new Error("no list of services");
    return answer.messageResponse.value.service.map(({ name }) => name);
  }

  test("lists every service that answers, in order", async () => {
    const names = await services();
    expect(names).toEqual([...names].sort());
    for (const name of ["cosmos.bank.v1beta1.Query", "secret.compute.v1beta1.Query", "cosmos.tx.v1beta1.Service"]) {
      expect(names).toContain(name);
    }
    expect(names.filter((name) => name.startsWith("grpc."))).toEqual([
      "grpc.health.v1.Health",
      ...VERSIONS.map((each) => `${each}.ServerReflection`),
    ]);
  });

  test("describes every listed service with all that it needs, and each file once a stream", async () => {
    const names = await services();
    const answers = await ask(...names.map(symbol));
    const types = typesOf(answers);
    for (const name of names) expect(types.getService(name)?.methods.length).toBeGreaterThan(0);
    const files = answers.flatMap(filesOf);
    expect(new Set(files).size).toBe(files.length);
  });

  test("lets a client call a method that it did not know", async () => {
    const types = typesOf(await ask(symbol("cosmos.bank.v1beta1.Query")));
    const method = types.getService("cosmos.bank.v1beta1.Query")?.method["supplyOf"];
    if (method === undefined) throw new Error("SupplyOf is not described");
    const client = new Client(`127.0.0.1:${node.ports.grpc}`, credentials.createInsecure());
    const answer = await new Promise<unknown>((resolve, reject) =>
      client.makeUnaryRequest(
        "/cosmos.bank.v1beta1.Query/SupplyOf",
        (denom: string) =>
          Buffer.from(toBinary(method.input, create(method.input, { denom } as Record<string, unknown>))),
        (bytes: Buffer) => fromBinary(method.output, bytes),
        "uscrt",
        (error, value) => (error === null ? resolve(value) : reject(error)),
      ),
    );
    client.close();
    expect(answer).toMatchObject({ amount: { denom: "uscrt", amount: expect.stringMatching(/^[1-9][0-9]+$/) } });
  });

  test.each([
    ["a message", "cosmos.bank.v1beta1.MsgSend", "cosmos/bank/v1beta1/bank.proto"],
    ["a field", "cosmos.bank.v1beta1.MsgSend.from_address", "cosmos/bank/v1beta1/bank.proto"],
    ["a oneof", "cosmos.tx.v1beta1.ModeInfo.sum", "cosmos/tx/v1beta1/tx.proto"],
    ["a nested message", "cosmos.tx.v1beta1.ModeInfo.Single", "cosmos/tx/v1beta1/tx.proto"],
    ["an enum", "cosmos.tx.v1beta1.OrderBy", "cosmos/tx/v1beta1/tx.proto"],
    ["an enum's value", "cosmos.tx.signing.v1beta1.SIGN_MODE_DIRECT", "cosmos/tx/signing/v1beta1/signing.proto"],
    ["an extension", "gogoproto.nullable", "gogoproto/gogoproto.proto"],
    ["a method", "secret.compute.v1beta1.Query.Codes", "secret/compute/v1beta1/compute.proto"],
    ["a well-known type", "google.protobuf.Any", "google/protobuf/any.proto"],
  ])("finds the file of %s", async (_, name, path) => {
    const [answer] = await ask(symbol(name));
    expect(answer === undefined ? undefined : filesOf(answer)[0]).toBe(path);
  });

  test("gives a file by name, and its imports once", async () => {
    const path = "cosmos/bank/v1beta1/bank.proto";
    const [first, second] = await ask({ case: "fileByFilename", value: path }, { case: "fileByFilename", value: path });
    if (first === undefined || second === undefined) throw new Error("not answered");
    expect(first).toMatchObject({ validHost: "here", originalRequest: { messageRequest: { value: path } } });
    expect(filesOf(first)[0]).toBe(path);
    expect(filesOf(first)).toContain("cosmos/base/v1beta1/base.proto");
    expect(filesOf(second)).toEqual([path]);
  });

  test("knows extensions", async () => {
    const containingType = "google.protobuf.MethodOptions";
    const [file, numbers, none] = await ask(
      { case: "fileContainingExtension", value: { containingType, extensionNumber: 72_295_728 } },
      { case: "allExtensionNumbersOfType", value: containingType },
      { case: "allExtensionNumbersOfType", value: "cosmos.bank.v1beta1.MsgSend" },
    );
    expect(file === undefined ? [] : filesOf(file)[0]).toBe("google/api/api.proto");
    if (numbers?.messageResponse.case !== "allExtensionNumbersResponse") throw new Error("no numbers");
    const { baseTypeName, extensionNumber } = numbers.messageResponse.value;
    expect(baseTypeName).toBe(containingType);
    expect(extensionNumber).toContain(72_295_728);
    expect(extensionNumber).toEqual([...extensionNumber].sort((a, b) => a - b));
    expect(none?.messageResponse).toMatchObject({
      case: "allExtensionNumbersResponse",
      value: { extensionNumber: [] },
    });
  });

  test("answers what it does not know and goes on", async () => {
    const answers = await ask(
      { case: "fileByFilename", value: "no/such.proto" },
      symbol("no.Such"),
      symbol("cosmos.bank.v1beta1"),
      symbol("cosmos.bank.v1beta1.MsgSend.nothing"),
      symbol(""),
      {
        case: "fileContainingExtension",
        value: { containingType: "google.protobuf.FieldOptions", extensionNumber: 1 },
      },
      { case: "allExtensionNumbersOfType", value: "no.Such" },
      { case: "listServices", value: "" },
    );
    for (const answer of answers.slice(0, -1)) expect(answer.messageResponse).toMatchObject(notFound);
    expect(answers.at(-1)?.messageResponse.case).toBe("listServicesResponse");
  });

  test("ends a stream that asks for nothing with a status", async () => {
    await expect(ask({ case: undefined })).rejects.toMatchObject({
      code: 3,
      details: "invalid MessageRequest: <nil>",
    });
  });
});

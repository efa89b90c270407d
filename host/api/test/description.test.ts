// SPDX-License-Identifier: Apache-2.0
/** The services with which generic clients learn the chain's types, methods and messages. */
import { create, type DescMethod, fromBinary, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { StatusError } from "@sotto/backend";
import { decode, encode } from "@sotto/codec";
import { Query as AutoCliQuery } from "@sotto/proto/cosmos.autocli.v1";
import { ReflectionService as InterfaceService } from "@sotto/proto/cosmos.base.reflection.v1beta1";
import { ReflectionService as AppService } from "@sotto/proto/cosmos.base.reflection.v2alpha1";
import { ReflectionService as FileService } from "@sotto/proto/cosmos.reflection.v1";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openNode, type TestNode, textOf } from "../../../test/support/node.ts";
import { createRest, createRoutes, type GrpcMethod, grpcMethods } from "../src/index.ts";

let node: TestNode;
let methods: ReadonlyMap<string, GrpcMethod>;
beforeAll(() => {
  node = openNode();
  methods = new Map(grpcMethods(node.backend, createRoutes(node.backend)).map((each) => [each.path, each]));
  node.produce([]);
});
afterAll(() => node.close());

async function bytesOf<M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>): Promise<Uint8Array> {
  const found = methods.get(`/${method.parent.typeName}/${method.name}`);
  if (found === undefined) throw new Error(`no method ${method.name}`);
  const { value } = await found.call(encode(method.input, create(method.input, request)), undefined);
  return value;
}
const ask = async <M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>) =>
  // The method's own schema decodes the bytes.
  decode(method.output, await bytesOf(method, request)) as MessageShape<M["output"]>;

it("all files, with the options of other packages", async () => {
  const { file } = fromBinary(FileDescriptorSetSchema, await bytesOf(FileService.method.fileDescriptors, {}));
  const bank = file.find(({ package: name }) => name === "cosmos.bank.v1beta1");
  const send = bank?.messageType.find(({ name }) => name === "MsgSend");
  // cosmos.msg.v1.signer
  expect(send?.options?.$unknown?.some(({ no }) => no === 11110000)).toBe(true);
  expect(file.length).toBeGreaterThan(60);
});

it("interfaces and the types behind them, sorted", async () => {
  const { interfaceNames } = await ask(InterfaceService.method.listAllInterfaces, {});
  expect(interfaceNames).toContain("cosmos.auth.v1beta1.AccountI");
  expect([...interfaceNames].sort()).toEqual(interfaceNames);
  const implementations = (interfaceName: string) =>
    ask(InterfaceService.method.listImplementations, { interfaceName }).then((list) => list.implementationMessageNames);
  expect(await implementations("cosmos.crypto.PubKey")).toEqual([
    "/cosmos.auth.v1beta1.ModuleCredential",
    "/cosmos.crypto.ed25519.PubKey",
    "/cosmos.crypto.multisig.LegacyAminoPubKey",
    "/cosmos.crypto.secp256k1.PubKey",
    "/cosmos.crypto.secp256r1.PubKey",
  ]);
  expect(await implementations("nothing")).toEqual([]);
  await expect(implementations("")).rejects.toThrow(StatusError);
});

it("the application: chain, prefix, modes of signing, services with paths, messages", async () => {
  const { chain } = await ask(AppService.method.getChainDescriptor, {});
  expect(chain?.id).toBe(node.backend.info.network);
  const { config } = await ask(AppService.method.getConfigurationDescriptor, {});
  expect(config?.bech32AccountAddressPrefix).toBe("secret");
  const { authn } = await ask(AppService.method.getAuthnDescriptor, {});
  expect(authn?.signModes.map(({ name, number }) => `${name} ${number}`)).toContain("SIGN_MODE_EIP_191 191");
  const { queries } = await ask(AppService.method.getQueryServicesDescriptor, {});
  const paths = (queries?.queryServices ?? []).flatMap((service) => service.methods.map((each) => each.fullQueryPath));
  expect(paths.sort()).toEqual([...methods.keys()].filter((path) => !path.startsWith("/grpc.")).sort());
  const { tx } = await ask(AppService.method.getTxDescriptor, {});
  expect(tx?.msgs.map(({ msgTypeUrl }) => msgTypeUrl)).toContain("/cosmos.bank.v1beta1.MsgSend");
  const { codec } = await ask(AppService.method.getCodecDescriptor, {});
  const accounts = codec?.interfaces.find(({ fullname }) => fullname === "cosmos.auth.v1beta1.AccountI");
  expect(accounts?.interfaceImplementers.map(({ fullname }) => fullname)).toContain("cosmos.auth.v1beta1.BaseAccount");
});

it("the services of each module for command lines", async () => {
  const { moduleOptions } = await ask(AutoCliQuery.method.appOptions, {});
  expect(moduleOptions["bank"]?.query?.service).toBe("cosmos.bank.v1beta1.Query");
  expect(moduleOptions["bank"]?.tx?.service).toBe("cosmos.bank.v1beta1.Msg");
  expect(moduleOptions["register"]?.query?.service).toBe("secret.registration.v1beta1.Query");
  expect(moduleOptions["compute"]?.tx?.service).toBe("secret.compute.v1beta1.Msg");
});

it("over REST, where the services have paths", async () => {
  const rest = createRest(node.backend, createRoutes(node.backend));
  const get = async (url: string) => {
    const { status, body } = await rest({ method: "GET", url, headers: {}, body: new Uint8Array(0) });
    return { status, json: JSON.parse(textOf(body)) };
  };
  expect((await get("/cosmos/base/reflection/v1beta1/app_descriptor/chain")).json).toEqual({
    chain: { id: node.backend.info.network },
  });
  const { json } = await get("/cosmos/base/reflection/v1beta1/interfaces/cosmos.crypto.PubKey/implementations");
  expect(json.implementation_message_names).toHaveLength(5);
});

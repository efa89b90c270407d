// SPDX-License-Identifier: Apache-2.0
/**
 * The services with which generic clients learn the chain's types and messages: cosmos.reflection,
 * cosmos.base.reflection and cosmos.autocli. The reference answers most of their lists in the
 * random order of Go's maps; here they are sorted.
 */
import { prefix } from "@sotto/address";
import { type ApiBackend, type ApiRoute, Code, StatusError, serviceRoutes } from "@sotto/backend";
import { concat, join } from "@sotto/bytes";
import { compareText, encodeFileDescriptor } from "@sotto/codec";
import { Query as AutoCliQuery } from "@sotto/proto/cosmos.autocli.v1";
import { ReflectionService as InterfaceService } from "@sotto/proto/cosmos.base.reflection.v1beta1";
import { ReflectionService as AppService } from "@sotto/proto/cosmos.base.reflection.v2alpha1";
import { ReflectionService as FileService } from "@sotto/proto/cosmos.reflection.v1";
import { SignMode } from "@sotto/proto/cosmos.tx.signing.v1beta1";
import { TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { implementations, messageServices } from "@sotto/proto/types";

/** The interface of messages in the SDK's registry (types/tx_msg.go). */
const MESSAGE = "cosmos.base.v1beta1.Msg";

const MODES = (["DIRECT", "TEXTUAL", "DIRECT_AUX", "LEGACY_AMINO_JSON", "EIP_191"] as const).map((name) => ({
  name: `SIGN_MODE_${name}`,
  number: SignMode[name],
}));

const sorted = (names: Iterable<string>): string[] => [...names].sort(compareText);

const typeUrlsOf = (interfaceName: string): string[] =>
  sorted(implementations[interfaceName] ?? []).map((name) => `/${name}`);

/** `cosmos.bank.v1beta1.Query` to `cosmos.bank.v1beta1` */
const packageOf = (service: string): string => service.slice(0, service.lastIndexOf("."));

/** Field number 1 with a length (protobuf, encoding). */
const FILE_TAG = 0x0a;

/** Base 128, seven bits a byte, the low ones first (protobuf, encoding). */
function varint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  return Uint8Array.of(...out, rest);
}

/**
 * Memory: the answer is made at the first request, because no other part of the node loads all
 * files.
 */
let allFiles: Promise<Uint8Array> | undefined;

async function encodeAllFiles(): Promise<Uint8Array> {
  const { files } = await import("@sotto/proto/files");
  const encoded = files.map((file) => encodeFileDescriptor(file));
  return join(encoded.map((file) => concat(Uint8Array.of(FILE_TAG), varint(file.length), file)));
}

/** cosmos.reflection.v1: the descriptors of all files (SDK runtime/services/reflection.go). */
const fileRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, FileService, { fileDescriptors: async () => ({}) }).map((route) => ({
    ...route,
    // `encode` would lose the options of other packages.
    async call(_request, height) {
      allFiles ??= encodeAllFiles();
      return { value: await allFiles, height: height === 0 ? backend.latestHeight() : height };
    },
  }));

/** cosmos.base.reflection.v1beta1 (SDK client/grpc/reflection). */
const interfaceRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, InterfaceService, {
    listAllInterfaces: async () => ({ interfaceNames: sorted(Object.keys(implementations)) }),
    async listImplementations({ interfaceName }) {
      if (interfaceName === "") throw new StatusError(Code.invalidArgument, "invalid interface name");
      return { implementationMessageNames: typeUrlsOf(interfaceName) };
    },
  });

const codec = () => ({
  interfaces: sorted(Object.keys(implementations)).map((fullname) => ({
    fullname,
    interfaceImplementers: typeUrlsOf(fullname).map((typeUrl) => ({ fullname: typeUrl.slice(1), typeUrl })),
  })),
});

/** The services behind some routes, with their methods. */
function servicesOf(routes: readonly ApiRoute[]) {
  const services = new Map<string, { readonly name: string; readonly fullQueryPath: string }[]>();
  for (const { path, method } of routes) {
    const { typeName } = method.parent;
    const methods = services.get(typeName) ?? [];
    methods.push({ name: method.name, fullQueryPath: path });
    services.set(typeName, methods);
  }
  return sorted(services.keys()).map((fullname) => ({ fullname, methods: services.get(fullname) ?? [] }));
}

/** cosmos.base.reflection.v2alpha1 (SDK server/grpc/reflection/v2alpha1). */
const appRoutes = (backend: ApiBackend, routes: () => readonly ApiRoute[]): ApiRoute[] =>
  serviceRoutes(backend, AppService, {
    getAuthnDescriptor: async () => ({ authn: { signModes: MODES } }),
    getChainDescriptor: async () => ({ chain: { id: backend.info.network } }),
    getCodecDescriptor: async () => ({ codec: codec() }),
    getConfigurationDescriptor: async () => ({ config: { bech32AccountAddressPrefix: prefix.account } }),
    getQueryServicesDescriptor: async () => ({ queries: { queryServices: servicesOf(routes()) } }),
    getTxDescriptor: async () => ({
      tx: { fullname: TxSchema.typeName, msgs: typeUrlsOf(MESSAGE).map((msgTypeUrl) => ({ msgTypeUrl })) },
    }),
  });

/** Modules that have another name than their package. */
const MODULE_NAMES: Readonly<Partial<Record<string, string>>> = { registration: "register" };

/** `cosmos.bank.v1beta1` to `bank`: the part before the version. */
const moduleOf = (name: string): string => {
  const last =
    name
      .split(".")
      .filter((part) => !/^v[0-9]+/.test(part))
      .at(-1) ?? name;
  return MODULE_NAMES[last] ?? last;
};

/**
 * The services of each module of the chain (SDK runtime/services/autocli.go, for modules without
 * options of their own). Of two versions of a service the later one counts.
 */
function moduleOptions(backend: ApiBackend) {
  const options: Record<string, { query?: { service: string }; tx?: { service: string } }> = {};
  const queries = sorted(new Set(backend.routes.map(({ method }) => method.parent.typeName))).reverse();
  for (const service of queries) {
    const name = packageOf(service);
    const messages = `${name}.Msg`;
    const tx = messageServices[messages] === undefined ? {} : { tx: { service: messages } };
    options[moduleOf(name)] = { query: { service }, ...tx };
  }
  return options;
}

const cliRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, AutoCliQuery, { appOptions: async () => ({ moduleOptions: moduleOptions(backend) }) });

/** `routes`: all routes of the node, these included. */
export const descriptionRoutes = (backend: ApiBackend, routes: () => readonly ApiRoute[]): ApiRoute[] => [
  ...fileRoutes(backend),
  ...interfaceRoutes(backend),
  ...appRoutes(backend, routes),
  ...cliRoutes(backend),
];

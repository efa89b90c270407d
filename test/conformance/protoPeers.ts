// SPDX-License-Identifier: Apache-2.0
/** Every message codec and enum that cosmjs-types and secretjs carry, by full protobuf name. */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface PeerCodec {
  encode(message: unknown): { finish(): Uint8Array };
  decode(bytes: Uint8Array): unknown;
  toJSON(message: unknown): Record<string, unknown>;
  fromJSON(json: unknown): unknown;
}
export interface Peer {
  readonly name: string;
  readonly messages: ReadonlyMap<string, PeerCodec>;
  readonly enums: ReadonlyMap<string, Record<string, number | string>>;
  /** Names of the methods of a service, from its client. */
  readonly services: ReadonlyMap<string, readonly string[]>;
}

const require = createRequire(import.meta.url);

const isCodec = (value: unknown): value is PeerCodec =>
  typeof value === "object" && value !== null && "encode" in value && "decode" in value && "toJSON" in value;
const isEnum = (value: unknown): value is Record<string, number | string> =>
  typeof value === "object" && value !== null && "UNRECOGNIZED" in value;

function load(name: string, root: string): Peer {
  const messages = new Map<string, PeerCodec>();
  const enums = new Map<string, Record<string, number | string>>();
  const services = new Map<string, string[]>();
  for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".js") || file.endsWith(".amino.js") || file.includes(".rpc.")) continue;
    const module: Record<string, unknown> = require(join(root, file));
    const pkg = module.protobufPackage;
    if (typeof pkg !== "string") continue;
    for (const [key, value] of Object.entries(module)) {
      const full = `${pkg}.${key.replaceAll("_", ".")}`;
      if (isCodec(value)) messages.set(full, value);
      else if (isEnum(value)) enums.set(full, value);
      else if (typeof value === "function" && key.endsWith("ClientImpl")) {
        const methods = Object.getOwnPropertyNames(value.prototype).filter((one) => one !== "constructor");
        services.set(`${pkg}.${key.slice(0, -"ClientImpl".length)}`, methods);
      }
    }
  }
  return { name, messages, enums, services };
}

export const secretjsRoot = dirname(require.resolve("secretjs"));
export const cosmjs: Peer = load("cosmjs-types", dirname(require.resolve("cosmjs-types/package.json")));
export const secretjs: Peer = load("secretjs", join(secretjsRoot, "protobuf"));

// SPDX-License-Identifier: Apache-2.0
/**
 * Compares the generated code with the codecs that clients use: cosmjs-types 0.10.1 (public SDK
 * level) and secretjs 1.22.1 (the Secret fork). Each side reads random messages of the other;
 * bytes, JSON names, enums, methods and REST routes must agree.
 */
import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { type DescMessage, equals, fromBinary, getOption, hasOption, toBinary, toJson } from "@bufbuild/protobuf";
import { files } from "@sotto/proto/files";
import { http } from "@sotto/proto/google.api";
import { describe, expect, it } from "vitest";
import { SEED } from "../../tools/tests/seed.mjs";
import { cosmjs, type Peer, secretjs, secretjsRoot } from "./protoPeers.ts";
import { randomMessage } from "./protoRandom.ts";

const ours = new Map<string, DescMessage>();
const collect = (desc: DescMessage): void => {
  ours.set(desc.typeName, desc);
  desc.nestedMessages.forEach(collect);
};
for (const file of files) file.messages.forEach(collect);
const packages = new Set(files.map((file) => file.proto.package));
const services = new Map(files.flatMap((file) => file.services.map((one) => [one.typeName, one] as const)));
const packageOf = (name: string): string =>
  [...packages].filter((one) => name.startsWith(`${one}.`)).sort((a, b) => b.length - a.length)[0] ?? "";

/**
 * Types that neither peer has. The facts check types of public packages; types of `secret.` are
 * written by hand.
 */
const NOWHERE = [
  /^capability\.v1\./,
  /^grpc\.(reflection|health)\./,
  /^secret\.compute\.v1beta1\.(Query(Authorized|Ecall|NetworkPubkey|EncryptedSeed|BlockTraces|MachineIDProof|AnalyzeCode)|QueryBlockCreateResults)/,
  /^secret\.compute\.v1beta1\.(StorageOp|Claim|CrossModuleOp|ExecutionTraceData|CreateResultData|UpdateAdminInfo)$/,
  /^secret\.compute\.v1beta1\.Msg(ContractGovernanceProposal|UpdateMachineWhitelist|UpdateMachineWhitelistProposal)(Response)?$/,
];
const reaches = (desc: DescMessage, wanted: (name: string) => boolean, seen = new Set<DescMessage>()): boolean => {
  if (seen.has(desc)) return false;
  seen.add(desc);
  return wanted(desc.typeName) || desc.fields.some((f) => f.message !== undefined && reaches(f.message, wanted, seen));
};

const ROUNDS = 6;
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/**
 * Types of a peer that the chain at this level does not have, or that no message of the chain can
 * hold.
 */
const EXTRA = new Set([
  "cosmos_proto.InterfaceDescriptor",
  "cosmos_proto.ScalarDescriptor",
  "google.api.Http",
  "google.api.HttpBody",
  // Fork only, field 15 of the header: see proto/README.md, "What is not here".
  "tendermint.types.EncryptedRandom",
  // State of a past migration.
  "secret.cron.v1.Schedule",
  "secret.cron.v1.MsgExecuteContract",
  "secret.cron.v1.ScheduleCount",
]);

/** The message is declared, but no service routes it (spec/modules.md 8.1). */
const UNROUTED = new Set(["secret.compute.v1beta1.Msg.MigrateContractProposal"]);

/** Types that a peer declares differently from the Go chain at this level, each checked by hand. */
const DIFFERENT: Record<string, ReadonlySet<string>> = {
  "cosmjs-types": new Set([
    "google.protobuf.FileDescriptorProto",
    // The fork has more fields; a newer ics23 has prehash_key_before_comparison.
    "cosmos.distribution.v1beta1.Params",
    "cosmos.ics23.v1.ProofSpec",
    // It decodes these parameters as those of ibc.core.client. secretjs decodes them correctly.
    "ibc.applications.transfer.v1.MsgUpdateParams",
    "ibc.core.channel.v1.MsgUpdateParams",
    "ibc.core.channel.v1.QueryChannelParamsResponse",
    "ibc.core.connection.v1.MsgUpdateParams",
    "ibc.core.connection.v1.QueryConnectionParamsResponse",
  ]),
  secretjs: new Set([
    "google.protobuf.FileDescriptorProto",
    // A field of Sotto: claims.
    "secret.compute.v1beta1.GenesisState",
    // Fields that were added later: optional, prehash_key_before_comparison, replace_machine_id.
    "cosmos.autocli.v1.PositionalArgDescriptor",
    "cosmos.ics23.v1.ProofSpec",
    "secret.registration.v1beta1.RaAuthenticate",
  ]),
};

function roundTrip(peer: Peer): string[] {
  const failed: string[] = [];
  for (const [name, desc] of ours) {
    const codec = peer.messages.get(name);
    if (codec === undefined || reaches(desc, (one) => DIFFERENT[peer.name]?.has(one) ?? false)) continue;
    for (let seed = SEED; seed < SEED + ROUNDS; seed++) {
      const message = randomMessage(desc, seed * 7919);
      const bytes = toBinary(desc, message);
      const back = Uint8Array.from(codec.encode(codec.decode(bytes)).finish());
      // ts-proto writes fields in the order of the declaration, so the order is not compared.
      const same = back.length === bytes.length && hex(toBinary(desc, fromBinary(desc, back))) === hex(bytes);
      if (!same || !equals(desc, fromBinary(desc, back), message)) failed.push(`${name}, seed ${seed}`);
    }
  }
  return failed;
}

describe.each([cosmjs, secretjs])("$name", (peer) => {
  it("encodes and decodes every common message to the same bytes", () => {
    expect(roundTrip(peer)).toEqual([]);
  });

  it("has the same enums", () => {
    let count = 0;
    for (const file of files) {
      for (const desc of [
        ...file.enums,
        ...[...ours.values()].filter((m) => m.file === file).flatMap((m) => m.nestedEnums),
      ]) {
        const theirs = peer.enums.get(desc.typeName);
        if (theirs === undefined) continue;
        count++;
        const values = Object.entries(theirs).filter(
          ([key, value]) => typeof value === "number" && key !== "UNRECOGNIZED",
        );
        const known = desc.values.map((v) => [v.name, v.number]);
        if (desc.typeName === "cosmos.ics23.v1.HashOp") {
          // Newer than the peers: new names exist, and KECCAK is now KECCAK256. Numbers that the
          // peers have stay.
          const numbers = desc.values.map((v) => v.number);
          expect(numbers).toEqual(expect.arrayContaining(values.map(([, number]) => number)));
        } else expect(Object.fromEntries(values), desc.typeName).toEqual(Object.fromEntries(known));
      }
    }
    expect(count).toBeGreaterThan(25);
  });

  it("has no message or service of the chain's packages that Sotto lacks", () => {
    const missing = [...peer.messages.keys()].filter(
      (name) => packages.has(packageOf(name)) && !ours.has(name) && !name.endsWith("Entry"),
    );
    expect(missing.filter((name) => !EXTRA.has(name))).toEqual([]);
    for (const [name, methods] of peer.services) {
      if (!packages.has(packageOf(name))) continue;
      const desc = services.get(name);
      const known = desc?.methods.map((one) => one.name) ?? [];
      expect(
        methods.filter((one) => !known.includes(one) && !UNROUTED.has(`${name}.${one}`)),
        name,
      ).toEqual([]);
    }
  });
});

describe("names", () => {
  it("every message of Sotto is in a peer or in the list", () => {
    const alone = [...ours.keys()].filter((name) => !cosmjs.messages.has(name) && !secretjs.messages.has(name));
    expect(alone.filter((name) => !NOWHERE.some((one) => one.test(name)))).toEqual([]);
    expect(NOWHERE.filter((one) => !alone.some((name) => one.test(name)))).toEqual([]);
  });

  it("JSON names are those of cosmjs-types, field names those of secretjs", () => {
    for (const [name, desc] of ours) {
      const message = randomMessage(desc, 99991);
      const bytes = toBinary(desc, message);
      const anyFree = !reaches(desc, (one) => one.startsWith("google.protobuf.") && one !== "google.protobuf.Empty");
      for (const [peer, useProtoFieldName] of [
        [cosmjs, false],
        [secretjs, true],
      ] as const) {
        const codec = peer.messages.get(name);
        if (codec === undefined || reaches(desc, (one) => DIFFERENT[peer.name]?.has(one) ?? false)) continue;
        const theirs = Object.keys(codec.toJSON(codec.decode(bytes)) ?? {}).sort();
        const set = desc.fields.filter((field) => message_has(message, field));
        const expected = set.map((field) => (useProtoFieldName ? field.name : field.jsonName)).sort();
        expect(
          theirs.filter((key) => expected.includes(key)),
          `${peer.name} ${name}`,
        ).toEqual(expected);
        if (anyFree)
          expect(Object.keys(toJson(desc, message, { useProtoFieldName }) as object).sort()).toEqual(expected);
      }
    }
  });
});

function message_has(message: object, field: DescMessage["fields"][number]): boolean {
  const record = message as Record<string, unknown>;
  if (field.oneof !== undefined) return (record[field.oneof.localName] as { case?: string }).case === field.localName;
  return record[field.localName] !== undefined;
}

describe("REST routes of secretjs", () => {
  const require = createRequire(import.meta.url);
  const root = join(secretjsRoot, "grpc_gateway");

  it("equal the first rule of the method of that name", async () => {
    const seen: string[] = [];
    const calls: { url: string; method: string }[] = [];
    const real = globalThis.fetch;
    globalThis.fetch = ((url: string, init: { method: string }) => {
      calls.push({ url, method: init.method });
      return Promise.resolve({ ok: true, json: () => Promise.resolve({}) });
    }) as never;
    try {
      for (const file of readdirSync(root, { recursive: true, encoding: "utf8" })) {
        if (!file.endsWith(".pb.js") || file === "fetch.pb.js") continue;
        const module: Record<string, unknown> = require(join(root, file));
        for (const [key, service] of Object.entries(module)) {
          const pkg = file.split("/").slice(0, -1).join(".").replace("ibc-apps.", "");
          const desc = services.get(`${pkg}.${key}`);
          if (typeof service !== "function" || desc === undefined) continue;
          for (const rpc of desc.methods) {
            const call = (service as unknown as Record<string, ((req: object) => Promise<unknown>) | undefined>)[
              rpc.name
            ];
            if (call === undefined) continue;
            const request = new Proxy({}, { get: (_, field) => `<${String(field)}>`, ownKeys: () => [] });
            await call.call(service, request);
            const { url, method } = calls.pop() as { url: string; method: string };
            const path = url.split("?")[0]?.replace("=**>", ">");
            const rule = getOption(rpc, http).pattern;
            const want = hasOption(rpc, http)
              ? `${rule.case} ${String(rule.value).replace(/\{([\w.]+)(=[^}]*)?\}/g, "<$1>")}`
              : `post /${desc.typeName}/${rpc.name}`;
            expect(`${method.toLowerCase()} ${path}`, `${desc.typeName}.${rpc.name}`).toBe(want);
            seen.push(`${desc.typeName}.${rpc.name}`);
          }
        }
      }
    } finally {
      globalThis.fetch = real;
    }
    for (const name of [
      "secret.compute.v1beta1.Query.QuerySecretContract",
      "secret.registration.v1beta1.Query.TxKey",
      "secret.cron.Query.Schedule",
    ]) {
      expect(seen).toContain(name);
    }
    expect(seen.length).toBeGreaterThan(200);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { createRegistry } from "@bufbuild/protobuf";
import { fromHex, toHex } from "@sotto/bytes";
import { ChainError } from "@sotto/errors";
import { files } from "@sotto/proto/files";
import { describe, expect, it } from "vitest";
import { aminoJson } from "../src/aminoJson.ts";
import { decode } from "../src/decode.ts";
import { encode } from "../src/encode.ts";
import { gatewayJson, gatewayJsonParts } from "../src/gatewayJson.ts";
import { parseGatewayJson } from "../src/parseGatewayJson.ts";

/**
 * The output of the public Go code for messages of every type. Made by tools/oracle, command
 * `messages`, seed 1.
 */
interface Entry {
  readonly type: string;
  readonly in: string;
  readonly out: string;
  readonly gateway_json?: string;
  readonly amino_json?: string;
  readonly out_error?: string;
  readonly gateway_json_error?: string;
  readonly amino_json_error?: string;
}

const KEYS = ["type", "in", "out", "gateway_json", "amino_json", "out_error", "gateway_json_error", "amino_json_error"];
const entries = JSON.parse(readFileSync(new URL("golden/messages.json", import.meta.url), "utf8")) as Entry[];
const registry = createRegistry(...files);

/**
 * Types whose descriptors here differ from the public Go module, or whose Go type checks more than
 * its bytes. secp256r1 keys: Go refuses a point that is not on the curve.
 */
const skipped = new Set([
  "packetforward.v1.GenesisState",
  "cosmos.crypto.secp256r1.PubKey",
  "cosmos.crypto.secp256r1.PrivKey",
]);
/** The Secret fork of the SDK (scrtlabs/cosmos-sdk) adds fields to the distribution parameters. */
const forked = new Set(
  ["GenesisState", "MsgUpdateParams", "Params", "QueryParamsResponse"].map(
    (name) => `cosmos.distribution.v1beta1.${name}`,
  ),
);

const REFUSED = "refused";
const attempt = (make: () => string): string => {
  try {
    return make();
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(ChainError);
    return REFUSED;
  }
};

describe("every message type of the public modules", () => {
  const used = entries.filter(({ type }) => !skipped.has(type) && !forked.has(type));
  const schemaOf = (type: string) => {
    const schema = registry.getMessage(type);
    if (schema === undefined) throw new Error(`${type} is not declared`);
    return schema;
  };
  const each = (run: (entry: Entry, schema: ReturnType<typeof schemaOf>) => void) => {
    for (const entry of used) run(entry, schemaOf(entry.type));
  };

  it("has entries that this test knows", () => {
    for (const entry of entries) expect(KEYS).toEqual(expect.arrayContaining(Object.keys(entry)));
    expect(used.length).toBeGreaterThan(1600);
    expect(used.filter((entry) => entry.amino_json !== undefined).length).toBeGreaterThan(1000);
  });

  it("encodes as gogoproto does", () => {
    each((entry, schema) => {
      const message = attempt(() => toHex(encode(schema, decode(schema, fromHex(entry.in) as Uint8Array, "reject"))));
      expect(message, entry.type).toBe(entry.out_error === undefined ? entry.out : REFUSED);
    });
  });

  it("prints the gateway's JSON", () => {
    each((entry, schema) => {
      if (entry.out_error !== undefined) return;
      const message = () => decode(schema, fromHex(entry.in) as Uint8Array);
      const whole = attempt(() => gatewayJson(schema, message(), registry));
      const parts = attempt(() => [...gatewayJsonParts(schema, message(), registry)].join(""));
      const expected = entry.gateway_json ?? REFUSED;
      expect([whole, parts], entry.type).toEqual([expected, expected]);
    });
  });

  it("reads the gateway's JSON back", () => {
    each((entry, schema) => {
      if (entry.gateway_json === undefined) return;
      const message = parseGatewayJson(schema, entry.gateway_json, registry);
      expect(toHex(encode(schema, message)), entry.type).toBe(entry.out);
    });
  });

  it("prints legacy amino JSON", () => {
    each((entry, schema) => {
      if (entry.amino_json === undefined && entry.amino_json_error === undefined) return;
      const json = attempt(() => aminoJson(schema, decode(schema, fromHex(entry.in) as Uint8Array), registry));
      expect(json, entry.type).toBe(entry.amino_json ?? REFUSED);
    });
  });
});

// SPDX-License-Identifier: Apache-2.0
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRegistry } from "@bufbuild/protobuf";
import { fromHex } from "@sotto/bytes";
import { WeightedVoteOptionSchema } from "@sotto/proto/cosmos.gov.v1";
import { files } from "@sotto/proto/files";
import { describe, expect, it } from "vitest";
import { decode } from "../src/decode.ts";
import { protoText } from "../src/protoText.ts";

const read = (name: string) => JSON.parse(readFileSync(new URL(`golden/${name}.json`, import.meta.url), "utf8"));
const entries: readonly { readonly type: string; readonly in: string; readonly out_error?: string }[] =
  read("messages");
/**
 * Half of the SHA-256 of each text that the public Go code prints. Made by tools/oracle, command
 * `texts`; null: Go refuses the message.
 */
const hashes: readonly (string | null)[] = read("texts");
const registry = createRegistry(...files);
const hash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** Its descriptor here has a field more than the public Go module. */
const OTHER = "packetforward.v1.GenesisState";
/** The Secret fork adds fields, which Go's decoder skips here. */
const forked = new Set(
  ["GenesisState", "MsgUpdateParams", "Params", "QueryParamsResponse"].map(
    (name) => `cosmos.distribution.v1beta1.${name}`,
  ),
);

describe("the compact text of a message", () => {
  it("is that of the public Go code, for every type", () => {
    expect(hashes.length).toBe(entries.length);
    let compared = 0;
    entries.forEach(({ type, in: bytes }, i) => {
      const schema = registry.getMessage(type);
      const expected = hashes[i];
      if (expected === null || expected === undefined || schema === undefined || type === OTHER || forked.has(type)) {
        return;
      }
      const text = protoText(schema, decode(schema, fromHex(bytes) as Uint8Array));
      expect(hash(text), `${type}: ${text.slice(0, 200)}`).toBe(expected);
      compared++;
    });
    expect(compared).toBeGreaterThan(1600);
  });

  it("shows an unknown option of governance as one byte", () => {
    const option = (bytes: string) =>
      protoText(WeightedVoteOptionSchema, decode(WeightedVoteOptionSchema, fromHex(bytes) as Uint8Array));
    expect(option("08091203302e37")).toBe('option:9 weight:"0.7" ');
    expect(option("08ac02")).toBe("option:44 ");
    expect(option("0804120131")).toBe('option:VOTE_OPTION_NO_WITH_VETO weight:"1" ');
  });
});

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { PermissionsSchema } from "@sotto/proto/cosmos.circuit.v1";
import { ParamsSchema } from "@sotto/proto/cosmos.distribution.v1beta1";
import { ModeInfoSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { describe, expect, it } from "vitest";
import { protoText } from "../src/protoText.ts";

// The texts of the first two tests are the SDK's own, from a recorded chain of tools/sdkapp
// (`circuit`).
describe("Go's text of a message", () => {
  it("shows an enum by its name and a list field by field", () => {
    expect(protoText(PermissionsSchema, create(PermissionsSchema, { level: 3 }))).toBe("level:LEVEL_SUPER_ADMIN ");
    expect(protoText(PermissionsSchema, create(PermissionsSchema))).toBe("");
    const limitTypeUrls = ["/cosmos.bank.v1beta1.MsgMultiSend", "/cosmos.gov.v1.MsgVote"];
    expect(protoText(PermissionsSchema, create(PermissionsSchema, { level: 1, limitTypeUrls }))).toBe(
      'level:LEVEL_SOME_MSGS limit_type_urls:"/cosmos.bank.v1beta1.MsgMultiSend" limit_type_urls:"/cosmos.gov.v1.MsgVote" ',
    );
  });

  it("shows messages in brackets", () => {
    const send = create(MsgSendSchema, {
      fromAddress: "secret1djmh0y5rpvlqvmv6wjetrz7nw4enwx0e6uyqkq",
      toAddress: "secret1xwnjnc5w228sft49j9jtfyzzcl8xy3cw0lzjjj",
      amount: [{ denom: "uscrt", amount: "3" }],
    });
    expect(protoText(MsgSendSchema, send)).toBe(
      'from_address:"secret1djmh0y5rpvlqvmv6wjetrz7nw4enwx0e6uyqkq" ' +
        'to_address:"secret1xwnjnc5w228sft49j9jtfyzzcl8xy3cw0lzjjj" amount:<denom:"uscrt" amount:"3" > ',
    );
  });

  it("shows what Go holds without a pointer, also when it is absent", () => {
    expect(protoText(ConsensusParamsSchema, create(ConsensusParamsSchema, { evidence: {}, version: {} }))).toBe(
      "evidence:<> version:<> ",
    );
    expect(protoText(ParamsSchema, create(ParamsSchema, { communityTax: "20000000000000000" }))).toMatch(
      /^community_tax:"20000000000000000" base_proposer_reward:"0" bonus_proposer_reward:"0" /,
    );
  });

  it("escapes bytes and quotes, and shows the set field of a oneof", () => {
    const any = create(AnySchema, { typeUrl: 'a"\\\n', value: Uint8Array.of(0, 10, 65, 255) });
    expect(protoText(AnySchema, any)).toBe('type_url:"a\\"\\\\\\n" value:"\\000\\nA\\377" ');
    const mode = create(ModeInfoSchema, { sum: { case: "single", value: { mode: 1 } } });
    expect(protoText(ModeInfoSchema, mode)).toBe("single:<mode:SIGN_MODE_DIRECT > ");
  });
});

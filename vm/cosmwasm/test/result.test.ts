// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Abort } from "../src/abort.ts";
import { parseResult } from "../src/result.ts";

const parse = (value: unknown) => parseResult(fromUtf8(typeof value === "string" ? value : JSON.stringify(value)));
const b64 = (text: string) => Buffer.from(text).toString("base64");

describe("contract results", () => {
  it("of v0.10 become messages without ids, attributes that are encrypted unless said otherwise, and data", () => {
    const result = parse({
      Ok: {
        messages: [
          { bank: { send: { from_address: "a", to_address: "b", amount: [{ denom: "uscrt", amount: "1" }] } } },
          {
            wasm: {
              execute: {
                contract_addr: "c",
                callback_code_hash: "AB",
                msg: b64("{}"),
                send: [{ denom: "uscrt", amount: "2" }],
                callback_sig: null,
              },
            },
          },
        ],
        log: [
          { key: "a", value: "b", encrypted: false },
          { key: "c", value: "d" },
        ],
        data: b64("x"),
      },
    });
    expect(result).toEqual({
      kind: "response",
      form: "v010",
      response: {
        messages: [
          {
            id: 0n,
            replyOn: "never",
            gasLimit: undefined,
            wasm: undefined,
            json: '{"bank":{"send":{"from_address":"a","to_address":"b","amount":[{"denom":"uscrt","amount":"1"}]}}}',
          },
          {
            id: 0n,
            replyOn: "never",
            gasLimit: undefined,
            json: "",
            wasm: {
              kind: "execute",
              contract: "c",
              codeHash: "AB",
              msg: fromUtf8("{}"),
              funds: [{ denom: "uscrt", amount: "2" }],
            },
          },
        ],
        attributes: [
          { key: "a", value: "b", encrypted: false },
          { key: "c", value: "d", encrypted: true },
        ],
        events: [],
        data: b64("x"),
        acknowledgement: undefined,
      },
    });
  });

  it("of v1 keep ids of 64 bits, reply rules, gas limits and events", () => {
    const result = parse(
      '{"Ok":{"messages":[{"id":18446744073709551615,"msg":{"wasm":{"instantiate":{"admin":null,"code_id":7,"code_hash":"cd",' +
        '"msg":"e30=","send":[],"label":"l"}}},"gas_limit":18446744073709551615,"reply_on":"always"}],' +
        '"attributes":[],"events":[{"type":"cyber","attributes":[{"key":"k","value":"v","encrypted":true}]}],"data":null}}',
    );
    expect(result).toMatchObject({
      kind: "response",
      form: "v1",
      response: {
        messages: [
          {
            id: 18446744073709551615n,
            replyOn: "always",
            gasLimit: Number.MAX_SAFE_INTEGER,
            wasm: { kind: "instantiate", codeId: 7, codeHash: "cd", label: "l", admin: undefined },
          },
        ],
        events: [{ type: "cyber", attributes: [{ key: "k", value: "v", encrypted: true }] }],
        data: undefined,
      },
    });
  });

  it("tell errors, query answers and channel versions apart by their fields", () => {
    expect(parse({ Err: { generic_err: { msg: "no" } } })).toMatchObject({ kind: "error" });
    expect(parse({ Err: "no" })).toEqual({ kind: "error", error: "no" });
    expect(parse({ Ok: "e30=" })).toEqual({ kind: "answer", answer: "e30=" });
    expect(parse({ ok: "e30=" })).toEqual({ kind: "answer", answer: "e30=" });
    expect(parse({ Ok: null })).toEqual({ kind: "channel", version: undefined });
    expect(parse({ Ok: { version: "ibc-v1" } })).toEqual({ kind: "channel", version: "ibc-v1" });
    const received = parse({ Ok: { acknowledgement: b64("ack"), messages: [], attributes: [], events: [] } });
    expect(received).toMatchObject({ kind: "response", response: { acknowledgement: b64("ack") } });
  });

  const message = (msg: unknown, extra: object = {}) => ({
    Ok: { messages: [{ id: 1, msg, reply_on: "never", ...extra }], attributes: [], events: [], data: null },
  });

  it.each([
    ["no JSON", "{"],
    ["no object", "[]"],
    ["neither form", "{}"],
    ["an unknown field of a v0.10 response", { Ok: { messages: [], log: [], data: null, extra: 1 } }],
    ["an unknown field of a v1 response", { Ok: { messages: [], attributes: [], events: [], data: null, extra: 1 } }],
    ["a v1 response without events", { Ok: { messages: [], attributes: [], data: null } }],
    ["data that is not base64", { Ok: { messages: [], log: [], data: "*" } }],
    ["data with loose padding bits", { Ok: { messages: [], log: [], data: "QQ==".replace("Q=", "R=") } }],
    ["an unknown message", message({ teleport: {} })],
    ["two variants in one message", message({ bank: {}, custom: {} })],
    ["an unknown wasm message", message({ wasm: { teleport: {} } })],
    ["a negative id", message({ bank: {} }, { id: -1 })],
    ["an id with a fraction", message({ bank: {} }, { id: 1.5 })],
    ["an unknown reply rule", message({ bank: {} }, { reply_on: "sometimes" })],
    ["a v1 message in a v0.10 response", { Ok: { messages: [{ stargate: {} }], log: [] } }],
    ["nesting without end", "[".repeat(100_000)],
  ])("refuse %s", (_name, value) => {
    expect(() => parse(value)).toThrow(Abort);
  });

  it("never throw anything but Abort", () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          parse(text);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(Abort);
        }
      }),
    );
  });
});

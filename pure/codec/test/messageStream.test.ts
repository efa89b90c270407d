// SPDX-License-Identifier: Apache-2.0
import { create, createRegistry } from "@bufbuild/protobuf";
import { GenesisStateSchema as AuthGenesisSchema, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { GenesisStateSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { describe, expect, it } from "vitest";
import { gatewayJson, parseGatewayJson } from "../src/index.ts";
import { type JsonSource, jsonSource, messageStreamJson, readMessageStream } from "../src/stream/index.ts";

const registry = createRegistry(BaseAccountSchema);
const WINDOW = 256 * 1024;

/** What the stream makes of a text, with its lists as arrays. */
function streamed(text: string | JsonSource, options = {}) {
  const source = typeof text === "string" ? jsonSource(text) : text;
  const { message, finish } = readMessageStream(GenesisStateSchema, source, registry, options);
  const { balances, supply, denomMetadata, sendEnabled, ...rest } = message;
  const lists = { balances: [...balances], supply: [...supply], denomMetadata: [...denomMetadata] };
  const out = { ...rest, ...lists, sendEnabled: [...sendEnabled] };
  finish();
  return out;
}
const whole = (text: string) => ({ ...parseGatewayJson(GenesisStateSchema, text, registry) });

const balance = (i: number) => `{"address":"a${i}","coins":[{"denom":"u\\u006eit","amount":"${i}"}]}`;
const many = (count: number) => Array.from({ length: count }, (_, i) => balance(i)).join(",");

describe("a message whose lists are streams", () => {
  it.each([
    ["in the order of the schema", `{"params":{"default_send_enabled":true},"balances":[${many(3)}],"supply":[]}`],
    ["in another order", `{"supply":[{"denom":"a","amount":"1"}],"balances":[${many(2)}],"params":null}`],
    ["with white space", ` {\n "balances" : [ ${balance(1)} ,\t${balance(2)} ] , "params" : { } }\r\n`],
    ["with brackets and quotes in texts", '{"balances":[{"address":"}]\\"{[\\\\","coins":[]}],"supply":[]}'],
    ["in camelCase, which counts before the other name", '{"denom_metadata":[{"base":"a"}],"denomMetadata":[]}'],
    ["with null for a list", '{"balances":null}'],
    ["with a list that comes twice: the last counts", `{"balances":[${many(2)}],"balances":[${balance(7)}]}`],
    ["without fields", "{}"],
    ["longer than a window, also across its end", `{"balances":[${many(9000)}],"params":{}}`],
    ["of one element that is longer than a window", `{"balances":[{"address":"${"x".repeat(2 * WINDOW)}"}]}`],
  ])("equals the message that is read as a whole: %s", (_, text) => {
    expect(streamed(text)).toEqual(whole(text));
  });

  it.each([
    ["no object", "[]", "expected an object at byte 0"],
    ["an end that is missing", '{"balances":[', "unexpected end at byte 13"],
    ["a comma too many", '{"balances":[],}', "expected a key at byte 15"],
    ["a comma too many in a list", `{"balances":[${balance(1)},]}`, "unexpected character at byte 76"],
    ["text behind it", '{"balances":[]}]', "text after the document at byte 15"],
    ["a list that is an object", '{"balances":{}}', "expected an array at byte 12"],
    ["brackets of two kinds", '{"balances":[{"coins":[}]]}', "in the value at byte 13"],
    ["an unknown field", '{"balance":[]}', 'unknown field "balance"'],
    ["an unknown field of an element", '{"balances":[{"x":1}]}', 'unknown field "x"'],
    ["a number with a leading zero", '{"supply":[01]}', "in the value at byte 11: leading zero at offset 2"],
    ["a list that is overridden and no JSON", '{"supply":[tru],"supply":[]}', "in the value at byte 10"],
    ["an element that is nested deeper than 127", `{"supply":[${"[".repeat(128)}${"]".repeat(128)}]}`, "nested deeper"],
    ["a control character in a text", '{"supply":["\n"]}', "control character"],
    ["a byte order mark", "\ufeff{}", "expected an object at byte 0"],
  ])("is refused with its position: %s", (_, text, message) => {
    expect(() => streamed(text)).toThrow(message);
    expect(() => whole(text)).toThrow();
  });

  it("is refused when it is not UTF-8", () => {
    const bytes = Buffer.from('{"balances":[{"address":"?"}]}');
    bytes[bytes.indexOf("?")] = 0xff;
    expect(() => streamed(jsonSource(bytes))).toThrow("in the value at byte 13: not UTF-8");
  });

  it("is refused when the caller does not read an invalid list", () => {
    const { finish } = readMessageStream(GenesisStateSchema, jsonSource('{"supply":[1]}'), registry);
    expect(finish).toThrow("Coin must be an object");
  });

  it("names the element of a failure after another stream was left early", () => {
    const text = `{"balances":[${many(3)}],"supply":[{"denom":"a","amount":"1"},1]}`;
    const { message, place } = readMessageStream(GenesisStateSchema, jsonSource(text), registry);
    for (const _ of message.balances) break;
    expect(() => [...message.supply]).toThrow("Coin must be an object");
    expect(place()).toBe(`supply[1] at byte ${text.indexOf(",1]") + 1}`);
  });

  it("names the outer element after a stream inside of it was read or left", () => {
    const text = `{"balances":[${many(2)}],"supply":[{"denom":"a","amount":"1"}]}`;
    const { message, place } = readMessageStream(GenesisStateSchema, jsonSource(text), registry);
    const places: unknown[] = [];
    for (const _ of message.balances) {
      for (const _ of message.supply);
      places.push(place());
    }
    expect(places).toEqual([0, 1].map((i) => `balances[${i}] at byte ${text.indexOf(balance(i))}`));
    for (const _ of message.balances) {
      for (const _ of message.supply) break;
    }
    expect(place()).toBeUndefined();
  });

  it("names the last element that was read", () => {
    const text = `{"supply":[],"balances":[${many(3)}]}`;
    const { message, place } = readMessageStream(GenesisStateSchema, jsonSource(text), registry);
    let seen = 0;
    for (const _ of message.balances) if (++seen === 2) break;
    expect(place()).toBe(`balances[1] at byte ${text.indexOf(balance(1))}`);
    for (const _ of message.balances) seen++;
    expect([seen, place()]).toEqual([5, undefined]);
  });

  it("bounds an element, and not the list", () => {
    const limits = { maxLength: 100 };
    expect(streamed(`{"balances":[${many(50)}]}`, { limits }).balances).toHaveLength(50);
    const long = `{"balances":[{"address":"${"x".repeat(100)}"}]}`;
    expect(() => streamed(long, { limits })).toThrow("the element at byte 13 has 114 bytes, over 100");
    expect(() => streamed('{"params":{"default_send_enabled":true}}', { limits: { maxLength: 10 } })).toThrow(
      "the value at byte 10 has 29 bytes, over 10",
    );
  });

  it("reads a window at a time", () => {
    const text = `{"balances":[${many(20_000)}]}`;
    const { start, end, read } = jsonSource(text);
    let longest = 0;
    const source: JsonSource = {
      start,
      end,
      read(from, to) {
        longest = Math.max(longest, to - from);
        return read(from, to);
      },
    };
    expect(streamed(source).balances).toHaveLength(20_000);
    expect([longest, end > 4 * WINDOW]).toEqual([WINDOW, true]);
  });

  it("is written element by element with the text of the whole message", () => {
    const text = `{"params":{"default_send_enabled":true},"balances":[${many(3)}],"supply":[{"denom":"a","amount":"1"}]}`;
    const message = parseGatewayJson(GenesisStateSchema, text, registry);
    let asked = 0;
    function* balances() {
      for (const each of message.balances) {
        asked++;
        yield each;
      }
    }
    const parts = messageStreamJson(GenesisStateSchema, { ...message, balances: balances() }, registry);
    let out = parts.next().value as string;
    while (!out.includes("a0")) out += parts.next().value as string;
    expect(asked).toBe(1);
    expect(out + [...parts].join("")).toBe(gatewayJson(GenesisStateSchema, message, registry));
    expect([...messageStreamJson(AuthGenesisSchema, {}, registry)].join("")).toBe(
      gatewayJson(AuthGenesisSchema, create(AuthGenesisSchema), registry),
    );
  });
});

// SPDX-License-Identifier: Apache-2.0
import { toUtf8 } from "@sotto/bytes";
import { describe, expect, it } from "vitest";
import { type EnvInput, formatCoins, formatEnv } from "../src/env.ts";

const input: EnvInput = {
  block: { height: 1234, time: "1700000000000000123", chainId: "secretdev-1" },
  random: "cmFuZG9t",
  transaction: { index: 1, hash: "AB" },
  contract: "secret1contract",
  codeHash: "2bb8",
  sender: "secret1sender",
  funds: [{ denom: "uscrt", amount: "1" }],
};

const texts = (dialect: "v010" | "v1", change: Partial<EnvInput> = {}) => {
  const { env, info } = formatEnv(dialect, { ...input, ...change });
  return { env: toUtf8(env), info: toUtf8(info) };
};

describe("env and info", () => {
  it("give v1 contracts nanoseconds as text, the random and the transaction", () => {
    expect(texts("v1")).toEqual({
      env:
        '{"block":{"height":1234,"time":"1700000000000000123","chain_id":"secretdev-1","random":"cmFuZG9t"},' +
        '"contract":{"address":"secret1contract","code_hash":"2bb8"},"transaction":{"index":1,"hash":"AB"}}',
      info: '{"sender":"secret1sender","funds":[{"denom":"uscrt","amount":"1"}]}',
    });
  });

  it("leave the random out and write null where there is no transaction", () => {
    expect(texts("v1", { random: undefined, transaction: undefined, funds: [], sender: "" })).toEqual({
      env:
        '{"block":{"height":1234,"time":"1700000000000000123","chain_id":"secretdev-1"},' +
        '"contract":{"address":"secret1contract","code_hash":"2bb8"},"transaction":null}',
      info: '{"sender":"","funds":[]}',
    });
  });

  it("give v0.10 contracts seconds and the message inside env", () => {
    expect(texts("v010")).toEqual({
      env:
        '{"block":{"height":1234,"time":1700000000,"chain_id":"secretdev-1"},' +
        '"message":{"sender":"secret1sender","sent_funds":[{"denom":"uscrt","amount":"1"}]},' +
        '"contract":{"address":"secret1contract"},"contract_key":null,"contract_code_hash":"2bb8","transaction":null}',
      info: "",
    });
  });

  it("cannot be broken out of by a denomination or a sender", () => {
    const evil = 'x","amount":"9"},{"denom":"y';
    expect(JSON.parse(formatCoins([{ denom: evil, amount: "1" }]))).toEqual([{ denom: evil, amount: "1" }]);
    expect(JSON.parse(texts("v010", { sender: evil }).env as string).message.sender).toBe(evil);
  });
});

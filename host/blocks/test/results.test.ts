// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { create } from "@bufbuild/protobuf";
import { fromHex, fromUtf8, toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import type { BlockResult, TxResult } from "@sotto/kernel";
import { ExecTxResultSchema, ResponseFinalizeBlockSchema } from "@sotto/proto/tendermint.abci";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeBlockEvents,
  decodeBlockRest,
  decodeBlockResult,
  decodeTxResultAt,
  eachTxResult,
  encodeBlockResult,
  encodeTxResult,
  lastResultsHash,
} from "../src/index.ts";

const text = fc.string({ maxLength: 80, unit: "grapheme" });
const attribute = fc.oneof(fc.tuple(text, text), fc.tuple(text, text, fc.constant(true as const)));
const event = fc.record({ type: text, attributes: fc.array(attribute, { maxLength: 4 }) });
const gas = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
const txResult = fc.record({
  code: fc.nat({ max: 0xffffffff }),
  codespace: text,
  data: fc.uint8Array({ maxLength: 200 }),
  log: text,
  gasWanted: gas,
  gasUsed: gas,
  events: fc.array(event, { maxLength: 4 }),
});
const pubKey = fc.uint8Array({ minLength: 32, maxLength: 32 });
const paramsOf = (maxGas: bigint) =>
  encode(ConsensusParamsSchema, create(ConsensusParamsSchema, { block: { maxBytes: 4096n, maxGas } }));
const blockResult = fc.record({
  txResults: fc.array(txResult, { maxLength: 4 }),
  events: fc.array(event, { maxLength: 3 }),
  validatorUpdates: fc.array(fc.record({ pubKey, power: gas }), { maxLength: 3 }),
  consensusParamUpdates: fc.option(fc.bigInt({ min: 1n, max: 1n << 40n }).map(paramsOf), { nil: undefined }),
});

/** A copy without the prototypes that fast-check and the decoders differ in. */
const plain = (result: BlockResult) => ({
  ...result,
  txResults: result.txResults.map((each) => ({ ...each, data: toHex(each.data) })),
  validatorUpdates: result.validatorUpdates.map((each) => ({ ...each, pubKey: toHex(each.pubKey) })),
  consensusParamUpdates: result.consensusParamUpdates && toHex(result.consensusParamUpdates),
});

describe("results of a block", () => {
  test("are read as they were written", () => {
    fc.assert(
      fc.property(blockResult, (result) => {
        const bytes = encodeBlockResult(result);
        const whole = plain(decodeBlockResult(bytes));
        expect(whole).toEqual(plain(result));
        const parts = { ...decodeBlockRest(bytes), txResults: [...eachTxResult(bytes)] };
        expect(decodeBlockEvents(bytes)).toEqual(parts.events);
        expect(plain(parts)).toEqual(whole);
        result.txResults.forEach((each, i) => {
          expect({ ...decodeTxResultAt(bytes, i), data: "" }).toEqual({ ...each, data: "" });
        });
        expect(decodeTxResultAt(bytes, result.txResults.length)).toBeUndefined();
      }),
    );
  });

  test("are tendermint.abci.ResponseFinalizeBlock to the generated codec", () => {
    fc.assert(
      fc.property(blockResult, (result) => {
        const bytes = encodeBlockResult(result);
        const message = decode(ResponseFinalizeBlockSchema, bytes);
        expect(toHex(encode(ResponseFinalizeBlockSchema, message))).toBe(toHex(bytes));
        expect(message.txResults.map(({ code, gasUsed }) => [code, gasUsed])).toEqual(
          result.txResults.map(({ code, gasUsed }) => [code, gasUsed]),
        );
        expect(
          message.events.map(({ type, attributes }) => [
            type,
            attributes.map(({ key, value, index }) => [key, value, index]),
          ]),
        ).toEqual(
          result.events.map(({ type, attributes }) => [
            type,
            attributes.map(([key, value, encrypted]) => [key, value, encrypted !== true]),
          ]),
        );
        expect(message.validatorUpdates.map(({ power }) => power)).toEqual(
          result.validatorUpdates.map(({ power }) => power),
        );
        expect(message.consensusParamUpdates === undefined).toBe(result.consensusParamUpdates === undefined);
      }),
      { numRuns: 50 },
    );
  });

  test("cut or garbled bytes are a decoding error, never a crash", () => {
    fc.assert(
      fc.property(blockResult, fc.nat(), fc.nat(), (result, where, what) => {
        const bytes = encodeBlockResult(result);
        if (bytes.length === 0) return;
        bytes[where % bytes.length] = what;
        try {
          decodeBlockResult(bytes.subarray(0, (where % bytes.length) + 1));
        } catch (thrown) {
          expect((thrown as { codespace?: string }).codespace).toBe("codec");
        }
      }),
    );
  });
});

interface ResultVector {
  exec_tx_results_proto: string[];
  last_results_hash: string;
}
const { results } = JSON.parse(readFileSync(new URL("../../../vectors/comet.json", import.meta.url), "utf8")) as {
  results: ResultVector[];
};

test("the hash of results is CometBFT's", () => {
  expect(results.length).toBeGreaterThan(0);
  for (const { exec_tx_results_proto, last_results_hash } of results) {
    const list = exec_tx_results_proto.map((hex): TxResult => {
      const { code, codespace, data, log, gasWanted, gasUsed } = decode(
        ExecTxResultSchema,
        fromHex(hex) ?? fromUtf8(""),
      );
      return { code, codespace, data, log, gasWanted, gasUsed, events: [] };
    });
    expect(toHex(lastResultsHash(list))).toBe(last_results_hash);
    for (const each of list) expect(decode(ExecTxResultSchema, encodeTxResult(each)).code).toBe(each.code);
  }
});

// SPDX-License-Identifier: Apache-2.0
/** The shrinker of tools/sdk/fuzz.mjs, with planted differences; it needs no Go. */
import { toHex } from "@sotto/bytes";
import { chainTypes, decodeTx } from "@sotto/tx";
import { expect, it, onTestFinished } from "vitest";
import { SdkChain } from "./sdk/chain.ts";
import type { Difference } from "./sdk/compare.ts";
import { chainOf } from "./sdk/program.ts";
import { partsOf, withParts } from "./sdk/reduce.ts";
import { kindOf, shrinkVector } from "./sdk/shrinkVector.ts";
import { base64, readVector, type Script, type ScriptTx, type SdkVector } from "./sdk/vector.ts";

const load = (name: string, blocks: number): SdkVector => {
  const vector = readVector(new URL(`../../vectors/sdk/${name}.json.gz`, import.meta.url));
  return { ...vector, script: { ...vector.script, blocks: vector.script.blocks.slice(0, blocks) } };
};

/** The codes of a script's transactions in Sotto's application. */
function codesOf(vector: SdkVector, script: Script): number[] {
  const reduced = { ...vector, script };
  const chain = new SdkChain(reduced, chainOf(script.options.modules), { onTransaction: () => undefined });
  onTestFinished(() => chain.close());
  chain.start();
  return script.blocks.flatMap((block) => chain.run(block).results.map(({ code }) => code));
}

/** Codes of the SDK: a wrong signature, a wrong sequence. */
const UNSIGNED = [4, 32];
const isUnsigned = (code: number): boolean => UNSIGNED.includes(code);

it.each(["bank-alone", "random"])("the rest of %s is signed again for its sequences", (name) => {
  const vector = load(name, 25);
  const kept = partsOf(vector.script).filter(({ list }, i) => list !== "txs" || i % 3 === 0);
  const script = withParts(vector, kept);
  const codes = codesOf(vector, script);
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter(isUnsigned)).toEqual([]);
  // The same transactions with their old signatures.
  const old = vector.script.blocks.map((block, i) => ({
    ...block,
    txs: block.txs.filter((_, j) => kept.some((part) => part.block === i && part.list === "txs" && part.index === j)),
  }));
  expect(codesOf(vector, { ...script, blocks: old }).filter(isUnsigned).length).toBeGreaterThan(5);
});

it("keeps all bytes when nothing is left out", () => {
  const { script, ...vector } = load("random", 25);
  expect(withParts({ script, ...vector }, partsOf(script)).blocks.map(({ txs, votes }) => [txs, votes])).toEqual(
    script.blocks.map(({ txs, votes }) => [txs, votes]),
  );
});

const bodyOf = ({ tx }: ScriptTx): string => toHex(decodeTx(base64(tx), chainTypes).raw.bodyBytes);
const signerOf = ({ tx }: ScriptTx): string => JSON.stringify(decodeTx(base64(tx)).authInfo.signerInfos[0]?.publicKey);

it("a planted difference shrinks to the two transactions that it needs", async () => {
  const vector = load("bank-alone", 20);
  const all = vector.script.blocks.flatMap(({ txs }) => txs);
  const ofOne = all.filter((tx) => signerOf(tx) === signerOf(all[3] as ScriptTx));
  const [first, last] = [ofOne[1], ofOne[4]].map((tx) => bodyOf(tx as ScriptTx));

  /**
   * Two faults: a wrong code of the second transaction after the first one, another gas without.
   */
  const planted = ({ script }: SdkVector): Difference | undefined => {
    let isSeen = false;
    for (const [i, { height, txs }] of script.blocks.entries()) {
      for (const [j, tx] of txs.entries()) {
        isSeen ||= bodyOf(tx) === first;
        const at = `block ${height}, transaction ${j} (${tx.about})`;
        if (bodyOf(tx) === last) return { at, blocks: i + 1, lines: [isSeen ? "code" : "gas_used"] };
      }
    }
    return undefined;
  };
  let runs = 0;
  const answers = (_genesis: unknown, { blocks }: Script) => {
    runs += 1;
    return { ...vector.out, blocks: vector.out.blocks.slice(0, blocks.length) };
  };
  const found = { vector, difference: planted(vector) as Difference };
  const { vector: small, difference } = await shrinkVector(
    found,
    { answers, difference: async (small) => planted(small) },
    () => false,
  );

  expect(small.script.blocks.map(({ height, txs }) => [height, txs.map(bodyOf)])).toEqual([
    [1, [first]],
    [2, [last]],
  ]);
  expect(kindOf(difference)).toBe(kindOf(found.difference));
  expect(codesOf(vector, small.script).filter(isUnsigned)).toEqual([]);
  expect(runs).toBeLessThan(60);
});

it.each([
  [
    "numbers, keys and addresses",
    ["store bank, balance 02aa10 of secret1abc", "  want 5"],
    ["store bank, balance 02bb of secret1xyz"],
    true,
  ],
  ["the store", ["store bank, balance 02"], ["store mint, balance 02"], false],
  ["the field", ["code", "  want 5"], ["gas_used"], false],
  ["the error of a stop", ["the chain stopped", "Error: a"], ["the chain stopped", "Error: b"], false],
])("two differences are of one kind or not: %s", (_what, a, b, isSame) => {
  const kind = (lines: readonly string[], height: number) => kindOf({ at: `block ${height}`, lines, blocks: height });
  expect(kind(a, 7) === kind(b, 12)).toBe(isSame);
});

// SPDX-License-Identifier: Apache-2.0
// What the products cost: gas of each of their messages, size of their wasm, and what it costs to
// leak nothing, against the leaking form of the same message (contracts/leaky). On a chain in this
// process, so gas is exact and the same on every machine.
// Usage: node bench/uses.mjs
import "../tools/contractThread.mjs";
import { readFileSync } from "node:fs";
import { amountText, padded } from "@sotto/contract-client";
import { DevChain } from "@sotto/contract-test";
import { isBuilt, products, secretMessage, wasmFile } from "./lib/products.mjs";
import { note, report } from "./lib/report.mjs";
import { deployToken } from "./uses/token.mjs";

/** How often the gas of its leaking form a cured message may cost. */
const MOST_RATIO = 2;

const thousands = (/** @type {number} */ value) => value.toLocaleString("en-US");
const idOf = (/** @type {string} */ name) => name.replaceAll("_", "-");

/** @param {import("./lib/products.mjs").Product} product */
async function measure({ name, wasm, mostWasm, run }) {
  if (!isBuilt(wasm)) return note(`${name}: contracts/built/${wasm}.wasm is not built`);
  const bytes = new Uint8Array(readFileSync(wasmFile(wasm)));
  report({
    id: `uses-${name}-wasm`,
    what: `${name}: wasm`,
    figure: `${thousands(bytes.length)} bytes`,
    ...(mostWasm === undefined ? {} : { target: `at most ${thousands(mostWasm)}`, met: bytes.length <= mostWasm }),
  });
  const chain = await DevChain.create({ seed: `bench of ${name}` });
  try {
    await run(chain, bytes);
    const rows = chain.gasReport().filter(({ contract, count }) => contract === name && count > 0);
    if (rows.length === 0) throw new Error(`${name}: no message of a contract with the label "${name}" succeeded`);
    for (const { message, count, min, mean, max } of rows) {
      const spread = min === max ? "" : ` (${thousands(min)} to ${thousands(max)})`;
      report({
        id: `uses-${name}-${idOf(message)}`,
        what: `${name}: ${message}`,
        figure: `${thousands(mean)} gas${spread}`,
      });
      if (min !== max) note(`${name}: ${message} costs ${thousands(min)} to ${thousands(max)} gas in ${count} calls`);
    }
  } finally {
    chain.close();
  }
}

/** Kinds of leaks, with the messages of contracts/leaky that have a leaking and a cured form. */
const KINDS = [
  {
    id: "lengths",
    what: "answers, attributes and messages of one length",
    names: ["answer_length", "attribute_length", "sub_length"],
  },
  { id: "access", what: "constant access to rows", names: ["row_count", "row_size", "row_order", "branch", "query"] },
  { id: "work", what: "both sides computed, a mask selects", names: ["gas"] },
];
/** Secrets with short and long work: odd ones take more of some branches. */
const SECRETS = [2, 255, 1, 101];

/** The gas of a message's forms, each the mean over the secrets. */
async function forms(actor, leaky, name) {
  const mean = async (cured) => {
    let sum = 0;
    for (const secret of SECRETS) {
      const act = { secret: String(secret).padStart(20, "0"), cured };
      sum += (await actor.execute(leaky, padded(name, act, 256))).gasUsed;
    }
    return sum / SECRETS.length;
  };
  // Rows that exist cost the same in all later calls.
  await mean(true);
  return { cured: await mean(true), leaking: await mean(false) };
}

async function compareForms() {
  if (!isBuilt("leaky"))
    return note("contracts/built/leaky.wasm is not built: no comparison of cured with leaking messages");
  const chain = await DevChain.create({ seed: "bench of leaks" });
  try {
    const actor = chain.as(chain.account("alice"));
    const leaky = await actor.deploy(new Uint8Array(readFileSync(wasmFile("leaky"))), {});
    for (const { id, what, names } of KINDS) {
      let worst = 0;
      for (const name of names) {
        const { cured, leaking } = await forms(actor, leaky, name);
        worst = Math.max(worst, cured / leaking);
        note(
          `leaky: ${name}: ${thousands(Math.round(cured))} gas cured, ${thousands(Math.round(leaking))} leaking: ${(cured / leaking).toFixed(2)}x`,
        );
      }
      report({
        id: `uses-cured-${id}`,
        what: `${what}, against the leaking form (whole transactions)`,
        figure: `at most ${worst.toFixed(2)}x`,
        target: `at most ${MOST_RATIO}x`,
        met: worst <= MOST_RATIO,
      });
    }
  } finally {
    chain.close();
  }
}

/** A token's transfer as products' clients send it, against the shortest message for it. */
async function comparePadding() {
  const chain = await DevChain.create({ seed: "bench of padding" });
  try {
    const alice = chain.as(chain.account("alice"));
    const { address } = chain.account("bob");
    const token = await deployToken(chain, alice, new Uint8Array(readFileSync(wasmFile("private-token"))));
    const gas = async (msg) => (await alice.execute(token, msg)).gasUsed;
    const short = { transfer: { recipient: address, amount: "1" } };
    const long = () => secretMessage(chain, alice, token, "transfer", { recipient: address, amount: amountText(1n) });
    await gas(short);
    const [bare, filled] = [await gas(short), await gas(long())];
    report({
      id: "uses-padding",
      what: "a token transfer of 768 bytes with bind and 39 digits, against the shortest one",
      figure: `${(filled / bare).toFixed(2)}x (${thousands(filled)} and ${thousands(bare)} gas)`,
      target: `at most ${MOST_RATIO}x`,
      met: filled <= MOST_RATIO * bare,
    });
  } finally {
    chain.close();
  }
}

for (const product of await products()) await measure(product);
await comparePadding();
await compareForms();

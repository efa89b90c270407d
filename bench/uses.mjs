// SPDX-License-Identifier: Apache-2.0
// What the products cost: gas of each of their messages, size of their wasm, and what it costs to
// leak nothing, against the leaking form of the same message (contracts/leaky). On a chain in this
// process, so gas is exact and the same on every machine.
// Usage: node bench/uses.mjs
import "../tools/contractThread.mjs";
import { amountText, ContractClient, padded } from "@sotto/contract-client";
import { DevChain } from "@sotto/contract-test";
import { builtWasm, isBuilt, products, Stage } from "./lib/products.mjs";
import { note, report } from "./lib/report.mjs";

/** How often the gas of its leaking form a cured message may cost. */
const MOST_RATIO = 2;

const thousands = (/** @type {number} */ value) => Math.round(value).toLocaleString("en-US");
const idOf = (/** @type {string} */ name) => name.replaceAll("_", "-");
const meanOf = (/** @type {number[]} */ values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** @param {import("./lib/products.mjs").Product} product */
async function measure({ name, wasm, mostWasm, run }) {
  if (!isBuilt(wasm)) return note(`${name}: contracts/built/${wasm}.wasm is not built`);
  const { length } = builtWasm(wasm);
  const target = mostWasm === undefined ? {} : { target: `at most ${thousands(mostWasm)}`, met: length <= mostWasm };
  report({ id: `uses-${name}-wasm`, what: `${name}: wasm`, figure: `${thousands(length)} bytes`, ...target });
  const stage = await Stage.open(`bench of ${name}`, wasm);
  try {
    await run(stage);
  } finally {
    stage.close();
  }
  if (stage.gas.size === 0) throw new Error(`${name}: no message took effect`);
  for (const [message, gas] of stage.gas) {
    const [min, max] = [Math.min(...gas), Math.max(...gas)];
    const spread = min === max ? "" : ` (${thousands(min)} to ${thousands(max)} in ${gas.length} calls)`;
    const figure = `${thousands(meanOf(gas))} gas${spread}`;
    report({ id: `uses-${name}-${idOf(message)}`, what: `${name}: ${message}`, figure });
  }
}

/** A token's transfer as products' clients send it, against the shortest message for it. */
async function comparePadding() {
  const stage = await Stage.open("bench of padding", "private-token");
  try {
    const token = await stage.token("PRIV");
    const secretjs = stage.client("alice");
    const recipient = stage.chain.account("bob").address;
    const shortest = {
      sender: secretjs.address,
      contract_address: token.address,
      code_hash: token.codeHash,
      msg: { transfer: { recipient, amount: "1" } },
      sent_funds: [],
    };
    // The second transfer writes no first rows.
    for (let i = 0; i < 2; i++) await secretjs.tx.compute.executeContract(shortest, { gasLimit: 400_000 });
    const bare = stage.gas.get("transfer")[1];
    const client = new ContractClient(secretjs, token);
    const { gasUsed: filled } = await client.execute("transfer", { recipient, amount: amountText(1n) });
    report({
      id: "uses-padding",
      what: "a token transfer of 768 bytes with bind and 39 digits, against the shortest one",
      figure: `${(filled / bare).toFixed(2)}x (${thousands(filled)} and ${thousands(bare)} gas)`,
      target: `at most ${MOST_RATIO}x`,
      met: filled <= MOST_RATIO * bare,
    });
  } finally {
    stage.close();
  }
}

/** Kinds of leaks, with the messages of contracts/leaky that have a leaking and a cured form. */
const KINDS = [
  {
    id: "lengths",
    what: "answers, attributes and messages of one length",
    names: ["answer_length", "attribute_length", "sub_length"],
  },
  {
    id: "access",
    what: "constant access to rows",
    names: ["row_count", "row_size", "row_order", "branch", "query"],
  },
  { id: "work", what: "both sides computed, a mask selects", names: ["gas"] },
];
/** Odd ones take more work in some leaking forms. */
const SECRETS = [2, 255, 1, 101];

/** The gas of a message's forms, each the mean over the secrets. */
async function formsOf(actor, leaky, name) {
  const mean = async (cured) => {
    const gas = [];
    for (const secret of SECRETS) {
      const act = { secret: String(secret).padStart(20, "0"), cured };
      gas.push((await actor.execute(leaky, padded(name, act, 256))).gasUsed);
    }
    return meanOf(gas);
  };
  // From here on all rows exist.
  await mean(true);
  return { cured: await mean(true), leaking: await mean(false) };
}

async function compareForms() {
  if (!isBuilt("leaky"))
    return note("contracts/built/leaky.wasm is not built: cured and leaking messages not compared");
  const chain = await DevChain.create({ seed: "bench of leaks" });
  try {
    const actor = chain.as("alice");
    const leaky = await actor.deploy(builtWasm("leaky"), {});
    for (const { id, what, names } of KINDS) {
      let worst = 0;
      for (const name of names) {
        const { cured, leaking } = await formsOf(actor, leaky, name);
        worst = Math.max(worst, cured / leaking);
        const ratio = (cured / leaking).toFixed(2);
        note(`leaky: ${name}: ${thousands(cured)} gas cured, ${thousands(leaking)} leaking: ${ratio}x`);
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

for (const product of await products()) await measure(product);
await comparePadding();
await compareForms();

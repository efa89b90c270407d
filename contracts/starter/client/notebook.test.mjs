// The built contract on a chain inside the test: node --test client/notebook.test.mjs
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { assertFailsWith, assertRevealsNothing, assertRevealsOnly, DevChain, leaks } from "./sotto.mjs";

const wasm = readFileSync(new URL("../target/wasm32-unknown-unknown/release/starter.wasm", import.meta.url));

let chain;
let notebook;
before(async () => {
  chain = await DevChain.create();
  notebook = await chain.as("alice").deploy(wasm, { limit: 100 }, { label: "notebook" });
});
after(() => chain.close());

const write = (text, key = "my key") => chain.as("alice").execute(notebook, { write: { text, key } });
const read = (key) => chain.query(notebook, { read: { address: chain.account("alice").address, key } });

test("the author reads the note, others do not, everybody sees the number of notes", async () => {
  await write("buy milk");
  assert.deepEqual(await read("my key"), { text: "buy milk" });
  await assertFailsWith(read("a guess"), "no note opens with this key");
  assert.deepEqual(await chain.query(notebook, { count: {} }), { count: 1 });
});

test("a note that is too long is refused", async () => {
  await assertFailsWith(write("x".repeat(101)), "a note has at most 100 bytes");
});

// Two runs from one state, which differ in a secret: the report has all that the observer can tell apart.
test("a reader of the chain and other users learn nothing of a note", async () => {
  const guess = { read: { address: chain.account("alice").address, key: "a guess" } };
  const seenBy = ["reader", { user: "eve", queries: [{ contract: notebook, msg: guess }] }];
  assertRevealsNothing(await leaks(chain, () => write("buy milk"), () => write("sell oil"), { seenBy }));
});

// To hide the length, too: let the client fill each note with spaces up to the limit.
test("beside the length of a note", async () => {
  const report = await leaks(chain, () => write("milk"), () => write("milk and honey"), { seenBy: "reader" });
  assert.throws(() => assertRevealsNothing(report), /length of the encrypted message/);
  assertRevealsOnly(report, ["the length of a message", "the gas used", { name: "the length of a row", where: "row length" }]);
});

// SPDX-License-Identifier: Apache-2.0
/**
 * The blocks with the largest memory within the limits, on a chain whose blocks have no gas limit.
 * `worstBlock.test.ts` runs it in a separate process whose heap has half of the limit of the node's
 * thread: the process must survive.
 */
import "../../tools/contractThread.mjs";
import { executeMessage } from "@sotto/contract-test/parts";
import { BLOCK_MEMORY, type TxResult } from "@sotto/kernel";
import { type Contract, deploy } from "../support/contract.ts";
import { a, TestChain } from "../support/testChain.ts";
import { ANSWER, type Attacker, attacker, data, region } from "./attacker.ts";

const chain = new TestChain();
const GAS = 2_000_000_000n;
const RESPONSE = 96;
const made = (bodies: Attacker): Contract => deploy(chain, attacker(bodies), {}, { gas: 100_000_000n });

/** After the region that `allocate` returns to the host. */
const TEXT = 262_144;
const bodyOf = (text: string): Attacker => ({
  pages: 9,
  more: `${region(RESPONSE, TEXT, text.length)} ${data(TEXT, text)}`,
  execute: `i32.const ${RESPONSE}`,
});
const response = (messages: readonly string[], attributes: readonly string[] = []): string =>
  `{"ok":{"messages":[${messages.join(",")}],"attributes":[${attributes.join(",")}],"events":[],"data":null}}`;
const sub = (msg: string): string => `{"id":0,"msg":${msg},"gas_limit":null,"reply_on":"never"}`;
const call = ({ address, codeHash }: Contract): string =>
  sub(
    `{"wasm":{"execute":{"contract_addr":"${address}","code_hash":"${codeHash}","msg":"e30=","send":[],"funds":[]}}}`,
  );
const NOTHING = sub('{"bank":{"send":{"to_address":"x","amount":[]}}}');
const calling = (contract: Contract, times: number): Contract =>
  made(bodyOf(response(Array(times).fill(call(contract)))));

const KEY = 80;
const VALUE = 112;
const changing = (name: string, change: string): Contract =>
  made({
    imports: [name],
    pages: 3,
    more: region(KEY, 1024, 8) + region(VALUE, 1024, 1),
    execute: `(loop $l i32.const 1028 local.get $i i32.store ${change}
      local.get $i i32.const 1 i32.add local.tee $i i32.const 15000 i32.lt_u br_if $l) i32.const ${ANSWER}`,
  });
/**
 * Removes 15,000 absent rows: for a hundred gas each the block holds a change until its commit.
 */
const removing = (): Contract => changing("db_remove", `i32.const ${KEY} call $db_remove`);
/** Writes 15,000 rows of one byte: the commit makes nodes of the tree for them. */
const writing = (): Contract => changing("db_write", `i32.const ${KEY} i32.const ${VALUE} call $db_write`);

/** As many attributes as a transaction may emit, all of them small. */
const emitting = (): Contract => {
  const attribute = '{"key":"k","value":"v","encrypted":false}';
  return calling(made(bodyOf(response([], Array(4_000).fill(attribute)))), 10);
};

/** Text of 2 MB that holds as many values as JSON may. */
const VALUES = 65_500;
const LENGTH = 2_040_000;
const HEAP = 400_000;

/** A contract that asks another a question of 2 MB, when it is executed and when it is asked. */
function asking({ address, codeHash }: Pick<Contract, "address" | "codeHash">): Contract {
  const head = `{"wasm":{"smart":{"contract_addr":"${address}","callback_code_hash":"${codeHash}","msg":"e30=","x":[{}`;
  const tail = '"]}}}';
  const fill = HEAP + head.length + 3 * VALUES;
  const end = HEAP + LENGTH - tail.length;
  const ask = `
    (loop $objects
      local.get $i i32.const 3 i32.mul i32.const ${HEAP + head.length} i32.add i32.const 0x007d7b2c i32.store
      local.get $i i32.const 1 i32.add local.tee $i i32.const ${VALUES} i32.lt_u br_if $objects)
    i32.const ${fill} i32.const 0x222c i32.store16
    i32.const ${fill + 2} local.set $i
    (loop $text local.get $i i32.const 0x61 i32.store8
      local.get $i i32.const 1 i32.add local.tee $i i32.const ${end} i32.lt_u br_if $text)
    ${[...tail].map((c, k) => `i32.const ${end + k} i32.const ${c.charCodeAt(0)} i32.store8`).join(" ")}
    i32.const ${KEY} call $query_chain drop`;
  return made({
    imports: ["query_chain"],
    pages: 48,
    more: `${region(KEY, HEAP, LENGTH)} ${data(HEAP, head)} ${region(RESPONSE, 300, 13)} ${data(300, '{"ok":"e30="}')}`,
    execute: `${ask} i32.const ${ANSWER}`,
    query: `${ask} i32.const ${RESPONSE}`,
  });
}

/**
 * Queries in each other, as deep as they go, below calls in each other that hold as much as they
 * may between them.
 */
function deepest(): Contract {
  let at: Contract | undefined;
  for (let i = 0; i < 10; i++) at = asking(at ?? { address: a.address, codeHash: "0".repeat(64) });
  for (let i = 0; i < 13; i++) at = made(bodyOf(response([call(at as Contract), ...Array(1_023).fill(NOTHING)])));
  return at as Contract;
}

/** A thousand calls of a contract that sends a thousand messages. */
const tree = (): Contract => calling(made(bodyOf(response(Array(1_024).fill(NOTHING)))), 1_024);

/** One block of these calls, one after the other. */
function block(name: string, contracts: readonly Contract[]): readonly TxResult[] {
  const start = performance.now();
  const signer = chain.signer(a);
  const txs = contracts.map(({ address, codeHash }, i) => {
    const message = executeMessage(a, address, chain.client.encrypt(codeHash, {}).wire);
    return chain.tx(a, [message], { gas: GAS, signers: [{ ...signer, sequence: signer.sequence + BigInt(i) }] });
  });
  const { txResults } = chain.block(...txs);
  const good = txResults.filter(({ code }) => code === 0).length;
  const gas = txResults.reduce((sum, { gasUsed }) => sum + gasUsed, 0n);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  const mb = Math.round(process.memoryUsage().heapUsed / 1e6);
  console.log(`${name}: ${good} of ${txResults.length} succeed, ${gas} gas, ${seconds} s, heap now ${mb} MB`);
  for (const text of new Set(txResults.map(({ log }) => log.slice(0, 160)))) if (text !== "") console.log(`  ${text}`);
  return txResults;
}

function expectThat(what: string, is: boolean): void {
  if (!is) throw new Error(`not so: ${what}`);
}
const isFull = ({ log }: TxResult): boolean => log.includes("no memory left in the block");

const deep = deepest();
const wide = tree();

// A row counts 512 bytes and its key.
const COUNT = Math.ceil(BLOCK_MEMORY / (15_000 * 512));
for (const [name, make] of [
  ["removals", removing],
  ["writes", writing],
] as const) {
  const contracts = Array.from({ length: COUNT }, make);
  const results = block(name, [...contracts, deep, wide]);
  expectThat("some transactions found no room", results.slice(0, -2).some(isFull) && results[0]?.code === 0);
}

const emitter = emitting();
const events = block("events", [...Array(70).fill(emitter), deep, wide]);
expectThat("some transactions found no room", events.slice(0, -2).some(isFull) && events[0]?.code === 0);

const alone = block("calls", [deep, wide]);
for (const { log } of alone) expectThat(`a call that holds what it may succeeds: ${log.slice(0, 200)}`, log === "");

chain.close();

// SPDX-License-Identifier: Apache-2.0
/**
 * Work of the engine whose result must be the same on every machine: the limits of stack, memory
 * and gas, and failures of calls.
 */
import { toHex } from "@sotto/bytes";
import { responseOf, storeMessage } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { MsgInstantiateContractResponseSchema, MsgStoreCodeResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import { SeededRandom } from "../support/random.ts";
import type { CodeOf, Deployed, Driver, Op } from "./driver.ts";

export type Generation = "v1" | "v010";

/** Gas limits from too little to load the contract to some milliseconds of work. */
const LIMITS = [20_000, 31_415, 40_000, 45_001, 50_000, 60_000, 77_777, 100_000, 123_457, 250_000];

/**
 * Each loop at each limit, and one count with exactly the gas that it needs, and with a little less
 * and more.
 */
export function gasWork(
  driver: Driver,
  probe: Deployed,
  generation: Generation,
  limits: readonly number[] = LIMITS,
): void {
  const kinds =
    generation === "v1" ? ["cpu", "storage", "read", "memory", "host"] : ["cpu", "storage", "read", "memory"];
  for (const kind of kinds) {
    for (const limit of limits) {
      driver.execute(`${generation} loop ${kind} ${limit}`, probe, { loop: { kind } }, { gas: BigInt(limit) });
    }
  }
  const count = { count: { rounds: 30_000 } };
  let used = 0n;
  driver.execute(`${generation} count`, probe, count, {
    gas: 999_999n,
    done(result) {
      used = result.gasUsed;
    },
  });
  driver.flush();
  const random = new SeededRandom(7);
  const around = [-3, -2, -1, 0, 1, 2, 3, ...Array.from({ length: 9 }, () => -random.below(20_000))];
  for (const more of around) {
    driver.execute(`${generation} count ${more}`, probe, count, { gas: used + BigInt(more) });
  }
  driver.flush();
}

/** The greatest depth that still answers, by queries; each probe is recorded. */
function deepest(driver: Driver, probe: Deployed, name: string, memory: boolean): number {
  let low = 0;
  let high = 1 << 18;
  while (high - low > 1) {
    const depth = (low + high) >> 1;
    if (driver.query(`${name} ${depth}`, probe, { recurse: { depth, memory } }) === undefined) high = depth;
    else low = depth;
  }
  return low;
}

/** Both stacks: the engine's stack and the stack in linear memory. */
export function stackWork(driver: Driver, probe: Deployed, generation: Generation): void {
  for (const memory of [false, true]) {
    const name = `${generation} recurse ${memory ? "memory" : "engine"}`;
    const depth = deepest(driver, probe, name, memory);
    driver.chain.say(`${name}: deepest ${depth}`);
    // Queries use less native stack than transactions, so a transaction reaches the limit at a
    // slightly lower depth.
    for (const more of [-80, -20, -10, -5, -4, -3, -2, -1, 0, 1, 1000]) {
      driver.execute(`${name} ${depth + more}`, probe, { recurse: { depth: depth + more, memory } });
    }
    driver.execute(`${name} endless`, probe, { recurse: { depth: null, memory } });
  }
  driver.flush();
}

/** Memory limits of contracts, with the allocator and with the instruction. */
export function memoryWork(driver: Driver, probe: Deployed, generation: Generation): void {
  const page = 65_536;
  const sizes = [page, 16 * page, 100 * page, 150 * page, 180 * page, 190 * page, 192 * page, 200 * page, 1 << 30];
  for (const bytes of sizes) driver.execute(`${generation} alloc ${bytes}`, probe, { alloc: { bytes } });
  driver.execute(`${generation} alloc many`, probe, { alloc: { bytes: page, times: 400 } }, { gas: 10_000_000n });
  const grows: Op[] = [
    0, 1, 10, 100, 150, 160, 170, 171, 172, 173, 174, 175, 180, 191, 192, 193, 1000, 65_535, 65_536,
  ].map((pages) => ({ grow: { pages } }));
  driver.execute(`${generation} grow`, probe, { batch: { ops: grows } });
  driver.execute(`${generation} grow by one`, probe, { grow: { pages: 1, times: 1000 } });
  driver.execute(`${generation} grow, then alloc`, probe, {
    batch: { ops: [{ grow: { pages: 120 } }, { alloc: { bytes: 60 * page } }] },
  });
  for (const size of [1, 1000, 65_536, 100_000, 1 << 20]) {
    driver.execute(`${generation} data ${size}`, probe, { data_bytes: { size } }, { gas: 10_000_000n });
    driver.execute(`${generation} set ${size}`, probe, { set_bytes: { key: "k", size } }, { gas: 10_000_000n });
  }
  driver.flush();
}

const failures = (generation: Generation): Op[] => {
  const shared = [
    { generic_err: { msg: 'an error, "quoted", é' } },
    { invalid_base64: { msg: "m" } },
    { invalid_utf8: { msg: "m" } },
    { not_found: { kind: "k" } },
    { parse_err: { target: "t", msg: "m" } },
    { serialize_err: { source: "s", msg: "m" } },
  ];
  const own =
    generation === "v1"
      ? [
          { text: { text: "plain" } },
          { invalid_data_size: { expected: 1, actual: 2 } },
          { invalid_hex: { msg: "m" } },
          { overflow: {} },
          { divide_by_zero: {} },
          { conversion_overflow: {} },
          { verification_err: { code: 10 } },
          { recover_pubkey_err: { code: 11 } },
        ]
      : [{ unauthorized: {} }, { underflow: { minuend: "1", subtrahend: "2" } }];
  return [...shared, ...own].map((error) => ({ fail: { error } }));
};

/** Errors of contracts, panics, and invalid results. */
export function failureWork(driver: Driver, probe: Deployed, generation: Generation): void {
  for (const op of failures(generation)) driver.execute(`${generation} ${JSON.stringify(op)}`, probe, op);
  for (const size of [0, 5, 5000])
    driver.execute(`${generation} panic ${size}`, probe, { panic: { text: "p".repeat(size) } });
  const wild = [0, 1, 8, 65_536, 0x7fff_ffff, 0xffff_fff0];
  for (const pointer of wild) driver.execute(`${generation} pointer ${pointer}`, probe, { raw_pointer: { pointer } });
  for (const text of [
    "",
    "{}",
    "null",
    '{"Ok":{}}',
    '{"Ok":null',
    '{"Err":{"generic_err":{}}}',
    "\u0000",
    "[".repeat(300),
  ]) {
    driver.execute(`${generation} result ${text.slice(0, 30)}`, probe, {
      raw_result: { bytes: Buffer.from(text).toString("base64") },
    });
  }
  const imports: [string, number][] = [
    ["db_read", 1],
    ["db_write", 2],
    ["db_remove", 1],
    ["query_chain", 1],
    ["ed25519_verify", 3],
  ];
  for (const [name, count] of imports) {
    for (const pointer of wild) {
      const args = Array.from({ length: count }, (_, i) => pointer + 12 * i).map((n) => n >>> 0);
      driver.execute(`${generation} ${name} ${pointer}`, probe, { host: { name, args } });
    }
  }
  driver.flush();
}

/**
 * Contracts with one changed byte in their code, for traps of every kind at random places. A
 * contract that the check accepts is instantiated and called.
 */
export function mutantWork(driver: Driver, code: Uint8Array, seed: number, count: number, ops: readonly Op[]): void {
  const random = new SeededRandom(seed);
  for (let i = 0; i < count; i++) {
    const mutant = code.slice();
    const at = 2000 + random.below(code.length - 2000);
    mutant[at] = (mutant[at] as number) ^ (1 << random.below(8));
    let stored: CodeOf | undefined;
    driver.send(`mutant ${seed}.${i}`, (by) => [storeMessage(by, mutant)], {
      gas: 50_000_000n,
      done(result) {
        if (result.code !== 0) return;
        const { codeId } = responseOf(MsgStoreCodeResponseSchema, result);
        stored = { codeId, hash: toHex(sha256(mutant)) };
      },
    });
    driver.flush();
    if (stored !== undefined) callMutant(driver, stored, `mutant ${seed}.${i}`, ops);
  }
}

function callMutant(driver: Driver, code: CodeOf, name: string, ops: readonly Op[]): void {
  let made: Deployed | undefined;
  driver.send(`${name} instantiate`, (by) => [driver.instantiateMessage(by, code, name, { ops: [] })], {
    done(result) {
      if (result.code !== 0) return;
      const { address } = responseOf(MsgInstantiateContractResponseSchema, result);
      made = { address, codeHash: code.hash, codeId: code.codeId };
    },
  });
  driver.flush();
  if (made === undefined) return;
  for (const [j, op] of ops.entries()) driver.execute(`${name} op ${j}`, made, op, { gas: 300_000n });
  driver.flush();
}

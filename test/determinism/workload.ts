// SPDX-License-Identifier: Apache-2.0
/** The recorded workload, whole or only the engine's part. */
import { fromUtf8, toBase64 } from "@sotto/bytes";
import type { Account } from "@sotto/contract-test/parts";
import { SeededRandom } from "../support/random.ts";
import { wasm } from "../support/wasm.ts";
import {
  bankWork,
  callOp,
  ciphertextWork,
  environmentWork,
  migrationWork,
  sendMessage,
  submessageWork,
  uploadWork,
} from "./chainWork.ts";
import { type Deployed, Driver, type Op, uscrt } from "./driver.ts";
import { failureWork, gasWork, memoryWork, mutantWork, stackWork } from "./engineWork.ts";
import { accounts, type RecordedChain } from "./recordedChain.ts";

const [first] = accounts as [Account];

/** The messages for a changed contract. */
const MUTANT_OPS: readonly Op[] = [
  { noop: {} },
  { batch: { ops: [{ set: { key: "a", value: "b" } }, { get: { key: "a" } }, { attr: { key: "k", value: "v" } }] } },
  { count: { rounds: 1000 } },
  { recurse: { depth: 200 } },
  { alloc: { bytes: 100_000, times: 3 } },
  { fail: { error: { generic_err: { msg: "m" } } } },
  { balance: { address: first.address, denom: "uscrt" } },
];

/** Stores and instantiates one contract. */
export function tinyWorkload(chain: RecordedChain): void {
  const driver = new Driver(chain);
  driver.flush();
  driver.instantiate(driver.store("v1", wasm.v1), "v1", { ops: [{ random: {} }] });
}

/** Only the engine's part: small enough for runs under many configurations of V8. */
export function smallWorkload(chain: RecordedChain): void {
  const driver = new Driver(chain);
  driver.flush();
  for (const generation of ["v1", "v010"] as const) {
    const code = driver.store(generation, wasm[generation]);
    const probe = driver.instantiate(code, generation);
    gasWork(driver, probe, generation, [45_001, 60_000, 123_457]);
    stackWork(driver, probe, generation);
    memoryWork(driver, probe, generation);
    failureWork(driver, probe, generation);
  }
  mutantWork(driver, wasm.v010, 5, 4, MUTANT_OPS);
}

export function wholeWorkload(chain: RecordedChain): void {
  const driver = new Driver(chain);
  driver.flush();
  bankWork(driver);
  const v1Code = driver.store("v1", wasm.v1);
  const v010Code = driver.store("v010", wasm.v010);
  const v1 = driver.instantiate(v1Code, "v1", { ops: [{ env: {} }, { random: {} }] }, uscrt(1000));
  const child = driver.instantiate(v1Code, "child");
  const v010 = driver.instantiate(v010Code, "v010", { ops: [{ env: {} }] }, uscrt(1000));
  for (const [probe, generation] of [
    [v1, "v1"],
    [v010, "v010"],
  ] as const) {
    gasWork(driver, probe, generation);
    stackWork(driver, probe, generation);
    memoryWork(driver, probe, generation);
    failureWork(driver, probe, generation);
  }
  environmentWork(driver, v1, v010);
  submessageWork(driver, v1, child, v010, v1Code);
  ciphertextWork(driver, v1, v010);
  uploadWork(driver, wasm.v010);
  migrationWork(driver, v1Code, v010Code);
  mutantWork(driver, wasm.v010, 1, 8, MUTANT_OPS);
  mutantWork(driver, wasm.v1, 2, 4, MUTANT_OPS);
  const token = tokenWork(driver);
  randomWork(driver, token, [v1, child, v010]);
  driver.chain.say(`end ${chain.height} ${chain.appHash}`);
}

function tokenWork(driver: Driver): Deployed {
  const code = driver.store("token", wasm.token);
  const token = driver.instantiate(code, "token", {
    name: "Private",
    symbol: "PRV",
    decimals: 6,
    prng_seed: toBase64(fromUtf8("seed of the token")),
    initial_balances: accounts.map(({ address }) => ({ address, amount: "1000000" })),
    config: {
      public_total_supply: true,
      enable_deposit: true,
      enable_redeem: true,
      enable_mint: true,
      enable_burn: true,
    },
    supported_denoms: ["uscrt"],
  });
  for (const [i, by] of accounts.entries())
    driver.execute(`token key ${i}`, token, { set_viewing_key: { key: `key ${i}` } }, { by });
  driver.flush();
  for (const [i, { address }] of accounts.entries()) {
    driver.query(`token balance ${i}`, token, { balance: { address, key: `key ${i}` } });
  }
  driver.query("token balance, wrong key", token, { balance: { address: first.address, key: "wrong" } });
  driver.query("token info", token, { token_info: {} });
  return token;
}

/** Random transactions of random accounts, several in a block. */
function randomWork(driver: Driver, token: Deployed, probes: readonly Deployed[]): void {
  const random = new SeededRandom(42);
  const someone = () => random.pick(accounts).address;
  const amount = () => String(random.below(3) === 0 ? 10_000_000_000_000 : 1 + random.below(5000));
  const key = () => `key ${random.below(20)}`;
  const gas = () => BigInt(random.below(4) === 0 ? 30_000 + random.below(90_000) : 1_000_000);
  const tokenOps: (() => readonly [Op, number?])[] = [
    () => [{ transfer: { recipient: someone(), amount: amount(), memo: "m".repeat(random.below(40)) } }],
    () => [{ transfer: { recipient: someone(), amount: amount(), decoys: [someone(), someone()], entropy: "AAAA" } }],
    () => [{ send: { recipient: someone(), amount: amount() } }],
    () => [{ mint: { recipient: someone(), amount: amount() } }],
    () => [{ burn: { amount: amount() } }],
    () => [{ deposit: {} }, 1 + random.below(1000)],
    () => [{ redeem: { amount: amount() } }],
    () => [{ increase_allowance: { spender: someone(), amount: amount() } }],
    () => [{ transfer_from: { owner: someone(), recipient: someone(), amount: amount() } }],
    () => [
      {
        batch_transfer: {
          actions: [
            { recipient: someone(), amount: amount() },
            { recipient: someone(), amount: amount() },
          ],
        },
      },
    ],
    () => [{ create_viewing_key: { entropy: key() } }],
  ];
  const probeOps: (() => Op)[] = [
    () => ({ set: { key: key(), value: amount() } }),
    () => ({ remove: { key: key() } }),
    () => ({ set_bytes: { key: key(), size: random.below(3000) } }),
    () => ({ batch: { ops: [{ get: { key: key() } }, { attr: { key: key(), value: amount() } }] } }),
    () => ({ count: { rounds: random.below(100_000) } }),
    () => callOp(random.pick(probes), { set: { key: key(), value: amount() } }),
    () => ({ send: { to: someone(), amount: uscrt(1 + random.below(10)) } }),
  ];
  for (let i = 0; i < 240; i++) {
    const kind = random.below(10);
    if (kind < 2)
      driver.send(`random ${i} bank`, (by) => [sendMessage(by.address, someone(), amount())], { gas: gas() });
    else if (kind < 6) {
      const [op, deposit] = random.pick(tokenOps)();
      driver.execute(`random ${i} token`, token, op, {
        gas: gas(),
        ...(deposit === undefined ? {} : { funds: uscrt(deposit) }),
      });
    } else driver.execute(`random ${i} probe`, random.pick(probes), random.pick(probeOps)(), { gas: gas() });
    if (random.below(12) === 0) driver.flush();
  }
  driver.flush();
}

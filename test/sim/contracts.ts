// SPDX-License-Identifier: Apache-2.0
/** The probes as contracts of the simulation, with random messages for them. */
import { formatAddress, prefix } from "@sotto/address";
import type { Random } from "@sotto/kernel/simulation";
import {
  type ContractWorld,
  proposals,
  type SimulatedContracts,
  someCode,
  someContract,
  someFunds,
  someLabel,
  someOwner,
} from "@sotto/x-compute/simulation";
import { gzip } from "pako";
import { wasm } from "../support/wasm.ts";

type Op = Readonly<Record<string, unknown>>;

const THEN = "then";

const key = (random: Random) => `key ${random.below(12)}`;
/** A small amount, because contracts have few coins. */
const fewCoins = ({ random }: ContractWorld) => [{ denom: "uscrt", amount: String(1 + random.below(500)) }];

const simpleOps: readonly ((world: ContractWorld) => Op)[] = [
  ({ random }) => ({ set: { key: key(random), value: "v".repeat(random.below(200)) } }),
  ({ random }) => ({ remove: { key: key(random) } }),
  ({ random }) => ({ get: { key: key(random) } }),
  ({ random }) => ({ set_bytes: { key: key(random), size: random.below(5000) } }),
  ({ random }) => ({ attr: { key: key(random), value: "value" } }),
  ({ random }) => ({ count: { rounds: random.below(200_000) } }),
  () => ({ fail: { error: { generic_err: { msg: "failed" } } } }),
  () => ({ panic: { text: "panicked" } }),
  () => ({ env: {} }),
  ({ random }) => ({ recurse: { depth: random.below(3000), memory: random.below(2) === 0 } }),
];

/** Messages of staking and rewards, usually for a validator of the genesis. */
function stakes({ random, accounts, turn }: ContractWorld): Op {
  const validator = formatAddress((accounts[random.below(5)] ?? turn).raw, prefix.validator);
  const amount = { denom: "uscrt", amount: String(1 + random.below(100)) };
  const message = random.pick<Op>([
    { staking: { delegate: { validator, amount } } },
    { staking: { delegate: { validator, amount } } },
    { staking: { undelegate: { validator, amount } } },
    { distribution: { set_withdraw_address: { address: turn.address } } },
    { distribution: { withdraw_delegator_reward: { validator } } },
  ]);
  return { message: { message } };
}

/** A vote on one of the last proposals. Each dialect has its own form; the other one is refused. */
function votes({ random, ctx, fixture }: ContractWorld): Op {
  const all = [...(fixture(proposals)?.all(ctx) ?? [])];
  const id = Number(all.at(-1 - random.below(4))?.id ?? 1n);
  const vote = random.below(2) === 0 ? { proposal_id: id, vote: "yes" } : { proposal: id, vote_option: "Yes" };
  return { message: { message: { gov: { vote } } } };
}

/**
 * Ops that send messages: to other contracts, to bank, to compute. v0.10 contracts ignore `sub`.
 */
const messageOps: readonly ((world: ContractWorld) => Op)[] = [
  (world) => ({ send: { to: someOwner(world), amount: fewCoins(world) } }),
  (world) => {
    const { address, code } = someContract(world);
    const msg = JSON.stringify(probeOp(world, 1));
    return { call: { contract: address, code_hash: code.hash, msg, funds: someFunds(world), sub: sub(world) } };
  },
  (world) => {
    const { id, hash } = someCode(world);
    const admin = world.random.below(2) === 0 ? null : someOwner(world);
    const label = someLabel(world);
    const parts = { code_id: Number(id), code_hash: hash, label, msg: '{"ops":[]}', funds: someFunds(world) };
    return { create: { ...parts, admin, sub: sub(world) } };
  },
  ({ random }) => ({
    self_call: { depth: 1 + random.below(4), [THEN]: [{ set: { key: key(random), value: "deep" } }] },
  }),
  (world) => {
    const { address } = someContract(world);
    const { id, hash } = someCode(world);
    return {
      migrate_other: { contract: address, code_hash: hash, code_id: Number(id), msg: '{"ops":[]}', sub: sub(world) },
    };
  },
  (world) => ({ update_admin: { contract: someContract(world).address, admin: someOwner(world), sub: sub(world) } }),
  stakes,
  stakes,
  votes,
  votes,
  (world) => ({ clear_admin: { contract: someContract(world).address, sub: sub(world) } }),
];

function sub(world: ContractWorld): Op | null {
  const { random } = world;
  if (random.below(3) === 0) return null;
  const gas = random.below(4) === 0 ? { gas_limit: 10_000 + random.below(100_000) } : {};
  const reply = random.below(3) === 0 ? { [THEN]: [random.pick(simpleOps)(world)] } : {};
  return { id: random.below(100), reply_on: random.pick(["always", "error", "success", "never"]), ...gas, ...reply };
}

function probeOp(world: ContractWorld, depth = 0): Op {
  const { random } = world;
  if (depth < 3 && random.below(4) === 0) {
    return { batch: { ops: Array.from({ length: 1 + random.below(4) }, () => probeOp(world, depth + 1)) } };
  }
  return random.pick(depth < 3 && random.below(2) === 0 ? messageOps : simpleOps)(world);
}

const upToTwo = (world: ContractWorld, op: () => Op): string =>
  JSON.stringify({ ops: Array.from({ length: world.random.below(3) }, op) });

export const probes = (ioPublicKey: Uint8Array): SimulatedContracts => ({
  ioPublicKey,
  wasm: [wasm.v1, wasm.v010],
  packed: (code) => gzip(code, { level: 1 }),
  instantiateMessage: (world) => upToTwo(world, () => probeOp(world, 1)),
  executeMessage: (world) => JSON.stringify(probeOp(world)),
  migrateMessage: (world) => upToTwo(world, () => world.random.pick(simpleOps)(world)),
});

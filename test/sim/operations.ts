/** Random messages of every module, good and bad. Each takes what it knows of the chain from the state, not from a model. */
import { formatAddress, moduleAddress, parseAddress } from "@sotto/address";
import { fromHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { MsgUpdateParamsSchema as MsgUpdateAuthParamsSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import {
  MsgMultiSendSchema,
  MsgSendSchema,
  MsgSetSendEnabledSchema,
  MsgUpdateParamsSchema as MsgUpdateBankParamsSchema,
} from "@sotto/proto/cosmos.bank.v1beta1";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgStoreCodeSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";
import { gzip } from "pako";
import { type Account, type Coin, type Packed, pack } from "../chain/signing.ts";
import type { Driver, Op, Random } from "../determinism/driver.ts";
import { accounts } from "../determinism/recordedChain.ts";
import type { Rows } from "./rows.ts";

export const DENOMS = [
  "ibc/27394FB092D2ECCD56123C74F36E4C1F926001CEADA9CA97EA622B25F41E5EB2",
  "ufrozen",
  "uscrt",
  "usilk",
];
const GOV = formatAddress(moduleAddress("gov"));
const THEN = "then";

export interface World {
  readonly driver: Driver;
  readonly random: Random;
  readonly rows: Rows;
  readonly wasm: readonly Uint8Array[];
  /** Labels that were tried, so that some are tried twice. */
  readonly labels: string[];
}

type Operation = (world: World, by: Account) => Packed;

const stranger = (random: Random): string => formatAddress(sha256(Uint8Array.of(random.below(64))).subarray(0, 20));

function someone({ random, rows }: World): string {
  const kind = random.below(20);
  if (kind < 12) return random.pick(accounts).address;
  if (kind < 16) return stranger(random);
  if (kind < 19 && rows.contracts.size > 0) return random.pick([...rows.contracts.keys()]);
  return random.pick([GOV, formatAddress(moduleAddress("fee_collector")), "secret1nobody", ""]);
}

/** Coins in the order that the chain asks for, now and then not. */
function coins({ random }: World, most = 3): Coin[] {
  const sizes = [
    "0",
    "1",
    "17",
    "1000",
    "999999",
    "1000000000000",
    "-5",
    "340282366920938463463374607431768211456",
    "01",
  ];
  const offered = DENOMS.filter((denom) => random.below(4) < most && (denom !== "ufrozen" || random.below(10) === 0));
  const chosen = offered.map((denom) => {
    const amount = random.below(25) === 0 ? random.pick(sizes) : String(1 + random.below(5000));
    return { denom, amount };
  });
  if (random.below(30) === 0) chosen.reverse();
  return chosen.length > 0 || random.below(20) === 0 ? chosen : [{ denom: "uscrt", amount: "3" }];
}

/** Funds that most calls can pay. */
const fewCoins = (world: World): Coin[] => (world.random.below(4) === 0 ? coins(world, 1) : []);

interface Target {
  readonly address: string;
  readonly codeId: bigint;
  readonly hash: string;
}

function contract({ random, rows }: World): Target {
  const known = [...rows.contracts];
  if (known.length === 0 || random.below(25) === 0) {
    return { address: stranger(random), codeId: 1n, hash: [...rows.codes.values()][0] ?? "00".repeat(32) };
  }
  const [address, { codeId }] = random.pick(known);
  return { address, codeId, hash: rows.codes.get(codeId) ?? "" };
}

function code({ random, rows }: World): { id: bigint; hash: string } {
  const [id, hash] = random.pick([...rows.codes]);
  return random.below(20) === 0 ? { id: id + 50n, hash } : { id, hash };
}

const key = (random: Random) => `key ${random.below(12)}`;

function label({ random, labels }: World): string {
  if (labels.length > 0 && random.below(6) === 0) return random.pick(labels);
  labels.push(`label ${labels.length}`);
  return labels.at(-1) as string;
}

const simpleOps: readonly ((world: World) => Op)[] = [
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

/** Ops that send messages on: to other contracts, to bank, to compute. `sub` is what v0.10 lacks and ignores. */
const messageOps: readonly ((world: World) => Op)[] = [
  (world) => ({ send: { to: someone(world), amount: coins(world, 1) } }),
  (world) => {
    const to = contract(world);
    const msg = JSON.stringify(probeOp(world, 1));
    return { call: { contract: to.address, code_hash: to.hash, msg, funds: fewCoins(world), sub: sub(world) } };
  },
  (world) => {
    const { id, hash } = code(world);
    const admin = world.random.below(2) === 0 ? null : someone(world);
    const parts = {
      code_id: Number(id),
      code_hash: hash,
      label: label(world),
      msg: '{"ops":[]}',
      funds: fewCoins(world),
    };
    return { create: { ...parts, admin, sub: sub(world) } };
  },
  ({ random }) => ({
    self_call: { depth: 1 + random.below(4), [THEN]: [{ set: { key: key(random), value: "deep" } }] },
  }),
  (world) => {
    const to = contract(world);
    const { id, hash } = code(world);
    return {
      migrate_other: { contract: to.address, code_hash: hash, code_id: Number(id), msg: '{"ops":[]}', sub: sub(world) },
    };
  },
  (world) => ({ update_admin: { contract: contract(world).address, admin: someone(world), sub: sub(world) } }),
  (world) => ({ clear_admin: { contract: contract(world).address, sub: sub(world) } }),
];

function sub(world: World): Op | null {
  const { random } = world;
  if (random.below(3) === 0) return null;
  const gas = random.below(4) === 0 ? { gas_limit: 10_000 + random.below(100_000) } : {};
  const reply = random.below(3) === 0 ? { [THEN]: [random.pick(simpleOps)(world)] } : {};
  return { id: random.below(100), reply_on: random.pick(["always", "error", "success", "never"]), ...gas, ...reply };
}

function probeOp(world: World, depth = 0): Op {
  const { random } = world;
  if (depth < 3 && random.below(4) === 0) {
    return { batch: { ops: Array.from({ length: 1 + random.below(4) }, () => probeOp(world, depth + 1)) } };
  }
  return random.pick(depth < 3 && random.below(2) === 0 ? messageOps : simpleOps)(world);
}

export const operations: Readonly<Record<"auth" | "bank" | "compute" | "registration", readonly Operation[]>> = {
  auth: [
    (_world, by) => pack(MsgUpdateAuthParamsSchema, { authority: by.address, params: { maxMemoCharacters: 1n } }),
    (_world, _by) => pack(MsgUpdateAuthParamsSchema, { authority: GOV, params: { maxMemoCharacters: 1n } }),
  ],
  bank: [
    (world, by) => send(world, by.address, 1),
    (world, by) => send(world, by.address, 1),
    (world, by) => send(world, by.address),
    (world, by) => send(world, world.random.below(4) === 0 ? someone(world) : by.address),
    (world, by) => multiSend(world, by),
    (world, by) => multiSend(world, by),
    (world, by) => (world.random.below(2) === 0 ? send(world, by.address) : refusedParams(world, by)),
  ],
  compute: [
    (world, by) => execute(world, by),
    (world, by) => execute(world, by),
    (world, by) => execute(world, by),
    (world, by) => execute(world, by),
    (world, by) => instantiate(world, by),
    (world, by) => migrate(world, by),
    (world, by) => updateAdmin(world, by),
    (world, by) => clearAdminOrStore(world, by),
  ],
  registration: [
    ({ random }, by) =>
      pack(RaAuthenticateSchema, { sender: by.raw, certificate: sha256(Uint8Array.of(random.below(256))) }),
  ],
};

const send = (world: World, from: string, most = 3): Packed =>
  pack(MsgSendSchema, { fromAddress: from, toAddress: someone(world), amount: coins(world, most) });

/** What only governance may do. */
const refusedParams = ({ random }: World, by: Account): Packed =>
  random.below(2) === 0
    ? pack(MsgSetSendEnabledSchema, { authority: by.address, sendEnabled: [{ denom: "uscrt", enabled: false }] })
    : pack(MsgUpdateBankParamsSchema, { authority: by.address, params: { defaultSendEnabled: false } });

function multiSend(world: World, by: Account): Packed {
  const { random } = world;
  const outputs = Array.from({ length: 1 + random.below(4) }, () => ({
    address: someone(world),
    coins: [{ denom: "usilk", amount: String(1 + random.below(50)) }],
  }));
  const total = outputs.reduce((sum, { coins: [coin] }) => sum + Number(coin?.amount), random.below(8) === 0 ? 1 : 0);
  return pack(MsgMultiSendSchema, {
    inputs: [{ address: by.address, coins: [{ denom: "usilk", amount: String(total) }] }],
    outputs,
  });
}

function execute(world: World, by: Account): Packed {
  const to = contract(world);
  const { wire } = world.driver.encrypt(to.hash, probeOp(world));
  if (world.random.below(20) === 0) {
    const at = world.random.below(wire.length);
    wire[at] = (wire[at] as number) ^ (1 << world.random.below(8));
  }
  return pack(MsgExecuteContractSchema, {
    sender: by.raw,
    contract: parseAddress(to.address),
    msg: wire,
    sentFunds: fewCoins(world),
  });
}

function instantiate(world: World, by: Account): Packed {
  const { id, hash } = code(world);
  const ops = Array.from({ length: world.random.below(3) }, () => probeOp(world, 1));
  const { wire } = world.driver.encrypt(hash, { ops });
  const admin = world.random.pick([by.address, by.address, by.address, "", someone(world)]);
  return pack(MsgInstantiateContractSchema, {
    sender: by.raw,
    codeId: id,
    label: label(world),
    initMsg: wire,
    initFunds: fewCoins(world),
    admin,
  });
}

/** Mostly one that the signer may change. */
function ownContract(world: World, by: Account): Target {
  const own = [...world.rows.contracts].filter(([, { admin }]) => admin === by.address);
  if (own.length === 0 || world.random.below(6) === 0) return contract(world);
  const [address, { codeId }] = world.random.pick(own);
  return { address, codeId, hash: world.rows.codes.get(codeId) ?? "" };
}

function migrate(world: World, by: Account): Packed {
  const { id, hash } = code(world);
  const ops = Array.from({ length: world.random.below(3) }, () => world.random.pick(simpleOps)(world));
  const { wire } = world.driver.encrypt(hash, { ops });
  return pack(MsgMigrateContractSchema, {
    sender: by.address,
    contract: ownContract(world, by).address,
    codeId: id,
    msg: wire,
  });
}

/** Both rarely: contracts would soon have no admin, and the state would be all code. */
function clearAdminOrStore(world: World, by: Account): Packed {
  const kind = world.random.below(4);
  if (kind === 0) return pack(MsgClearAdminSchema, { sender: by.address, contract: ownContract(world, by).address });
  return kind === 1 ? store(world, by) : execute(world, by);
}

function updateAdmin(world: World, by: Account): Packed {
  return pack(MsgUpdateAdminSchema, {
    sender: by.address,
    contract: ownContract(world, by).address,
    newAdmin: someone(world),
  });
}

function store({ random, wasm }: World, by: Account): Packed {
  const bytes = random.pick(wasm);
  const kind = random.below(12);
  if (kind === 0) return pack(MsgStoreCodeSchema, { sender: by.raw, wasmByteCode: bytes });
  if (kind === 1) return pack(MsgStoreCodeSchema, { sender: by.raw, wasmByteCode: gzip(bytes, { level: 1 }) });
  const broken = bytes.slice(0, 1 + random.below(20_000));
  return pack(MsgStoreCodeSchema, {
    sender: by.raw,
    wasmByteCode: kind < 7 ? broken : (fromHex("0061736d01000000") as Uint8Array),
  });
}

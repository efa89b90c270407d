// SPDX-License-Identifier: Apache-2.0
import { formatAddress, parseAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { sha256, X25519Key } from "@sotto/crypto";
import {
  type Fixture,
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  type SimulatedAccount,
  type SimulatedMessage,
  signedBy,
  someAddress,
  someCoins,
  someStranger,
  type World,
} from "@sotto/kernel/simulation";
import type { WireCoin as Coin } from "@sotto/math/coins";
import { agreeMessageKey, encryptMessage } from "@sotto/message";
import {
  MsgClearAdminSchema,
  MsgContractGovernanceProposalSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgSetContractGovernanceSchema,
  MsgStoreCodeSchema,
  MsgUpdateAdminSchema,
  MsgUpdateMachineWhitelistProposalSchema,
  MsgUpdateMachineWhitelistSchema,
  MsgUpdateParamsSchema,
  MsgUpgradeProposalPassedSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { defaultParams } from "./genesis.ts";
import type { ProposalReads } from "./passed.ts";
import { state } from "./state.ts";

export interface StoredCode {
  readonly id: bigint;
  /** Hex. */
  readonly hash: string;
}

export interface StoredContract {
  /** Bech32. */
  readonly address: string;
  /** Bech32, or empty. */
  readonly admin: string;
  readonly code: StoredCode;
}

/** The state for makers of contract messages. Lists are in the order of the rows. */
export interface ContractWorld extends World {
  readonly codes: readonly StoredCode[];
  readonly contracts: readonly StoredContract[];
}

/** Contracts to store, and their messages. All of them understand the same messages. */
export interface SimulatedContracts {
  /** The network's key, for which messages are encrypted. */
  readonly ioPublicKey: Uint8Array;
  readonly wasm: readonly Uint8Array[];
  /** The same code in a packed form that a client may upload. */
  packed(wasm: Uint8Array): Uint8Array;
  /** JSON. */
  instantiateMessage(world: ContractWorld): string;
  executeMessage(world: ContractWorld): string;
  migrateMessage(world: ContractWorld): string;
}

/** The proposals of governance. */
export const proposals: Fixture<ProposalReads> = { name: "proposals" };

export const simulatedContracts: Fixture<SimulatedContracts> = { name: "contracts" };

const NO_CODE: StoredCode = { id: 1n, hash: "00".repeat(32) };

function readWorld(world: World): ContractWorld {
  const codes = Array.from(state.codes.entries(world.ctx), ([id, { codeHash }]) => ({ id, hash: toHex(codeHash) }));
  const byId = new Map(codes.map((code) => [code.id, code]));
  const contracts = Array.from(state.contracts.entries(world.ctx), ([raw, { codeId, admin }]) => {
    return { address: formatAddress(raw), admin, code: byId.get(codeId) ?? NO_CODE };
  });
  return { ...world, codes, contracts };
}

/** Usually a contract that exists. */
export function someContract(world: ContractWorld): StoredContract {
  const { random, contracts, codes } = world;
  if (contracts.length > 0 && random.below(25) > 0) return random.pick(contracts);
  return { address: someStranger(world), admin: "", code: codes[0] ?? NO_CODE };
}

/** Usually a code that exists. */
export function someCode({ random, codes }: ContractWorld): StoredCode {
  if (codes.length === 0) return NO_CODE;
  const code = random.pick(codes);
  return random.below(20) === 0 ? { ...code, id: code.id + 50n } : code;
}

/** Funds within the balance of most callers. */
export const someFunds = (world: World): Coin[] => (world.random.below(3) === 0 ? someCoins(world, 2) : []);

/** Usually a new label, sometimes one in use. */
export function someLabel({ random, ctx }: World): string {
  const taken = random.below(6) === 0 ? [...state.labels.entries(ctx)] : [];
  return taken.length > 0 ? random.pick(taken)[0] : `label ${random.below(2 ** 40)}`;
}

export const someOwner = (world: ContractWorld): string =>
  someAddress(
    world,
    world.contracts.map(({ address }) => address),
  );

/** Encrypts with a new client key for each message. */
function encrypted({ random }: World, { ioPublicKey }: SimulatedContracts, { hash }: StoredCode, json: string) {
  const secret = sha256(Uint8Array.from({ length: 16 }, () => random.below(256)));
  const key = agreeMessageKey(new X25519Key(secret), ioPublicKey, sha256(secret));
  return key === undefined ? new Uint8Array(0) : encryptMessage(key, hash, json);
}

/**
 * A contract with an admin that can sign; sometimes any contract with the account whose turn it is.
 */
function administered(world: ContractWorld): { readonly contract: StoredContract; readonly signer: SimulatedAccount } {
  const { random, turn, accounts, contracts } = world;
  const pairs = contracts.flatMap((contract) => {
    const signer = accounts.find(({ address }) => address === contract.admin);
    return signer === undefined ? [] : [{ contract, signer }];
  });
  if (pairs.length > 0 && random.below(6) > 0) return random.pick(pairs);
  return { contract: someContract(world), signer: turn };
}

function store({ random, turn }: World, { wasm, packed }: SimulatedContracts): SimulatedMessage {
  const code = random.pick(wasm);
  return signedBy(turn, MsgStoreCodeSchema, {
    sender: turn.raw,
    wasmByteCode: random.below(2) === 0 ? code : packed(code),
  });
}

function storeBroken({ random, turn }: World, { wasm }: SimulatedContracts): SimulatedMessage {
  const cut = random.pick(wasm).slice(0, 1 + random.below(20_000));
  const wasmByteCode = random.below(2) === 0 ? cut : Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);
  return signedBy(turn, MsgStoreCodeSchema, { sender: turn.raw, wasmByteCode });
}

function instantiate(world: ContractWorld, fixture: SimulatedContracts): SimulatedMessage {
  const { random, turn } = world;
  const code = someCode(world);
  return signedBy(turn, MsgInstantiateContractSchema, {
    sender: turn.raw,
    codeId: code.id,
    label: someLabel(world),
    initMsg: encrypted(world, fixture, code, fixture.instantiateMessage(world)),
    initFunds: someFunds(world),
    admin: random.below(5) < 3 ? turn.address : random.pick(["", someOwner(world)]),
  });
}

function execute(world: ContractWorld, fixture: SimulatedContracts): SimulatedMessage {
  const { random, turn } = world;
  const { address, code } = someContract(world);
  const wire = encrypted(world, fixture, code, fixture.executeMessage(world));
  const changed = random.below(20) === 0 ? random.below(wire.length) : -1;
  return signedBy(turn, MsgExecuteContractSchema, {
    sender: turn.raw,
    contract: parseAddress(address),
    msg: wire.map((byte, at) => (at === changed ? byte ^ (1 << random.below(8)) : byte)),
    sentFunds: someFunds(world),
  });
}

function migrate(world: ContractWorld, fixture: SimulatedContracts): SimulatedMessage {
  const { contract, signer } = administered(world);
  const code = someCode(world);
  return signedBy(signer, MsgMigrateContractSchema, {
    sender: signer.address,
    contract: contract.address,
    codeId: code.id,
    msg: encrypted(world, fixture, code, fixture.migrateMessage(world)),
  });
}

function updateAdmin(world: ContractWorld): SimulatedMessage {
  const { contract, signer } = administered(world);
  return signedBy(signer, MsgUpdateAdminSchema, {
    sender: signer.address,
    contract: contract.address,
    newAdmin: someOwner(world),
  });
}

function clearAdmin(world: ContractWorld): SimulatedMessage {
  const { contract, signer } = administered(world);
  return signedBy(signer, MsgClearAdminSchema, { sender: signer.address, contract: contract.address });
}

type Make = (world: ContractWorld, fixture: SimulatedContracts) => SimulatedMessage;

const MACHINE = "abcdef";

const WHITELIST = `/${MsgUpdateMachineWhitelistProposalSchema.typeName}`;

/** Carries out proposals, some of which did not pass or do not exist. */
function carryOut(world: World): SimulatedMessage {
  const { random, turn, ctx } = world;
  const [sender, senderAddress] = [turn.address, turn.address];
  if (random.below(2) === 0) {
    const mrEnclaveHash = new Uint8Array(32).fill(random.pick([0x11, 0x11, 0x22]));
    return signedBy(turn, MsgUpgradeProposalPassedSchema, { senderAddress, mrEnclaveHash });
  }
  const passed = [...(world.fixture(proposals)?.all(ctx) ?? [])].filter(
    ({ passed: isPassed, messages }) => isPassed && messages[0]?.typeUrl === WHITELIST,
  );
  const proposalId = passed.length === 0 || random.below(3) === 0 ? BigInt(random.below(50)) : random.pick(passed).id;
  return signedBy(turn, MsgUpdateMachineWhitelistSchema, { sender, proposalId, machineId: MACHINE });
}

function requireGovernance(world: ContractWorld): SimulatedMessage {
  const { contract, signer } = administered(world);
  return signedBy(signer, MsgSetContractGovernanceSchema, {
    sender: signer.address,
    contractAddress: contract.address,
  });
}

/** Refused: only governance may send them. */
function govern({ random, turn }: World): SimulatedMessage {
  const authority = turn.address;
  const kind = random.below(3);
  if (kind === 0) return signedBy(turn, MsgUpdateParamsSchema, { authority, params: defaultParams() });
  if (kind === 1) return signedBy(turn, MsgUpdateMachineWhitelistProposalSchema, { authority, machineId: MACHINE });
  return signedBy(turn, MsgContractGovernanceProposalSchema, {
    authority,
    title: "a title",
    description: "a description",
    adminUpdates: [{ address: turn.address, newAdmin: turn.address }],
  });
}

const FEW_CODES = 2;
const FEW_CONTRACTS = 4;

/**
 * Prerequisites come first: a chain without codes stores codes, a chain without contracts
 * instantiates some.
 */
const operation = (name: string, weight: number, make: Make): Operation => ({
  name,
  weight,
  make(world) {
    const fixture = world.fixture(simulatedContracts);
    if (fixture === undefined) return undefined;
    const seen = readWorld(world);
    if (seen.codes.length < FEW_CODES) return store(world, fixture);
    if (seen.contracts.length < FEW_CONTRACTS) return instantiate(seen, fixture);
    return make(seen, fixture);
  },
});

/**
 * Uploads and removals of admins have low weights: otherwise codes would fill the state, and no
 * contract could be changed.
 */
export const operations: readonly Operation[] = [
  operation("execute", 18, execute),
  operation("instantiate", 4, instantiate),
  operation("migrate", 5, migrate),
  operation("update-admin", 4, updateAdmin),
  operation("clear-admin", 1, clearAdmin),
  operation("store-code", 1, store),
  operation("store-broken-code", 1, storeBroken),
  operation("require-governance", 2, requireGovernance),
  { name: "carry-out", weight: 6, make: carryOut },
  { name: "govern", weight: 2, make: govern },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "update-params",
    weight: 3,
    make: ({ random }) =>
      packed(MsgUpdateParamsSchema, {
        authority: governance,
        params: { ...defaultParams(), compileCost: String(10n ** 17n * BigInt(1 + random.below(20))) },
      }),
  },
  {
    name: "contract-governance",
    weight: 3,
    make(world) {
      const seen = readWorld(world);
      const { random } = world;
      const address = someContract(seen).address;
      const contracts = random.below(2) === 0 ? [{ address, newCodeId: someCode(seen).id }] : [];
      const adminUpdates = contracts.length === 0 ? [{ address, newAdmin: someOwner(seen) }] : [];
      return packed(MsgContractGovernanceProposalSchema, {
        authority: governance,
        title: "a title",
        description: "a description",
        contracts,
        adminUpdates,
      });
    },
  },
  {
    name: "machines",
    weight: 3,
    make: () =>
      packed(MsgUpdateMachineWhitelistProposalSchema, {
        authority: governance,
        title: "a title",
        description: "a description",
        machineId: MACHINE,
      }),
  },
];

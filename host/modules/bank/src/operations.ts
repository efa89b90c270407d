// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import {
  type GovernedOperation,
  governance,
  type Operation,
  governed as packed,
  type SimulatedMessage,
  signedBy,
  someAddress,
  someCoins,
  type World,
} from "@sotto/kernel/simulation";
import {
  MsgMultiSendSchema,
  MsgSendSchema,
  MsgSetSendEnabledSchema,
  MsgUpdateParamsSchema,
} from "@sotto/proto/cosmos.bank.v1beta1";
import { state } from "./state.ts";

/** Addresses of all accounts with coins, also of contracts and modules. */
const holders = ({ ctx }: World): string[] => [
  ...new Set([...state.balances.entries(ctx)].map(([[owner]]) => formatAddress(owner))),
];

const someRecipient = (world: World): string => someAddress(world, holders(world));

const send = (world: World, from: string, most?: 1): SimulatedMessage =>
  signedBy(world.turn, MsgSendSchema, {
    fromAddress: from,
    toAddress: someRecipient(world),
    amount: someCoins(world, most),
  });

/** One input with the sum of the outputs, sometimes one more than the sum. */
function multiSend(world: World): SimulatedMessage | undefined {
  const { random, turn, denoms } = world;
  const denom = denoms.at(-1);
  if (denom === undefined) return undefined;
  const amounts = Array.from({ length: 1 + random.below(4) }, () => 1 + random.below(50));
  const outputs = amounts.map((amount) => ({
    address: someRecipient(world),
    coins: [{ denom, amount: String(amount) }],
  }));
  const total = amounts.reduce((sum, amount) => sum + amount, random.below(8) === 0 ? 1 : 0);
  const inputs = [{ address: turn.address, coins: [{ denom, amount: String(total) }] }];
  return signedBy(turn, MsgMultiSendSchema, { inputs, outputs });
}

export const operations: readonly Operation[] = [
  { name: "send-little", weight: 4, make: (world) => send(world, world.turn.address, 1) },
  { name: "send", weight: 3, make: (world) => send(world, world.turn.address) },
  // Refused: the owner does not sign.
  { name: "send-from-another", weight: 1, make: (world) => send(world, someRecipient(world)) },
  { name: "multi-send", weight: 4, make: multiSend },
  {
    name: "send-disabled",
    weight: 1,
    make(world) {
      const denom = [...state.sendEnabled.entries(world.ctx)].find(([, enabled]) => !enabled)?.[0];
      if (denom === undefined) return undefined;
      const amount = [{ denom, amount: "1" }];
      const { turn } = world;
      return signedBy(turn, MsgSendSchema, { fromAddress: turn.address, toAddress: someRecipient(world), amount });
    },
  },
  {
    // Refused: only governance may send it.
    name: "update-params",
    weight: 1,
    make({ random, turn }) {
      const authority = turn.address;
      return random.below(2) === 0
        ? signedBy(turn, MsgSetSendEnabledSchema, { authority, sendEnabled: [{ denom: "uscrt", enabled: false }] })
        : signedBy(turn, MsgUpdateParamsSchema, { authority, params: { defaultSendEnabled: false } });
    },
  },
];

export const governed: readonly GovernedOperation[] = [
  {
    name: "set-send-enabled",
    weight: 3,
    make: ({ random, denoms }) =>
      packed(MsgSetSendEnabledSchema, {
        authority: governance,
        sendEnabled: [{ denom: random.pick([...denoms, "no denom"]), enabled: random.below(3) > 0 }],
        useDefaultFor: random.below(2) === 0 ? [...denoms] : [],
      }),
  },
  {
    name: "update-params",
    weight: 3,
    make: ({ random }) =>
      packed(MsgUpdateParamsSchema, {
        authority: governance,
        params: { defaultSendEnabled: random.below(5) > 0, sendEnabled: random.below(4) === 0 ? [{ denom: "u" }] : [] },
      }),
  },
  {
    // Fails: all coins of governance are deposits (ADR 105).
    name: "send",
    weight: 2,
    make: ({ random, turn, denoms }) =>
      packed(MsgSendSchema, {
        fromAddress: random.below(4) === 0 ? turn.address : governance,
        toAddress: turn.address,
        amount: [{ denom: random.pick(denoms), amount: String(1 + random.below(50)) }],
      }),
  },
];

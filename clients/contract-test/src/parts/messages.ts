// SPDX-License-Identifier: Apache-2.0
/** Messages for contracts, from encrypted bytes. */
import { parseAddress } from "@sotto/address";
import {
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgStoreCodeSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type Account, type Coin, type Packed, pack } from "./signing.ts";

export const contractOf = (address: string): Uint8Array => parseAddress(address);

export const storeMessage = (
  by: Account,
  code: Uint8Array,
  extra: { source?: string; builder?: string } = {},
): Packed => pack(MsgStoreCodeSchema, { sender: by.raw, wasmByteCode: code, ...extra });

export interface Instance {
  readonly codeId: bigint;
  readonly label: string;
  /** Bech32; none when empty. */
  readonly admin?: string;
  readonly funds?: readonly Coin[];
}

export const instantiateMessage = (
  by: Account,
  { codeId, label, admin = "", funds = [] }: Instance,
  initMsg: Uint8Array,
): Packed =>
  pack(MsgInstantiateContractSchema, { sender: by.raw, codeId, label, initMsg, initFunds: [...funds], admin });

export const executeMessage = (by: Account, address: string, msg: Uint8Array, funds: readonly Coin[] = []): Packed =>
  pack(MsgExecuteContractSchema, { sender: by.raw, contract: contractOf(address), msg, sentFunds: [...funds] });

export const migrateMessage = (by: Account, contract: string, codeId: bigint, msg: Uint8Array): Packed =>
  pack(MsgMigrateContractSchema, { sender: by.address, contract, codeId, msg });

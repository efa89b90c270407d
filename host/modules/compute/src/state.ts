// SPDX-License-Identifier: Apache-2.0
import {
  addressKey,
  asValue,
  fixedKey,
  pair,
  protoValue,
  rawValue,
  stateOf,
  textKey,
  textValue,
  tuple,
  u32Key,
  u64Key,
  u64Value,
} from "@sotto/kernel";
import {
  CodeInfoSchema,
  ContractCodeHistoryEntrySchema,
  ContractInfoSchema,
  ContractKeySchema,
  ParamsSchema,
} from "@sotto/proto/secret.compute.v1beta1";

const { item, keySet, table } = stateOf("compute");

/** Contract addresses are 20 bytes without a length prefix (x/compute types/keys.go). */
const contractKey = fixedKey(20);

/** The rows of spec/state.md 3.4. */
export const state = {
  codes: table(0x01, u64Key, protoValue(CodeInfoSchema)),
  contracts: table(0x02, contractKey, protoValue(ContractInfoSchema)),
  /** The contract's rows from the enclave, with encrypted keys and values. */
  rows: table(0x03, pair(contractKey, addressKey), rawValue),
  nextCodeId: item([0x04, "lastCodeId"], u64Value),
  nextInstanceId: item([0x04, "lastContractId"], u64Value),
  keys: table(0x06, contractKey, protoValue(ContractKeySchema)),
  labels: table(0x07, textKey, rawValue),
  /** Height, next counter. */
  txCounter: item(0x08, asValue(pair(u64Key, u32Key))),
  history: table(0x09, pair(contractKey, u64Key), protoValue(ContractCodeHistoryEntrySchema)),
  /** code id, height, block gas consumed, contract */
  byCode: keySet(0x0a, tuple(u64Key, u64Key, u64Key, contractKey)),
  params: item(0x0b, protoValue(ParamsSchema)),
  /**
   * The code that governance approved for a contract, by the contract's address as the proposal
   * wrote it.
   */
  newCodes: table(0x0c, textKey, u64Value),
  /**
   * The admin that governance approved for a contract, as the proposal wrote both; empty: no admin.
   */
  newAdmins: table(0x0d, textKey, textValue),
  /**
   * Client and nonce of a ciphertext, hash of its sender and target (spec/transactions.md 5). Not
   * in the reference.
   */
  claims: table(0xf0, pair(fixedKey(8), addressKey), rawValue),
} as const;

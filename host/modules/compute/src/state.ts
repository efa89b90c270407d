import { concat, fromUtf8 } from "@sotto/bytes";
import {
  addressKey,
  emptyValue,
  type KeyCodec,
  pair,
  protoValue,
  rawValue,
  stateOf,
  textKey,
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

const { item, table } = stateOf("compute");

/** Contract addresses are 20 bytes without a length in front (x/compute types/keys.go). */
const contractKey: KeyCodec<Uint8Array> = {
  ...addressKey,
  encodePart: (key) => key,
  decodePart: (raw) => [raw.subarray(0, 20), 20],
};

const CONTRACT_STATE = 0x03;

/** The rows of spec/state.md 3.4. */
export const state = {
  codes: table(0x01, u64Key, protoValue(CodeInfoSchema)),
  contracts: table(0x02, contractKey, protoValue(ContractInfoSchema)),
  /** The contract's rows as the enclave wrote them: encrypted keys and values. */
  rows: table(CONTRACT_STATE, pair(contractKey, addressKey), rawValue),
  nextCodeId: item(concat(Uint8Array.of(0x04), fromUtf8("lastCodeId")), u64Value),
  nextInstanceId: item(concat(Uint8Array.of(0x04), fromUtf8("lastContractId")), u64Value),
  keys: table(0x06, contractKey, protoValue(ContractKeySchema)),
  labels: table(0x07, textKey, rawValue),
  /** height BE8, next counter BE4 */
  txCounter: item(0x08, rawValue),
  history: table(0x09, pair(contractKey, u64Key), protoValue(ContractCodeHistoryEntrySchema)),
  /** code id, height, block gas consumed, contract */
  byCode: table(0x0a, pair(u64Key, pair(u64Key, pair(u64Key, contractKey))), emptyValue),
  params: item(0x0b, protoValue(ParamsSchema)),
  /** Code that governance approved for a contract, by its text. Nothing writes these two rows yet. */
  newCodes: table(0x0c, textKey, u64Value),
  /** Text of the admin that governance approved for a contract, by its text. */
  newAdmins: table(0x0d, textKey, rawValue),
  /** Client and nonce of a ciphertext, hash of its sender and target (spec/transactions.md 5). Not in the reference. */
  claims: table(0xf0, addressKey, rawValue),
} as const;

// SPDX-License-Identifier: Apache-2.0
import { formatAddress, lengthFault, mustAddress } from "@sotto/address";
import { fromHex, fromUtf8 } from "@sotto/bytes";
import { ChainError, SdkError } from "@sotto/errors";
import type { Checks } from "@sotto/kernel";
import { int } from "@sotto/math";
import { type Coins, parseWireCoins, type WireCoin } from "@sotto/math/coins";
import type { Msg } from "@sotto/proto/secret.compute.v1beta1";
import { ComputeError } from "./errors.ts";
import { trimSpace } from "./trim.ts";
import { MAX_SUBMITTED } from "./upload.ts";
import { readUrl } from "./url.ts";

// The checks of x/compute's ValidateBasic (spec/modules.md 8.2), and a check of the callback
// signature, which only the chain may fill in.

const MAX_LABEL = 512;
const MAX_BUILDER = 128;
/**
 * docker `org/name:tag`, as the reference's build tag rule. The length is bounded before it is
 * matched.
 */
const BUILDER = /^[a-z0-9][a-z0-9._-]*[a-z0-9](\/[a-z0-9][a-z0-9._-]*[a-z0-9])+:[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/;
const MRENCLAVE = 32;

/**
 * Throws the error of an invalid address, without a code or as sdk/9, with the field's name before
 * its text.
 */
export const bech32 = (text: string, field: string): Uint8Array => {
  try {
    return mustAddress(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(field) : thrown;
  }
};

/** Addresses in `bytes` fields are raw. */
function checkLength({ length }: Uint8Array): void {
  const fault = lengthFault(length);
  if (fault !== undefined) throw SdkError.unknownAddress(fault);
}

/**
 * Only contracts' messages have a callback signature; a user's message with one is refused
 * (spec/modules.md 8.2).
 */
function refuseCallback(signature: Uint8Array): void {
  if (signature.length > 0) throw ComputeError.signature("a transaction may not carry a callback signature");
}

/** Compat: faults in the fields of an upload are sdk/18 with the text of compute's error. */
const badPart = (part: string, fault: ChainError): ChainError => SdkError.invalidRequest(`${part} ${fault.message}`);

function checkSource(source: string): void {
  if (source === "") return;
  const url = readUrl(source);
  if (url === undefined) throw badPart("source", ComputeError.invalid("not an url"));
  if (url.scheme === "") throw badPart("source", ComputeError.invalid("not an absolute url"));
  if (url.scheme !== "https") throw badPart("source", ComputeError.invalid("must use https"));
}

function checkBuilder(builder: string): void {
  if (builder === "") return;
  if (builder.length > MAX_BUILDER || fromUtf8(builder).length > MAX_BUILDER) {
    throw badPart("builder", ComputeError.limit("longer than 128 characters"));
  }
  if (!BUILDER.test(builder)) throw badPart("builder", ComputeError.invalid());
}

/** Hex numbers separated by commas; blanks around them are ignored. */
function checkMachines(list: string): void {
  if (trimSpace(list) === "") throw ComputeError.invalid("machine_id must not be empty");
  if (list.split(",").some((id) => fromHex(trimSpace(id)) === undefined))
    throw ComputeError.invalid("machine_id malformed");
}

export function checkLabel(label: string): void {
  if (label === "") throw ComputeError.empty("is required");
  // Compat: the limit is 512 bytes, but the text says 128 (x/compute types/validation.go).
  if (label.length > MAX_LABEL || fromUtf8(label).length > MAX_LABEL) {
    throw ComputeError.limit("cannot be longer than 128 characters");
  }
}

/**
 * Funds of a message, possibly empty. Throws sdk/10 unless the coins are sorted, distinct and
 * positive.
 */
export function fundsOf(funds: readonly WireCoin[], field?: string): Coins {
  const coins = parseWireCoins(funds);
  if (coins.fault !== undefined) throw SdkError.invalidCoins(field);
  return coins.value;
}

/** An admin in bech32 as the chain writes it, or empty. */
export const canonicalAdmin = (admin: string, field: string): string =>
  admin === "" ? "" : formatAddress(bech32(admin, field));

/**
 * Compat: errors of a contract's message begin with the Go name of its type (handler_plugin.go).
 */
export const failedBasicValidation = (name: string): string =>
  `failed basic validation for message type *types.${name}`;

const badCoin = ({ denom, amount }: WireCoin) => SdkError.invalidCoins(`${amount}${denom}`.slice(0, 256));

/**
 * Coins as a contract wrote them, with amounts in the canonical form. Throws sdk/10 with the first
 * one whose amount is no integer in a form of Go (math.NewIntFromString, leading zeros and signs
 * too).
 */
export const contractCoins = (coins: readonly WireCoin[]): WireCoin[] =>
  coins.map((coin) => {
    const amount = int.parse(coin.amount);
    if (amount === undefined) throw badCoin(coin);
    return { denom: coin.denom, amount: String(amount) };
  });

/**
 * Hazard: the called contract receives the amounts as the caller wrote them, so they must be plain
 * decimals.
 */
export function checkPlain(funds: readonly WireCoin[]): void {
  const odd = funds.find(({ amount }) => !/^(0|[1-9][0-9]{0,77})$/.test(amount));
  if (odd !== undefined) throw badCoin(odd);
}

/** Checks a change of the admin, of users and of contracts. */
export function checkNewAdmin(sender: string, contract: string, newAdmin: string): void {
  bech32(sender, "sender");
  bech32(contract, "contract");
  bech32(newAdmin, "new admin");
  if (newAdmin.toLowerCase() === sender.toLowerCase())
    throw ComputeError.invalidMsg("new admin is the same as the old");
}

export const checks: Checks<typeof Msg> = {
  storeCode({ sender, wasmByteCode, source, builder }) {
    checkLength(sender);
    if (wasmByteCode.length === 0) throw SdkError.invalidRequest("code bytes is required: empty");
    if (wasmByteCode.length > MAX_SUBMITTED) {
      throw SdkError.invalidRequest(`code bytes cannot be longer than ${MAX_SUBMITTED} bytes: exceeds limit`);
    }
    checkSource(source);
    checkBuilder(builder);
  },
  instantiateContract({ sender, codeId, label, initFunds, callbackSig }) {
    checkLength(sender);
    if (codeId === 0n) throw SdkError.invalidRequest("code_id is required");
    checkLabel(label);
    fundsOf(initFunds);
    refuseCallback(callbackSig);
  },
  executeContract({ sender, contract, sentFunds, callbackSig }) {
    checkLength(sender);
    checkLength(contract);
    fundsOf(sentFunds, "sentFunds");
    refuseCallback(callbackSig);
  },
  migrateContract({ sender, contract, codeId, callbackSig }) {
    if (codeId === 0n) throw SdkError.invalidRequest("code id is required");
    bech32(sender, "sender");
    bech32(contract, "contract");
    refuseCallback(callbackSig);
  },
  updateAdmin({ sender, newAdmin, contract, callbackSig }) {
    checkNewAdmin(sender, contract, newAdmin);
    refuseCallback(callbackSig);
  },
  clearAdmin({ sender, contract, callbackSig }) {
    bech32(sender, "sender");
    bech32(contract, "contract");
    refuseCallback(callbackSig);
  },
  upgradeProposalPassed({ senderAddress, mrEnclaveHash }) {
    // Compat: the check takes the length of the text instead of the length of the address.
    checkLength(fromUtf8(senderAddress));
    if (mrEnclaveHash.length !== MRENCLAVE) throw SdkError.invalidRequest("MREnclave hash length is not equal 32!");
  },
  contractGovernanceProposal({ authority, contracts, adminUpdates }) {
    bech32(authority, "authority");
    for (const { address } of contracts) bech32(address, "contract");
    for (const { address, newAdmin } of adminUpdates) {
      bech32(address, "contract");
      if (newAdmin !== "") bech32(newAdmin, "new admin");
    }
  },
  setContractGovernance({ sender, contractAddress }) {
    bech32(sender, "sender");
    bech32(contractAddress, "contract");
  },
  updateMachineWhitelistProposal({ authority, machineId }) {
    bech32(authority, "invalid authority");
    checkMachines(machineId);
  },
  updateMachineWhitelist({ sender, proposalId, machineId }) {
    bech32(sender, "invalid sender address");
    if (proposalId === 0n) throw SdkError.invalidRequest("proposal ID cannot be zero");
    checkMachines(machineId);
  },
};

// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/**
 * Refusals that may leave the enclave: only a code and a fixed text (spec/boundary.md 4.3).
 * The texts after `Execution error: Enclave: ` are those that clients of the reference know
 * (spec/calls.md 10.1).
 */
export const EnclaveError = codespace("enclave", {
  failedValidation: [1, "failed to validate transaction"],
  invalidWasm: [2, "tried to load invalid wasm code"],
  cannotInitializeMemory: [3, "failed to initialize wasm memory"],
  floatingPoint: [4, "found floating point operation in module code"],
  internal: [5, "internal error during execution"],
  outOfGas: [6, "execution ran out of gas"],
  failedFunctionCall: [7, "calling a function in the contract failed for an unexpected reason"],
  contractPanic: [8, "the contract panicked"],
  memoryOutOfBounds: [9, "the contract tried to access memory out of bounds"],
  nonexistentResource: [10, "the contract tried to access a nonexistent resource"],
  uninitializedResource: [11, "the contract tried to access an uninitialized resource"],
  divideByZero: [12, "the contract tried to divide by zero"],
  stackExhausted: [13, "the contract has run out of space on the stack"],
  incorrectSignature: [14, "the contract tried to call a function but expected an incorrect function signature"],
  failedUnseal: [15, "failed to unseal data"],
  contractAuthentication: [16, "failed to authenticate secret contract"],
  failedDeserialize: [17, "failed to deserialize data"],
  decryption: [18, "failed to decrypt data"],
  memoryAllocation: [19, "failed to allocate memory"],
  memoryRead: [20, "failed to read memory"],
  memoryWrite: [21, "failed to write memory"],
  notImplemented: [22, "function not implemented"],
  txSignature: [23, "failed to verify transaction signature"],
  unauthorizedWrite: [24, "contract tried to write to storage during a query"],
  hostMisbehaved: [25, "communication with the enclave's host failed"],
  exceededRecursion: [26, "depth of nested contract calls exceeded"],
  invalidConversion: [27, "the contract tried to perform an invalid conversion to an integer"],
  /** Not in the reference, like the next one (ADR 59, 60). */
  boundElsewhere: [28, "the message is bound to another sender, contract or chain"],
  unboundMessage: [29, "the contract takes bound messages only: its client must bind what it encrypts"],
});

/**
 * Failures of the boundary itself: an impossible start, invalid frames of a peer, a block that does
 * not verify.
 */
export const BoundaryError = codespace("boundary", {
  malformedFrame: [1, "malformed frame"],
  unknownMethod: [2, "unknown method"],
  notStarted: [3, "the enclave is not started"],
  invalidBlock: [4, "the block does not verify"],
  wrongHeight: [5, "the block is not the next one"],
  wrongChain: [6, "the block is of another chain"],
  chainRefused: [7, "the enclave's driver refuses this chain: take another chain id, or a driver of hardware"],
  sealedState: [
    8,
    "the sealed state cannot be unsealed: start with the machine, driver, options and chain that sealed it, or with a new chain if it is damaged",
  ],
  notInBlock: [9, "the call is not in the verified block"],
  outOfOrder: [10, "the call was made before, or out of order"],
  noCallOpen: [11, "no call is open"],
  callPending: [12, "a call is pending: only queries nest"],
  unknownDriver: [13, "the enclave has no driver of this name: take one of trusted/platform/README.md"],
  driverOptions: [14, "the enclave's driver cannot use these options: trusted/platform/README.md says what it reads"],
  hardwareMissing: [
    15,
    "the enclave's driver does not find its hardware: start on such a machine, or take another driver",
  ],
  genesisRefused: [16, "the enclave's driver does not let sealed keys begin another genesis"],
  // 17 to 19 are free: numbers are wire.
  blockOpen: [20, "a block is open: commit it first"],
  otherBlock: [21, "another block of this height was submitted: two thirds of the validators signed both"],
  notTrusted: [
    22,
    "a third of the trusted validators or less signed this light block: send a light block between them first",
  ],
  trustExpired: [
    23,
    "the light block is a trusting period or more after the last trusted one: send a light block between them first",
  ],
  trustingPeriod: [24, "the sealed trusting period is shorter: start with that one, or with a lower one"],
  noNetworkKeys: [25, "this enclave has no network keys: register the node and receive its keys"],
  registrationKey: [
    26,
    "the sealed registration key cannot be unsealed: use the machine, driver, options and chain that made it, or create the node again and register it",
  ],
  seedsRefused: [
    27,
    "the encrypted seeds do not open: they are of another registration key, network or genesis, or damaged",
  ],
  otherKeys: [28, "the received seeds do not make the keys that the chain states"],
  keysPresent: [29, "this enclave has network keys: a node receives them once"],
  rowRefused: [30, "the row is not the one of the verified state"],
  rowsNotProven: [31, "the enclave's driver takes no rows without proofs: start without believing the host's rows"],
  stateNotShown: [32, "the enclave was shown another state than the query's, or none: show it first"],
  stateRefused: [33, "nothing proves the state: its headers are not known here, or its block's writes are not"],
  pastRefused: [34, "the enclave answers queries over its newest state only: start it to answer over older ones"],
  pastNotAllowed: [35, "the enclave's driver answers queries over the newest state only: start without older ones"],
});

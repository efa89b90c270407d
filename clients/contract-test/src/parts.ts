// SPDX-License-Identifier: Apache-2.0
/** The parts that a DevChain is made of, for chains with other definitions, channels or stores. */
export {
  type ApplicationParts,
  ask,
  brokenInvariants,
  type OpenApplication,
  openApplication,
} from "./parts/application.ts";
export { type BackendParts, backendOf, finished } from "./parts/backend.ts";
export { Client, type EncryptedMessage, opened, text } from "./parts/client.ts";
export { type EnclaveParts, startEnclave, startRequest } from "./parts/enclave.ts";
export { listeningStore } from "./parts/listening.ts";
export {
  contractOf,
  executeMessage,
  type Instance,
  instantiateMessage,
  migrateMessage,
  storeMessage,
} from "./parts/messages.ts";
export { type NodeParts, type OpenNode, openNode } from "./parts/node.ts";
export { responseOf, succeeded } from "./parts/results.ts";
export { type OpenSequenced, openSequenced, type SequencedParts, withState } from "./parts/sequenced.ts";
export {
  type Account,
  account,
  accountOf,
  type Coin,
  type Multisig,
  multisig,
  type Packed,
  pack,
  type Signer,
  signHash,
  signTx,
  type TxInput,
} from "./parts/signing.ts";

// SPDX-License-Identifier: Apache-2.0
import { beU64, concat, equals, fromUtf8 } from "@sotto/bytes";
import { sha256, type X25519Key } from "@sotto/crypto";
import { ConsensusKeys, type Keychain, openSeedsFrom } from "@sotto/keys";
import { BoundaryError, type ReceiveKeysRequest, type Untrusted } from "@sotto/protocol";
import type { Checkpoint } from "./checkpoint.ts";
import { trustGenesis } from "./lightClient.ts";
import { unwrap } from "./unwrap.ts";

const TAG = fromUtf8("sotto genesis/1");

/**
 * Names the genesis of a chain: chain id, first height, validators (spec/registration.md 4). Only
 * for the checkpoint before the first block.
 */
export const genesisHash = ({ chainId, initialHeight, nextValidatorsHash }: Checkpoint): Uint8Array =>
  sha256(concat(TAG, beU64(BigInt(initialHeight)), nextValidatorsHash, fromUtf8(chainId)));

/** `StartRequest.trustingPeriod` of the next start may lower it. */
const OWN_PERIOD = 0;

/** The keys of a network, and the genesis from which its blocks follow. */
export interface Handover {
  readonly keychain: Keychain;
  readonly keys: ConsensusKeys;
  readonly checkpoint: Checkpoint;
  /** As `genesisHash`. */
  readonly genesis: Uint8Array;
}

/**
 * Opens the seeds that an enclave of the network encrypted for this node. Proof: the tag of the
 * seeds. An enclave made it for the key of this node and for its own genesis, so a host can name no
 * other validators beside the seeds of a network that is not its own. Throws BoundaryError.
 */
export function verifyHandover(node: X25519Key, request: Untrusted<ReceiveKeysRequest>): Handover {
  const { chainId, validators, initialHeight, seedExchangePublicKey, ioPublicKey, encryptedSeed } = unwrap(request);
  const checkpoint = trustGenesis(chainId, validators, initialHeight, OWN_PERIOD);
  const genesis = genesisHash(checkpoint);
  const keychain = openSeedsFrom(seedExchangePublicKey, node, encryptedSeed, genesis);
  if (keychain === undefined) throw BoundaryError.seedsRefused();
  const keys = new ConsensusKeys(keychain);
  const areStated = equals(keys.seedExchangePublicKey, seedExchangePublicKey) && equals(keys.ioPublicKey, ioPublicKey);
  if (!areStated) throw BoundaryError.otherKeys();
  return { keychain, keys, checkpoint, genesis };
}

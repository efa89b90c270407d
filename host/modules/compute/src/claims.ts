// SPDX-License-Identifier: Apache-2.0
import { isMessage, type Message } from "@bufbuild/protobuf";
import { getAddress } from "@sotto/address";
import { equals, toLatin1 } from "@sotto/bytes";
import { RecentMap, sha256, X25519Key } from "@sotto/crypto";
import { GasMeter, NO_LIMIT, type WriteCtx } from "@sotto/kernel";
import { type Binding, encodeBinding, isBoundNonce, parseEnvelope } from "@sotto/message";
import {
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { ComputeError } from "./errors.ts";
import { state } from "./state.ts";

// The owner of a ciphertext is its first sender and target on the chain (spec/transactions.md 5;
// ADR 58). A plaintext names only the code, so without this check a copy would run in any contract
// of that code, which could read it.

/** A ciphertext with its sender and target. */
interface CiphertextUse {
  readonly wire: Uint8Array;
  readonly binding: Binding;
}

/**
 * Bytes of a row's key that identify the client, before the nonce. Cost: rows of one client are
 * neighbours in the tree, so a block changes fewer nodes.
 */
const CLIENT = 8;
/**
 * Bytes of a binding's hash that a row stores: an attacker needs a second preimage to pass for the
 * owner.
 */
const KEPT = 20;
const EMPTY = new Uint8Array(0);
/** Bytes of a message's nonce. */
const NONCE = 32;

/** Whether the parts of a row have the lengths that a claim has. */
export const isClaim = (client: Uint8Array, nonce: Uint8Array, use: Uint8Array): boolean =>
  client.length === CLIENT && nonce.length === NONCE && use.length === KEPT;

/**
 * Hazard: sixteen public keys open one ciphertext, because X25519 ignores the highest bit of a key
 * and a clamped scalar ignores added points of low order. An agreement with any fixed key gives the
 * same value for all sixteen, and a different value for every other key. This fixed key is not
 * secret.
 */
const TELLER = new X25519Key(new Uint8Array(32).fill(1));

/** Number of cached agreements: clients reuse their keys, and an agreement costs 30 us. */
const CLIENTS = 8_192;

function sentBy(message: Message, chainId: string): CiphertextUse | undefined {
  if (isMessage(message, MsgExecuteContractSchema)) {
    const { sender, contract, msg } = message;
    return { wire: msg, binding: { kind: "execute", chainId, sender, contract } };
  }
  if (isMessage(message, MsgInstantiateContractSchema)) {
    const { sender, codeId, label, initMsg } = message;
    return { wire: initMsg, binding: { kind: "instantiate", chainId, sender, codeId, label } };
  }
  if (isMessage(message, MsgMigrateContractSchema)) {
    const { codeId, msg } = message;
    // The checks of the message have already refused an invalid address.
    const sender = getAddress(message.sender) ?? EMPTY;
    const contract = getAddress(message.contract) ?? EMPTY;
    return { wire: msg, binding: { kind: "migrate", chainId, sender, contract, codeId } };
  }
  return undefined;
}

/**
 * A step of the ante pipeline that claims the ciphertexts of a transaction for their senders and
 * targets.
 */
export function messageClaims(
  chainId: string,
): (ctx: WriteCtx, messages: readonly { readonly message: Message }[]) => void {
  const clients = new RecentMap<string, Uint8Array>(CLIENTS);

  /**
   * The value that all sixteen forms of a client's key share; undefined for a key that opens
   * nothing.
   */
  function clientOf(publicKey: Uint8Array): Uint8Array | undefined {
    const name = toLatin1(publicKey);
    const known = clients.get(name);
    if (known !== undefined) return known;
    const told = TELLER.agree(publicKey);
    if (told === undefined) return undefined;
    const client = new Uint8Array(told.subarray(0, CLIENT));
    clients.set(name, client);
    return client;
  }

  /**
   * The row of a ciphertext; undefined when no claim is needed: it does not open, or the enclave
   * knows its owner.
   */
  function keyOf(wire: Uint8Array): readonly [client: Uint8Array, nonce: Uint8Array] | undefined {
    const envelope = parseEnvelope(wire);
    if (envelope === undefined || isBoundNonce(envelope.nonce)) return undefined;
    const client = clientOf(envelope.publicKey);
    return client === undefined ? undefined : [client, envelope.nonce];
  }

  return (ctx, messages) => {
    let free: WriteCtx | undefined;
    messages.forEach(({ message }, index) => {
      const sent = sentBy(message, chainId);
      const key = sent === undefined ? undefined : keyOf(sent.wire);
      if (sent === undefined || key === undefined) return;
      // Compat: the reference has no such rows, so gas for them would change the gas of every call.
      free ??= ctx.withGas(new GasMeter(NO_LIMIT));
      const owner = sha256(encodeBinding(sent.binding)).subarray(0, KEPT);
      const first = state.claims.get(free, key);
      if (first === undefined) state.claims.set(free, key, owner);
      else if (!equals(first, owner)) {
        throw ComputeError.replayed(
          `message index: ${index}: this ciphertext was sent before; encrypt the message again`,
        );
      }
    });
  };
}

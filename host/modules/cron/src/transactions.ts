// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { encode, packAny } from "@sotto/codec";
import { sha256, X25519Key } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import { agreeMessageKey, boundNonce, encryptBoundMessage, HASH_TEXT } from "@sotto/message";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { MsgExecuteContract, Schedule } from "@sotto/proto/secret.cron";
import { encodeTxRaw, SCHEDULER } from "@sotto/tx";

/** Most gas of one call (x/compute keeper/keeper.go GetScheduledMsgs). */
export const SCHEDULED_GAS = 5_000_000n;

/** A call's place on the chain, which its keys are derived from. */
interface Place {
  readonly chainId: string;
  readonly height: number;
  /** Number of the call in its block. */
  readonly index: number;
}

const derive = (purpose: string, { chainId, height, index }: Place): Uint8Array =>
  sha256(fromUtf8(`sotto scheduled call\n${purpose}\n${height}\n${index}\n${chainId}`));

/**
 * The client's key and nonce of a call. Hazard: they are public by design, as the text of the call
 * is public on the chain: anybody can derive them and read the contract's answer.
 */
export const scheduledKeys = (place: Place) => ({
  client: new X25519Key(derive("key", place)),
  nonce: boundNonce(derive("nonce", place).subarray(0, 24)),
});

/**
 * The text is bound to sender and contract, so a copy in the message of another sender has no
 * effect, and contracts that take bound messages only can be scheduled.
 */
function encryptCall({ contract, msg }: Frozen<MsgExecuteContract>, place: Place, ioPublicKey: Uint8Array) {
  const { client, nonce } = scheduledKeys(place);
  const key = agreeMessageKey(client, ioPublicKey, nonce);
  assert(key !== undefined, "the network's key for messages is no key");
  const target = mustAddress(contract);
  const binding = { kind: "execute", chainId: place.chainId, sender: SCHEDULER, contract: target } as const;
  const wire = encryptBoundMessage(key, msg.slice(0, HASH_TEXT), msg.slice(HASH_TEXT), binding);
  return create(MsgExecuteContractSchema, { sender: SCHEDULER, contract: target, msg: wire });
}

/**
 * The transactions of schedules at the head of a block, one for each call. Their memo is the name
 * of the schedule. Cost: two agreements of X25519 a call.
 */
export function scheduledTxs(
  schedules: readonly Frozen<Schedule>[],
  { chainId, height, gasLimit }: Omit<Place, "index"> & { readonly gasLimit: bigint },
  ioPublicKey: Uint8Array,
): Uint8Array[] {
  const calls = schedules.flatMap(({ name, msgs }) => msgs.map((call) => ({ name, call })));
  const authInfoBytes = encode(AuthInfoSchema, create(AuthInfoSchema, { fee: { gasLimit } }));
  return calls.map(({ name, call }, index) => {
    const message = packAny(MsgExecuteContractSchema, encryptCall(call, { chainId, height, index }, ioPublicKey));
    const body = create(TxBodySchema, { messages: [message], memo: name, timeoutHeight: BigInt(height) });
    return encodeTxRaw({ bodyBytes: encode(TxBodySchema, body), authInfoBytes, signatures: [] });
  });
}

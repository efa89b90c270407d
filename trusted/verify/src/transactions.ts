// SPDX-License-Identifier: Apache-2.0
import { parseAddress } from "@sotto/address";
import { equals, toHex, toLatin1 } from "@sotto/bytes";
import { decode } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";
import { BoundaryError, type CallRequest, EnclaveError, type SignerHint, type Untrusted } from "@sotto/protocol";
import {
  chainTypes,
  type DecodedTx,
  decodeTx,
  isScheduledTx,
  messageSigners,
  type PackedAny,
  type PublicKey,
  parsePublicKey,
  publicKeyAddress,
  SCHEDULER,
  type SignerData,
  type SignerInfo,
  signBytes,
  txSigners,
  type UnitLookup,
  verifySignature,
} from "@sotto/tx";
import type { VerifiedBlock } from "./lightClient.ts";
import type { SignedMessage } from "./signedMessage.ts";
import { unwrap } from "./unwrap.ts";

/** The position of a message in its block. */
export interface Position {
  readonly txIndex: number;
  readonly messageIndex: number;
}

/** The host's data of a message's signer, untrusted. */
export type SignerClaim = Pick<CallRequest, "accountNumber" | "hint">;

interface KnownTx {
  readonly tx: DecodedTx;
  readonly hash: string;
  readonly signers: readonly Uint8Array[];
  /** Positions of the messages that call the enclave, in order. */
  readonly calls: readonly number[];
  /** Signers with a verified signature, by latin1 of the address. */
  readonly verified: Set<number>;
}

const COMPUTE = "/secret.compute.v1beta1.";
const CALLS = [
  "MsgExecuteContract",
  "MsgInstantiateContract",
  "MsgMigrateContract",
  "MsgUpdateAdmin",
  "MsgClearAdmin",
] as const;
const REGISTRATION = "/secret.registration.v1beta1.RaAuthenticate";
/** Messages that succeed only with a call of the enclave. */
const CALLING = new Set([REGISTRATION, ...CALLS.map((name) => COMPUTE + name)]);

/**
 * The transactions of the verified block. A message is taken once and in order, so that the host
 * cannot run a call that is not in the block or run one twice; a signature is verified at the first
 * message that needs it, under the enclave's own chain id (spec/calls.md 3.1 and spec/calls.md
 * 3.3). The same block, submitted a second time, restarts.
 */
export class BlockTransactions {
  readonly #chainId: string;
  readonly #block: Pick<VerifiedBlock, "height" | "txs">;
  #current: { readonly index: number; readonly known: KnownTx } | undefined;
  #last: Position = { txIndex: -1, messageIndex: -1 };
  /** Of the last transaction: how many of its calls were taken. */
  #taken = 0;
  /** Whether the last message succeeded, as far as the enclave can know. */
  #hasPassed = false;
  #called = -1;
  /** By sender, in latin1: the sequence of its last transaction that was taken. */
  readonly #sequences = new Map<string, bigint>();
  /** Number of scheduled calls, once it is known. */
  #head: number | undefined;

  constructor(chainId: string, block: Pick<VerifiedBlock, "height" | "txs">) {
    this.#chainId = chainId;
    this.#block = block;
  }

  /** Position of the last transaction that the host called, also a refused one; -1: none yet. */
  get txIndex(): number {
    return this.#called;
  }

  /**
   * The last message succeeded, with all that it sent. Without this no later message of its
   * transaction is taken: the chain ends a transaction with its first failed message.
   */
  pass(): void {
    this.#hasPassed = true;
  }

  /**
   * Whether the last transaction can have succeeded: each message of it that calls the enclave was
   * taken and has succeeded.
   */
  get isWhole(): boolean {
    return this.#hasPassed && this.#taken === this.#current?.known.calls.length;
  }

  /**
   * The message at a position, with a sender that has signed it, or a scheduled one. Throws
   * BoundaryError for a position that is not in the block or not the next one, and for one behind a
   * message of its transaction that did not succeed or was left out; EnclaveError for an invalid
   * signature (with a false hint every signature is invalid) and for a transaction that its own
   * fields forbid to run.
   */
  take(said: Untrusted<Position>, claim: Untrusted<SignerClaim>): SignedMessage {
    const { known, packed, txIndex } = this.#next(unwrap(said));
    const signed = readMessage(packed, known.hash);
    if (!equals(signed.message.sender, SCHEDULER) || txIndex >= this.#headLength()) {
      this.#authenticate(known, packed, signed.message.sender, claim);
    }
    return signed;
  }

  /**
   * The certificate of the message at a position; undefined for a message that registers no node.
   * No signature is verified: a certificate proves itself, and the answer to it is public. Throws
   * BoundaryError as `take`, EnclaveError for a transaction that cannot be read.
   */
  takeCertificate(said: Untrusted<Position>): Uint8Array | undefined {
    const { typeUrl, value } = this.#next(unwrap(said)).packed;
    if (typeUrl !== REGISTRATION) return undefined;
    try {
      return decode(RaAuthenticateSchema, value).certificate;
    } catch (thrown) {
      if (thrown instanceof ChainError) throw EnclaveError.failedDeserialize();
      throw thrown;
    }
  }

  /** The message at a position, which must come after the last one. */
  #next(position: Position): { readonly known: KnownTx; readonly packed: PackedAny; readonly txIndex: number } {
    const { txIndex, messageIndex } = position;
    const bytes = this.#block.txs[txIndex];
    if (bytes === undefined) throw BoundaryError.notInBlock();
    const last = this.#last;
    if (txIndex < last.txIndex || (txIndex === last.txIndex && messageIndex <= last.messageIndex)) {
      throw BoundaryError.outOfOrder();
    }
    const isNewTx = txIndex !== last.txIndex;
    if (!isNewTx && !this.#hasPassed) throw BoundaryError.outOfOrder();
    const known = this.#openCalled(position, bytes);
    const packed = known.tx.messages[messageIndex];
    if (packed === undefined) throw BoundaryError.notInBlock();
    const taken = isNewTx ? 0 : this.#taken;
    const next = known.calls[taken];
    if (next !== undefined && messageIndex > next) throw BoundaryError.outOfOrder();
    const isCall = messageIndex === next;
    this.#callAt(position);
    this.#current = { index: txIndex, known };
    this.#taken = isCall ? taken + 1 : taken;
    // Of another message it is not known here whether it fails: calls inside of it are refused.
    this.#hasPassed = !isCall;
    return { known, packed, txIndex };
  }

  #callAt({ txIndex, messageIndex }: Position): void {
    this.#called = txIndex;
    this.#last = { txIndex, messageIndex };
    this.#hasPassed = false;
  }

  /**
   * A transaction that cannot be read counts as called. Hazard: a position that does not exist must
   * not, because the host could then end the transaction before it and go on with its messages.
   */
  #openCalled(position: Position, bytes: Uint8Array): KnownTx {
    try {
      return this.#open(position.txIndex, bytes);
    } catch (thrown) {
      this.#callAt(position);
      throw thrown;
    }
  }

  /**
   * The number of scheduled calls, which are the first transactions of the block. They have no
   * signatures: a validator signs only blocks whose head is what the chain has scheduled, so the
   * commit is their signature (ADR 96). The same form behind another transaction is not scheduled.
   */
  #headLength(): number {
    const { height, txs } = this.#block;
    if (this.#head === undefined) {
      const end = txs.findIndex((bytes) => !isScheduledTx(bytes, height));
      this.#head = end < 0 ? txs.length : end;
    }
    return this.#head;
  }

  #open(index: number, bytes: Uint8Array): KnownTx {
    if (this.#current?.index === index) return this.#current.known;
    const known = openTx(bytes);
    assertWanted(known.tx, this.#block.height);
    return known;
  }

  #authenticate(known: KnownTx, packed: PackedAny, sender: Uint8Array, claim: Untrusted<SignerClaim>): void {
    const { tx, signers, verified } = known;
    if (!messageSigners(packed, chainTypes).some((each) => equals(each, sender))) throw EnclaveError.txSignature();
    const index = signers.findIndex((each) => equals(each, sender));
    if (verified.has(index)) return;
    const info = tx.authInfo.signerInfos[index];
    const signature = tx.raw.signatures[index];
    if (info === undefined || signature === undefined) throw EnclaveError.txSignature();
    // The signature is the check: the sign bytes contain the number, the address proves the key,
    // and no unit changes which bytes of a transaction are signed (spec/calls.md 3.4).
    const { accountNumber, hint } = unwrap(claim);
    const data = { chainId: this.#chainId, accountNumber: BigInt(accountNumber), sequence: info.sequence };
    if (!asSignature(() => holds({ tx, info, signature, sender, data, hint }))) throw EnclaveError.txSignature();
    this.#assertLater(sender, info.sequence);
    verified.add(index);
  }

  /**
   * A sender's sequence grows with each of its transactions that the chain takes, so a copy in the
   * same block, or an earlier transaction behind a later one, was refused. Copies in other blocks
   * are not seen here: no sequence of the state is proven.
   */
  #assertLater(sender: Uint8Array, sequence: bigint): void {
    const name = toLatin1(sender);
    const last = this.#sequences.get(name);
    if (last !== undefined && sequence <= last) throw EnclaveError.failedValidation();
    this.#sequences.set(name, sequence);
  }
}

interface SignedTx {
  readonly tx: DecodedTx;
  readonly info: SignerInfo;
  readonly signature: Uint8Array;
  readonly sender: Uint8Array;
  readonly data: SignerData;
  readonly hint: SignerHint | undefined;
}

/**
 * Whether the sender's key has made the signature. A hinted key counts only where the signer info
 * has no key.
 */
function holds({ tx, info, signature, sender, data, hint }: SignedTx): boolean {
  const key = info.publicKey ?? hintedKey(hint);
  if (key === undefined || info.modeInfo === undefined || !equals(publicKeyAddress(key), sender)) return false;
  return verifySignature(key, info.modeInfo, signature, (mode) =>
    signBytes(mode, tx, data, key, chainTypes, hintedUnits(hint)),
  );
}

const hintedKey = (hint: SignerHint | undefined): PublicKey | undefined =>
  hint?.publicKey === undefined ? undefined : parsePublicKey(hint.publicKey);

function hintedUnits(hint: SignerHint | undefined): UnitLookup | undefined {
  if (hint === undefined || hint.units.length === 0) return undefined;
  const units = new Map(hint.units.map((unit) => [unit.denom, unit]));
  return (denom) => units.get(denom);
}

function asSignature(verify: () => boolean): boolean {
  try {
    return verify();
  } catch (thrown) {
    // A mode without sign bytes, or a hint that is not a key, is an invalid signature.
    if (thrown instanceof ChainError) return false;
    throw thrown;
  }
}

/**
 * The signers' conditions that the enclave can check alone: the timeout height, and critical
 * extension options, all of which are unknown. Throws EnclaveError.failedValidation.
 */
function assertWanted({ body: { timeoutHeight, extensionOptions } }: DecodedTx, height: number): void {
  const late = timeoutHeight > 0n && BigInt(height) > timeoutHeight;
  if (late || extensionOptions.length > 0) throw EnclaveError.failedValidation();
}

/**
 * Decodes, and returns the signers: invalid transactions and invalid signer addresses are refused
 * in the same way.
 */
function openTx(bytes: Uint8Array): KnownTx {
  try {
    const tx = decodeTx(bytes, chainTypes);
    const calls: number[] = [];
    for (const [i, { typeUrl }] of tx.messages.entries()) if (CALLING.has(typeUrl)) calls.push(i);
    return { tx, hash: toHex(tx.hash).toUpperCase(), signers: txSigners(tx, chainTypes), calls, verified: new Set() };
  } catch (thrown) {
    if (thrown instanceof ChainError) throw EnclaveError.failedDeserialize();
    throw thrown;
  }
}

/**
 * A contract message as the enclave runs it. Throws EnclaveError for other messages and bad
 * addresses.
 */
function readMessage({ typeUrl, value }: PackedAny, txHash: string): SignedMessage {
  if (!typeUrl.startsWith(COMPUTE)) throw EnclaveError.failedValidation();
  try {
    return { txHash, ...readFields(typeUrl.slice(COMPUTE.length), value) };
  } catch (thrown) {
    if (thrown instanceof ChainError && thrown.codespace !== "enclave") throw EnclaveError.failedDeserialize();
    throw thrown;
  }
}

function readFields(type: string, value: Uint8Array): Omit<SignedMessage, "txHash"> {
  switch (type) {
    case "MsgExecuteContract": {
      const { sender, contract, msg, sentFunds, callbackSig } = decode(MsgExecuteContractSchema, value);
      // Compat: coins of cw20 origin do not reach the contract (x/compute keeper.go Execute).
      const funds = sentFunds.filter(({ denom }) => !denom.startsWith("cw20:"));
      return { message: { kind: "execute", sender, contract, msg, funds }, callbackSig };
    }
    case "MsgInstantiateContract": {
      const { sender, codeId, label, initMsg, initFunds, admin, callbackSig } = decode(
        MsgInstantiateContractSchema,
        value,
      );
      const message = {
        kind: "instantiate",
        sender,
        codeId: Number(codeId),
        label,
        msg: initMsg,
        funds: initFunds,
        admin,
      } as const;
      return { message, callbackSig };
    }
    case "MsgMigrateContract": {
      const { sender, contract, codeId, msg, callbackSig } = decode(MsgMigrateContractSchema, value);
      const message = {
        kind: "migrate",
        sender: parseAddress(sender),
        contract: parseAddress(contract),
        codeId: Number(codeId),
        msg,
      } as const;
      return { message, callbackSig };
    }
    case "MsgUpdateAdmin": {
      const { sender, contract, newAdmin, callbackSig } = decode(MsgUpdateAdminSchema, value);
      return { message: admin(sender, contract, newAdmin), callbackSig };
    }
    case "MsgClearAdmin": {
      const { sender, contract, callbackSig } = decode(MsgClearAdminSchema, value);
      return { message: admin(sender, contract, ""), callbackSig };
    }
    default:
      throw EnclaveError.failedValidation();
  }
}

const admin = (sender: string, contract: string, newAdmin: string) =>
  ({ kind: "updateAdmin", sender: parseAddress(sender), contract: parseAddress(contract), newAdmin }) as const;

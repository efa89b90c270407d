// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { readCertificate, refusalText } from "@sotto/attest";
import { equals } from "@sotto/bytes";
import { ChainError, EnvironmentFault, SdkError } from "@sotto/errors";
import { type ReadCtx, takePosition, type WriteCtx } from "@sotto/kernel";
import {
  type MasterKey,
  MasterKeySchema,
  type RegistrationNodeInfo,
  RegistrationNodeInfoSchema,
} from "@sotto/proto/secret.registration.v1beta1";
import { type AdmitAnswer, BoundaryError, type EnclaveClient } from "@sotto/protocol";
import { RegistrationError } from "./errors.ts";
import { IO_KEY, NODE_KEY, state } from "./state.ts";

/** The values that registration needs: this node's enclave, and its public keys. */
export interface RegistrationNeeds {
  /** X25519, 32 bytes: clients encrypt messages for it. */
  readonly ioPublicKey: Uint8Array;
  /** X25519, 32 bytes: seeds for new nodes are encrypted with it. */
  readonly seedExchangePublicKey: Uint8Array;
  /** Judges certificates. Only used in blocks: other threads have none. */
  readonly enclave: Pick<EnclaveClient, "admit">;
}

export type RegistrationKeeper = ReturnType<typeof registrationKeeper>;

/** A registered node. */
export interface RegisteredNode {
  /** Its registration key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** The seeds for it; 32 zeros in a simulation. */
  readonly encryptedSeed: Uint8Array;
}

/**
 * SDK gas of a judgement, which takes 1 to 5 ms for an invalid signature. Differs from the
 * reference, where it is free.
 */
const JUDGE_GAS = 50_000;
/** Compat: any bytes of this length (x/registration keeper.go RegisterNode). */
const SIMULATED = new Uint8Array(32);
/**
 * As long as the longest answer, so that no real registration uses more gas than its simulation.
 */
const SIMULATED_ROW = new Uint8Array(240);

/** A refusal of the position is a fault: the node must not go on with another state. */
function admit(enclave: RegistrationNeeds["enclave"], txIndex: number, messageIndex: number): AdmitAnswer {
  try {
    return enclave.admit({ txIndex, messageIndex });
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    // Of the transaction alone, so it is the same in every enclave.
    if (thrown.codespace === "enclave") throw RegistrationError.authenticate(thrown.summary);
    if (thrown.codespace === "boundary") {
      throw new EnvironmentFault(`the enclave refused a registration: ${thrown.message}`, { cause: thrown });
    }
    throw thrown;
  }
}

function mustAdmit(needs: RegistrationNeeds, { tx }: WriteCtx): Uint8Array {
  const { refusal, encryptedSeed } = admit(needs.enclave, tx?.index ?? -1, tx?.messageIndex ?? -1);
  if (refusal === 0) return encryptedSeed;
  const text = refusalText(refusal);
  if (text === undefined) throw new EnvironmentFault("the enclave refused a registration for an unknown reason");
  throw RegistrationError.authenticate(text);
}

/** The key that names the node of a certificate. Throws RegistrationError for one without a key. */
export function mustNodeKey(certificate: Uint8Array): Uint8Array {
  const publicKey = readCertificate(certificate)?.publicKey;
  if (publicKey === undefined) throw RegistrationError.certificate();
  return publicKey;
}

export function registrationKeeper(needs: RegistrationNeeds) {
  const must = (ctx: ReadCtx, name: string): MasterKey => {
    const key = state.masterKeys.get(ctx, name);
    if (key === undefined) throw SdkError.unknownAddress("Chain has not been initialized yet");
    return key;
  };
  const put = (ctx: WriteCtx, certificate: Uint8Array, encryptedSeed: Uint8Array): Uint8Array => {
    const publicKey = mustNodeKey(certificate);
    state.nodes.set(ctx, publicKey, create(RegistrationNodeInfoSchema, { certificate, encryptedSeed }));
    return publicKey;
  };
  return {
    needs,
    ioKey: (ctx: ReadCtx) => must(ctx, IO_KEY),
    nodeKey: (ctx: ReadCtx) => must(ctx, NODE_KEY),
    /**
     * Stores the network's public keys. Throws for a genesis file that names other keys, because it
     * belongs to another enclave, and when this node's enclave has none.
     */
    importKeys(ctx: WriteCtx, node: Uint8Array | undefined, io: Uint8Array | undefined): void {
      const ours = [
        [NODE_KEY, node, needs.seedExchangePublicKey],
        [IO_KEY, io, needs.ioPublicKey],
      ] as const;
      for (const [name, given, own] of ours) {
        if (own.length === 0) throw RegistrationError.bootstrap(BoundaryError.noNetworkKeys.summary);
        if (given !== undefined && given.length > 0 && !equals(given, own)) {
          throw RegistrationError.bootstrap(`the genesis file names another ${name} than this node's enclave has`);
        }
        state.masterKeys.set(ctx, name, create(MasterKeySchema, { bytes: own }));
      }
    },
    /** A node of a genesis file, which no enclave judges. */
    importNode(ctx: WriteCtx, { certificate, encryptedSeed }: RegistrationNodeInfo): void {
      put(ctx, certificate, encryptedSeed);
    },
    /**
     * Lets the enclave judge the certificate, and stores its answer. `sender`: the signer of the
     * message. The same certificate gets the same answer again.
     */
    register(ctx: WriteCtx, sender: Uint8Array, certificate: Uint8Array): RegisteredNode {
      const isSigned = ctx.tx?.signers.some(({ address }) => equals(address, sender)) === true;
      if (!isSigned || !takePosition(ctx)) {
        throw RegistrationError.authenticate(
          "a registration must be a message of its own, which its sender has signed",
        );
      }
      ctx.gas.consume(JUDGE_GAS, "attestation");
      if (ctx.mode !== "deliver") {
        return { publicKey: put(ctx, certificate, SIMULATED_ROW), encryptedSeed: SIMULATED };
      }
      const encryptedSeed = mustAdmit(needs, ctx);
      return { publicKey: put(ctx, certificate, encryptedSeed), encryptedSeed };
    },
  };
}

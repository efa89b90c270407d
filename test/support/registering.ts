// SPDX-License-Identifier: Apache-2.0
/** Nodes that register at a chain of tests: their enclaves, certificates and messages. */
import { encodeCertificate, encodeReportData, encodeSimReport, SIM_MEASUREMENT, type SimReport } from "@sotto/attest";
import { fromBase64, fromUtf8, toUtf8 } from "@sotto/bytes";
import { encodeValidatorSet, type ValidatorSet } from "@sotto/comet";
import { type Account, type Packed, pack } from "@sotto/contract-test/parts";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import { Query, RaAuthenticateSchema } from "@sotto/proto/secret.registration.v1beta1";
import {
  type CreateNodeAnswer,
  type CreateNodeRequest,
  type EnclaveClient,
  enclaveClient,
  type ReceiveKeysRequest,
} from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import type { TestChain } from "./testChain.ts";

export const NONE = new Uint8Array(0);

/** An enclave that is not started. */
export const freshEnclave = (): EnclaveClient => enclaveClient(inlineChannel(createEnclavePeer()));

export const nodeRequest = (chainId: string, changes: Partial<CreateNodeRequest> = {}): CreateNodeRequest => ({
  chainId,
  driver: "sim",
  driverOptions: NONE,
  validatorKey: NONE,
  ...changes,
});

export const registerMessage = (by: Account, certificate: Uint8Array, replaceMachineId = ""): Packed =>
  pack(RaAuthenticateSchema, { sender: by.raw, certificate, replaceMachineId });

const root = new Ed25519Key(sha256(fromUtf8("sotto sim attestation root")));

/** A certificate as an attacker can make it: the root of the simulated platform is public. */
export function forgedCertificate(chainId: string, changes: Partial<SimReport> = {}, signer = root): Uint8Array {
  const data = encodeReportData({ publicKey: new Uint8Array(32).fill(9), validatorKey: new Uint8Array(32) });
  const bytes = encodeSimReport({ chainId, measurement: SIM_MEASUREMENT, debug: false, data, ...changes }, (body) =>
    signer.sign(body),
  );
  return encodeCertificate({ driver: "sim", bytes });
}

/** The request with which a registered node gets the keys of a network. */
export const handover = (
  parts: Pick<ReceiveKeysRequest, "chainId" | "seedExchangePublicKey" | "ioPublicKey" | "encryptedSeed"> & {
    readonly validators: ValidatorSet;
    readonly node: CreateNodeAnswer;
  },
): ReceiveKeysRequest => {
  const { validators, node, ...rest } = parts;
  return {
    ...rest,
    driver: "sim",
    driverOptions: NONE,
    validators: encodeValidatorSet(validators),
    initialHeight: 1,
    registration: node.registration,
  };
};

/** The keys of a network as its clients see them. */
export function statedKeys(chain: TestChain) {
  const stated = JSON.parse(toUtf8(chain.ask(Query.method.registrationKey, {}).key) ?? "");
  const bytes = ({ bytes: text }: { bytes: string }) => fromBase64(text) ?? NONE;
  return { seedExchangePublicKey: bytes(stated.node_exch_key), ioPublicKey: bytes(stated.io_exch_key) };
}

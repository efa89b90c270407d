// SPDX-License-Identifier: Apache-2.0
/** Reasons to refuse a certificate. Numbers are wire. */
export const Refusal = {
  malformed: 1,
  unknownDriver: 2,
  /** The driver gives no protection, and the chain is one of production. */
  productionChain: 3,
  signature: 4,
  wrongChain: 5,
  measurement: 6,
  debug: 7,
  /** The key in the report is a point of low order: its shared secrets are public. */
  weakKey: 8,
  /** Of the enclave: the message of the transaction is none that registers a node. */
  elsewhere: 9,
  /** Of the enclave: its state was sealed before registration. */
  unknownGenesis: 10,
} as const;
export type Refusal = (typeof Refusal)[keyof typeof Refusal];

const TEXTS: ReadonlyMap<number, string> = new Map([
  [Refusal.malformed, "the certificate is not one record with a report"],
  [Refusal.unknownDriver, "no judge for reports of this driver"],
  [Refusal.productionChain, "this driver may not join a production chain"],
  [Refusal.signature, "the report is not signed by its platform"],
  [Refusal.wrongChain, "the report is of another chain"],
  [Refusal.measurement, "the report is of other code than this network runs"],
  [Refusal.debug, "the report is of an enclave that can be debugged"],
  [Refusal.weakKey, "the report names a key of low order"],
  [Refusal.elsewhere, "a registration must be a message of its transaction, and not inside of another one"],
  [Refusal.unknownGenesis, "this chain began before registration, so no node can receive its keys: begin a new chain"],
]);

/** The text of a refusal, for people. A number without a text is a fault of the caller. */
export const refusalText = (refusal: number): string | undefined => TEXTS.get(refusal);

/** The data of an accepted report. */
export interface Attested {
  /** X25519, 32 bytes: the seeds are encrypted for it. */
  readonly publicKey: Uint8Array;
  /** Ed25519, 32 bytes: the consensus key of the node's validator; zeros when there is none. */
  readonly validatorKey: Uint8Array;
}

export type Verdict =
  | { readonly ok: true; readonly attested: Attested }
  | { readonly ok: false; readonly refusal: Refusal };

export const refuse = (refusal: Refusal): Verdict => ({ ok: false, refusal });

/** Code on a kind of platform. */
export interface Identity {
  readonly driver: string;
  /** What reports of this driver state about the code that runs, in the driver's own form. */
  readonly measurement: Uint8Array;
}

/** What a network demands of a report. */
export interface Policy {
  readonly chainId: string;
  /** The code that may join. An enclave that allows a debugger never may. */
  readonly accepted: readonly Identity[];
  /**
   * Time of the verified block, nanoseconds since 1970. Certificates of platforms expire by it: a
   * clock would differ between nodes.
   */
  readonly timeNs: bigint;
}

/** The part of a judgement that depends on the kind of platform. Every driver has a file. */
export interface Judge {
  /** The 64 bytes of data, unverified; undefined for bytes without the form of a report. */
  dataOf(report: Uint8Array): Uint8Array | undefined;
  /** Depends on its arguments alone, so that all nodes come to one verdict. */
  judge(report: Uint8Array, policy: Policy): Verdict;
}

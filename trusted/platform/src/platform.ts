// SPDX-License-Identifier: Apache-2.0
/**
 * The functions of the hardware under the enclave. One per process; every driver is a folder.
 * Synchronous on purpose.
 */
export interface Platform {
  /** Name of the driver. */
  readonly driver: string;
  /**
   * Whether sealed keys may begin another genesis, with validators that the host names. With
   * hardware such a host could run the network's keys on blocks of its own.
   */
  readonly keysMayBeginAgain: boolean;
  /**
   * Whether the host may start the enclave without proofs of rows. With hardware such a host could
   * show contracts any older state.
   */
  readonly mayBelieveRows: boolean;
  /**
   * Whether the host may start the enclave for queries over older states. With hardware such a host
   * could give a client any older answer as the present one.
   */
  readonly mayAnswerPast: boolean;
  /** Random bytes that the host cannot see or choose. */
  random(length: number): Uint8Array;
  /**
   * Bytes that only this enclave code on this machine can unseal. `purpose` separates uses: bytes
   * sealed for one are refused for another. The host stores the result, and may send an older one.
   */
  seal(purpose: string, plaintext: Uint8Array): Uint8Array;
  /** Undefined when the bytes are damaged, or were sealed elsewhere or for another purpose. */
  unseal(purpose: string, sealed: Uint8Array): Uint8Array | undefined;
  /** What reports of this driver state about the code that runs here. */
  readonly measurement: Uint8Array;
  /**
   * A proof for others that this code runs here and signed `data` (at most 64 bytes, padded with
   * zeros). `@sotto/attest` judges it.
   */
  report(data: Uint8Array): Uint8Array;
}

/**
 * Starts a driver for a chain. Only the driver interprets its options. Throws a
 * BoundaryError for each cause: `chainRefused`, `driverOptions`, `hardwareMissing`.
 */
export type DriverFactory = (chainId: string, options: Uint8Array) => Platform;

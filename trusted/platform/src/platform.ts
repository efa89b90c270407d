/** What the hardware under the enclave gives. One per process; every driver is a folder. Synchronous on purpose. */
export interface Platform {
  /** Name of the driver. */
  readonly driver: string;
  /** Random bytes that the host can neither see nor choose. */
  random(length: number): Uint8Array;
  /**
   * Bytes that only this enclave code on this machine opens again. `purpose` separates uses: what was sealed for one
   * is refused for another. The host keeps the result, and may give an older one back.
   */
  seal(purpose: string, plaintext: Uint8Array): Uint8Array;
  /** Undefined when the bytes are damaged, or were sealed elsewhere or for another purpose. */
  unseal(purpose: string, sealed: Uint8Array): Uint8Array | undefined;
  /** A proof for strangers that this code runs here and said `data` (at most 64 bytes, filled up with zeros). */
  report(data: Uint8Array): Uint8Array;
}

/**
 * How a driver starts for a chain. Only the driver knows what its options mean. Throws a
 * BoundaryError for each cause: `chainRefused`, `driverOptions`, `hardwareMissing`.
 */
export type DriverFactory = (chainId: string, options: Uint8Array) => Platform;

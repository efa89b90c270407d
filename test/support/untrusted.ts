// SPDX-License-Identifier: Apache-2.0
import type { HostService, Untrusted, UntrustedHost } from "@sotto/protocol";

/**
 * A value in the form in which the boundary's server passes on the host's values. The cast: the
 * type does not exist at run time.
 */
export const untrusted = <T>(value: T): Untrusted<T> => value as unknown as Untrusted<T>;

export const untrustedHost = (host: HostService): UntrustedHost => ({
  readState: ({ key, proof }) =>
    untrusted({
      value: host.readState(key),
      proof: proof > 0 ? host.proveRow(key, proof - 1) : new Uint8Array(0),
      store: proof === 1 ? host.proveStore() : new Uint8Array(0),
    }),
  proveState: ({ key, proof }) =>
    untrusted({ ...host.proveState(key, proof - 1), store: proof === 1 ? host.proveStore() : new Uint8Array(0) }),
  queryChain: (ask) => untrusted(host.queryChain(ask)),
  readCode: (codeHash) => untrusted(host.readCode(codeHash)),
});

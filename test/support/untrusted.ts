import type { HostService, Untrusted, UntrustedHost } from "@sotto/protocol";

/** As the boundary's server hands on what the host says: the type has no form at run time. */
export const untrusted = <T>(value: T): Untrusted<T> => value as unknown as Untrusted<T>;

export const untrustedHost = (host: HostService): UntrustedHost => ({
  readState: (key) => untrusted(host.readState(key)),
  queryChain: (ask) => untrusted(host.queryChain(ask)),
  readCode: (codeHash) => untrusted(host.readCode(codeHash)),
});

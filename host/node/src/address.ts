// SPDX-License-Identifier: Apache-2.0
import { isIPv6 } from "node:net";

/** A host name, or an IPv4 address. */
const NAME = /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*$/;

/**
 * An address to listen on: IPv4, IPv6 (with or without brackets), or a name. Undefined for another
 * text.
 */
export function parseAddress(text: string): string | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1];
  if (bare !== undefined) return isIPv6(bare) ? bare : undefined;
  return isIPv6(text) || NAME.test(text) ? text : undefined;
}

/** An address in a URL: IPv6 in brackets, its zone escaped (RFC 6874). */
export const urlHost = (address: string): string => (isIPv6(address) ? `[${address.replace("%", "%25")}]` : address);

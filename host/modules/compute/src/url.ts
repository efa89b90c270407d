// SPDX-License-Identifier: Apache-2.0
/**
 * Characters that a host may have, besides %80 to %ff, %25 and characters that are not ASCII (Go's
 * net/url, shouldEscape of encodeHost).
 */
const HOST = /^(?:[a-zA-Z0-9\-._~!$&'()*+,;=:[\]<>"]|[^\0-\x7f]|%(?:25|[89a-fA-F][0-9a-fA-F]))*$/;
const USER = /^(?:[a-zA-Z0-9\-._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})*$/;
const ESCAPED = /^(?:[^%]|%[0-9a-fA-F]{2})*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const CONTROL = /[\0-\x1f\x7f]/;
const BRACKETED = /^\[.*\](?::[0-9]*)?$/;

/** Port and brackets of a host (parseHost, validOptionalPort). */
function isHost(host: string): boolean {
  if (!HOST.test(host)) return false;
  if (host.startsWith("[")) return BRACKETED.test(host);
  return !host.includes(":") || /:[0-9]*$/.test(host);
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf("@");
  return (at < 0 || USER.test(authority.slice(0, at))) && isHost(authority.slice(at + 1));
}

/**
 * The scheme of a URL that Go's net/url accepts (Go 1.24, which builds the reference), empty for a
 * relative URL; undefined when Parse refuses the text (x/compute types/validation.go,
 * validateSourceURL). Cost: linear in the text, for which the transaction pays by the byte.
 */
export function readUrl(text: string): { readonly scheme: string } | undefined {
  const [whole = "", ...fragment] = text.split("#");
  if (CONTROL.test(whole) || !ESCAPED.test(fragment.join("#")) || whole.startsWith(":")) return undefined;
  const scheme = /^[a-zA-Z][a-zA-Z0-9+.-]*(?=:)/.exec(whole)?.[0] ?? "";
  const [rest = ""] = whole.slice(scheme === "" ? 0 : scheme.length + 1).split("?");
  const found = { scheme: scheme.toLowerCase() };
  if (!rest.startsWith("/")) {
    if (scheme !== "") return found;
    const [first = ""] = rest.split("/");
    if (first.includes(":")) return undefined;
  }
  if (!rest.startsWith("//") || (scheme === "" && rest.startsWith("///")))
    return ESCAPED.test(rest) ? found : undefined;
  const slash = rest.indexOf("/", 2);
  const authority = rest.slice(2, slash < 0 ? undefined : slash);
  const path = slash < 0 ? "" : rest.slice(slash);
  return isAuthority(authority) && ESCAPED.test(path) ? found : undefined;
}

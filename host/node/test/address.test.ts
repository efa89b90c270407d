// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { parseAddress, urlHost } from "../src/address.ts";

it.each([
  ["127.0.0.1", "127.0.0.1", "127.0.0.1"],
  ["0.0.0.0", "0.0.0.0", "0.0.0.0"],
  ["localhost", "localhost", "localhost"],
  ["node-1.example.org", "node-1.example.org", "node-1.example.org"],
  ["::1", "::1", "[::1]"],
  ["[::1]", "::1", "[::1]"],
  ["::", "::", "[::]"],
  ["fe80::1%eth0", "fe80::1%eth0", "[fe80::1%25eth0]"],
])("%s is an address, in a URL %s", (text, parsed, url) => {
  const found = parseAddress(text);
  expect(found).toBe(parsed);
  expect(urlHost(found ?? "")).toBe(url);
});

it.each(["", "[127.0.0.1]", "[::1", "::1]:80", "127.0.0.1:80", "http://x", "a b", "-x", "x/y", ":::"])(
  "%j is none",
  (text) => {
    expect(parseAddress(text)).toBeUndefined();
  },
);

// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";
import { describe, expect, it } from "vitest";
import { formatListen, parseListen } from "../src/address.ts";
import { assertCometVersion, cometSettings } from "../src/index.ts";

describe("addresses", () => {
  it.each([
    ["tcp://127.0.0.1:26658", { isGrpc: false, host: "127.0.0.1", port: 26_658 }],
    ["tcp://[::1]:0", { isGrpc: false, host: "::1", port: 0 }],
    ["grpc://localhost:1", { isGrpc: true, host: "localhost", port: 1 }],
    ["unix:///run/sotto/abci.sock", { isGrpc: false, path: "/run/sotto/abci.sock" }],
    ["grpc+unix:///run/a b:c", { isGrpc: true, path: "/run/a b:c" }],
  ])("%s is read and written", (text, address) => {
    expect(parseListen(text)).toEqual(address);
    expect(formatListen(parseListen(text))).toBe(text);
  });

  it.each([
    "",
    "127.0.0.1:26658",
    "tcp://127.0.0.1",
    "tcp://:26658",
    "tcp://::1:26658",
    "tcp://127.0.0.1:65536",
    "tcp://127.0.0.1:1x",
    "tcp:///run/abci.sock",
    "unix://run/abci.sock",
    "unix://",
    "unix:///a\0b",
    "grpc+tcp://127.0.0.1:1",
    "http://127.0.0.1:1",
  ])("%j is refused with the forms that exist", (text) => {
    expect(() => parseListen(text)).toThrow(EnvironmentFault);
    expect(() => parseListen(text)).toThrow("tcp://HOST:PORT");
  });

  it("have CometBFT's settings, which leave out the scheme for gRPC over TCP", () => {
    expect(cometSettings("tcp://127.0.0.1:5")).toEqual({ abci: "socket", proxyApp: "tcp://127.0.0.1:5" });
    expect(cometSettings("unix:///a/b")).toEqual({ abci: "socket", proxyApp: "unix:///a/b" });
    expect(cometSettings("grpc://[::1]:5")).toEqual({ abci: "grpc", proxyApp: "[::1]:5" });
    expect(cometSettings("grpc+unix:///a/b")).toEqual({ abci: "grpc", proxyApp: "unix:///a/b" });
  });
});

describe("CometBFT's version", () => {
  it.each([
    ["0.38.19", "2.0.0"],
    ["v0.38.0", "2.0.0"],
    ["0.38.19+patched", "2.0.0"],
  ])("%s with ABCI %s is accepted", (version, abciVersion) => {
    expect(() => assertCometVersion({ version, abciVersion })).not.toThrow();
  });

  it.each([
    ["0.37.4", "1.0.0"],
    ["1.0.1", "2.1.0"],
    ["0.38.19", "2.1.0"],
    ["0.380.1", "2.0.0"],
    ["10.38.1", "2.0.0"],
    ["", ""],
    ["x".repeat(1_000), "\u001b[31m"],
  ])("%s with ABCI %s is refused with the command that installs the right one", (version, abciVersion) => {
    const check = () => assertCometVersion({ version, abciVersion });
    expect(check).toThrow(EnvironmentFault);
    expect(check).toThrow("go install github.com/cometbft/cometbft/cmd/cometbft@v0.38.19");
    try {
      check();
    } catch (thrown) {
      // A foreign text cannot fill or colour the log.
      expect(String(thrown).length).toBeLessThan(300);
      expect(String(thrown)).not.toContain("\u001b");
    }
  });
});

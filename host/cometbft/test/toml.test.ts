// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { tomlValues } from "../src/home/settings.ts";
import { setToml, textOfToml } from "../src/home/toml.ts";

const FILE = `# a comment
moniker = "old"
fast = true # another one

[rpc]
laddr = "tcp://127.0.0.1:26657"
origins = ["a", "b", ]
max = 5
[p2p]
laddr = "tcp://0.0.0.0:26656"
keep-invalid = false
several = [
  "a",
]
`;
const set = (values: Record<string, string | number | boolean | readonly string[]>) =>
  setToml(FILE, new Map(Object.entries(values)));

describe("settings in config.toml", () => {
  it("change in their section, and nothing else changes", () => {
    expect(set({ "p2p.laddr": "tcp://127.0.0.1:1", "rpc.max": 6, fast: false, "rpc.origins": ["*"] })).toBe(
      FILE.replace("tcp://0.0.0.0:26656", "tcp://127.0.0.1:1")
        .replace("max = 5", "max = 6")
        .replace("fast = true # another one", "fast = false")
        .replace('["a", "b", ]', '["*"]'),
    );
    expect(set({})).toBe(FILE);
    expect(set({ moniker: "old" })).toBe(FILE);
  });

  it("keep quotes and backslashes, and refuse control characters", () => {
    expect(set({ moniker: 'a "b" \\c' })).toContain('moniker = "a \\"b\\" \\\\c"\n');
    expect(() => set({ moniker: 'a"\n[rpc]\nunsafe = true' })).toThrow(/has a control character/);
    expect(set({ moniker: "a $& $1" })).toContain('moniker = "a $& $1"\n');
  });

  it("are refused when the file does not have them once, on one line", () => {
    expect(() => set({ "rpc.moniker": "a", unknown: 1 })).toThrow(
      /has no setting rpc.moniker, unknown; is it of another/,
    );
    expect(() => set({ "p2p.several": ["a"] })).toThrow(/has p2p.several over several lines/);
    expect(() => setToml("a = 1\na = 2", new Map([["a", 3]]))).toThrow(/has a twice/);
    expect(() => set({ "rpc.max": 1.5 })).toThrow(/1.5 is no integer/);
  });

  it("are read as texts", () => {
    expect(textOfToml(FILE, "rpc.laddr")).toBe("tcp://127.0.0.1:26657");
    expect(textOfToml(FILE, "rpc.max")).toBeUndefined();
    expect(textOfToml(FILE, "laddr")).toBeUndefined();
  });

  it("come from names of ours", () => {
    const values = tomlValues({
      rpcListeners: ["tcp://127.0.0.1:1", "unix:///a/rpc.sock"],
      persistentPeers: [],
      timeoutCommit: 500,
      prometheus: false,
      stateSync: {
        rpcServers: ["http://a:1", "http://b:1"],
        trustHeight: 5,
        trustHash: "AB",
        trustPeriod: 3600,
        discoveryTime: 5,
      },
    });
    expect(Object.fromEntries(values)).toEqual({
      "rpc.laddr": "tcp://127.0.0.1:1,unix:///a/rpc.sock",
      "p2p.persistent_peers": "",
      "consensus.timeout_commit": "500ms",
      "instrumentation.prometheus": false,
      "statesync.enable": true,
      "statesync.rpc_servers": "http://a:1,http://b:1",
      "statesync.trust_height": 5,
      "statesync.trust_hash": "AB",
      "statesync.trust_period": "3600s",
      "statesync.discovery_time": "5s",
    });
    expect(tomlValues({})).toEqual(new Map());
  });
});

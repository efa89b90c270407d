// SPDX-License-Identifier: Apache-2.0
import { networkInterfaces } from "node:os";
import { Client, credentials } from "@grpc/grpc-js";
import { afterEach, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { failedStart, removeAll, TestNode } from "./node.ts";

afterEach(removeAll);

const hasIPv6 = Object.values(networkInterfaces()).some((all) => all?.some(({ family }) => family === "IPv6"));

beforeAll(() => {
  if (!hasIPv6) throw new Error("this machine has no IPv6: sysctl -w net.ipv6.conf.lo.disable_ipv6=0");
});

test.each([
  ["::1", ["[::1]"], "[::1]"],
  ["[::1]", ["[::1]"], "[::1]"],
  ["::", ["[::1]", "127.0.0.1"], "[::]"],
])("--listen %s opens every endpoint there, and says so with brackets", async (address, hosts, shown) => {
  const node = await TestNode.start({ flags: ["--block-time=100ms", "--in-memory", `--listen=${address}`] });
  const { rest, rpc, grpc, grpcWeb, faucet } = node.ports;
  for (const url of [
    `http://${shown}:${rest}`,
    `http://${shown}:${rest}/swagger`,
    `http://${shown}:${faucet}/faucet?`,
  ]) {
    expect(node.stdout).toContain(url);
  }
  expect(node.stdout).toContain(` ${shown}:${grpc}\n`);
  for (const host of hosts) {
    for (const path of [`${rest}/cosmos/bank/v1beta1/params`, `${rpc}/status`, `${faucet}/status`]) {
      expect([host, path, (await fetch(`http://${host}:${path}`)).status]).toEqual([host, path, 200]);
    }
    const web = await fetch(`http://${host}:${grpcWeb}/cosmos.bank.v1beta1.Query/Params`, {
      method: "POST",
      headers: { "content-type": "application/grpc-web+proto" },
      body: new Uint8Array(5),
    });
    expect(Buffer.from(await web.arrayBuffer()).toString("latin1")).toContain("grpc-status: 0");
    const client = new Client(`${host}:${grpc}`, credentials.createInsecure());
    const answered = await new Promise((resolve, reject) => {
      const bytes = (value: Buffer) => value;
      client.makeUnaryRequest("/grpc.health.v1.Health/Check", bytes, bytes, Buffer.alloc(0), (error, value) =>
        error === null ? resolve(value) : reject(error),
      );
    });
    client.close();
    expect(answered).toEqual(Buffer.from([8, 1]));
    const socket = new WebSocket(`ws://${host}:${rpc}/websocket`);
    const told = new Promise((resolve, reject) => {
      socket.on("error", reject);
      socket.on("message", (data) => resolve(JSON.parse(String(data)).result));
    });
    socket.on("open", () => socket.send('{"jsonrpc":"2.0","id":1,"method":"health"}'));
    expect(await told).toEqual({});
    socket.close();
  }
  await node.stop();
});

test("an address that is none, or not of this machine, is refused with what to use", async () => {
  const none = await failedStart({ flags: ["--listen=[::1"] });
  expect(none.message).toMatch(/an address or a name is needed, for example 127\.0\.0\.1/);
  const other = await failedStart({ flags: ["--listen=192.0.2.1"] });
  expect(other.message).toMatch(/192\.0\.2\.1 is no address of this machine.*--listen ADDRESS/);
});

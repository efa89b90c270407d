// SPDX-License-Identifier: Apache-2.0
import { connect } from "node:net";
import { fromUtf8 } from "@sotto/bytes";
import { afterEach, describe, expect, it } from "vitest";
import { randomOf } from "../../../../tools/tests/seed.mjs";
import { createKv } from "../support/app.ts";
import {
  checkTx,
  closeAll,
  closers,
  commit,
  echo,
  FLUSH,
  finalizeBlock,
  info,
  open,
  query,
  serve,
  until,
  varint,
} from "../support/client.ts";

afterEach(closeAll);

const pause = (ms = 100) => new Promise((resolve) => setTimeout(resolve, ms));

/** The server still serves. */
async function assertServes(address: string): Promise<void> {
  const client = open(address);
  client.send(echo("still here"), FLUSH);
  await until(() => client.answers.length === 2);
  client.socket.destroy();
}

describe("a hostile client", () => {
  it.each([
    ["garbage", Buffer.from("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "unknown ABCI request"],
    ["a huge length", Buffer.concat([varint(2 ** 31 - 1), Uint8Array.of(0xa2, 1)]), "over 134217728"],
    ["a length that overflows", new Uint8Array(20).fill(255), "over 2147483647"],
    ["an empty frame", Uint8Array.of(0), "an empty frame"],
    ["an unknown request", Uint8Array.of(3, 0xf2, 0x01, 0), "a request with field 30"],
    ["a request that CometBFT 0.38 has no more", Uint8Array.of(2, 0x4a, 0), "a request with field 9"],
    ["a wrong wire type", Uint8Array.of(2, 0x40, 0), "unknown ABCI request"],
    ["a cut request", Uint8Array.of(4, 0x42, 9, 1, 2), "CheckTx"],
    ["two requests in one", Uint8Array.of(4, 0x12, 0, 0x12, 0), "a request has one field"],
  ])("that sends %s is closed, with a line", async (_what, bytes, line) => {
    const { address, connect: join, logs, faults } = await serve(createKv().handlers);
    const client = join();
    client.send(bytes);
    await until(client.isClosed);
    expect(logs).toHaveLength(1);
    expect(logs[0]).toContain(line);
    expect(faults).toEqual([]);
    await assertServes(address);
  });

  it("that stops in the middle of a request is closed in time, and one that waits is not", async () => {
    const { connect: join, logs } = await serve(createKv().handlers, { limits: { frameMs: 200 } });
    const [half, slow, idle] = [join(), join(), join()];
    half.send(checkTx(new Uint8Array(1_000)).subarray(0, 500));
    const timer = setInterval(() => slow.socket.write(Uint8Array.of(0x80)), 60);
    slow.send(Buffer.concat([varint(1_000_000), Uint8Array.of(0x42, 0xc0)]));
    idle.send(FLUSH);
    await until(() => half.isClosed() && slow.isClosed());
    clearInterval(timer);
    expect(logs).toEqual(new Array(2).fill("an ABCI connection is closed: a request was not whole after 200 ms"));
    expect(idle.isClosed()).toBe(false);
    idle.send(info, FLUSH);
    await until(() => idle.answers.length === 3);
  });

  it("that closes in the middle of a request leaves a line and nothing else", async () => {
    const { address, connect: join, logs } = await serve(createKv().handlers);
    const client = join();
    client.send(checkTx(new Uint8Array(1_000)).subarray(0, 500));
    await pause();
    client.socket.destroy();
    await until(() => logs.length === 1);
    expect(logs).toEqual(["CometBFT closed an ABCI connection in the middle of a request"]);
    await assertServes(address);
  });

  it("that closes in the middle of a call does not disturb it", async () => {
    const app = createKv();
    let release: (() => void) | undefined;
    app.onBlock = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    const { address, connect: join, logs, faults } = await serve(app.handlers);
    const client = join();
    client.send(finalizeBlock(1n), commit, FLUSH);
    await until(() => release !== undefined);
    client.socket.resetAndDestroy();
    await until(() => logs.length === 1);
    expect(logs).toEqual(["CometBFT closed an ABCI connection before 3 answers"]);
    release?.();
    await assertServes(address);
    // A commit that waited is not called for a connection that is gone.
    expect([app.height(), faults]).toEqual([0n, []]);
  });

  it("that never reads is not answered without end, and does not stop others", async () => {
    let called = 0;
    const value = new Uint8Array(256 * 1024);
    const handlers = {
      ...createKv().handlers,
      query: () => {
        called++;
        return { value };
      },
    };
    const { address } = await serve(handlers);
    const deaf = open(address, false);
    deaf.socket.pause();
    const sent = 20_000;
    for (let i = 0; i < sent; i++) deaf.send(query(fromUtf8("x")));
    await until(() => called > 2);
    await pause(500);
    const before = called;
    await pause(500);
    // The buffers of two sockets hold a few MB.
    expect(called).toBe(before);
    expect(called).toBeLessThan(200);
    await assertServes(address);
  });

  it("that sends requests faster than they end is not read beyond the limits", async () => {
    const waiting: (() => void)[] = [];
    const handlers = {
      ...createKv().handlers,
      checkTx: () => new Promise<object>((resolve) => waiting.push(() => resolve({ code: 0 }))),
    };
    const { connect: join } = await serve(handlers, { limits: { pending: 50, pendingBytes: 200_000 } });
    const [many, large] = [join(), join()];
    const count = 5_000;
    many.send(...new Array(count).fill(checkTx(Uint8Array.of(1))), FLUSH);
    await until(() => waiting.length === 50);
    await pause();
    expect(waiting.length).toBe(50);
    large.send(...new Array(10).fill(checkTx(new Uint8Array(100_000))), FLUSH);
    await until(() => waiting.length === 52);
    await pause();
    expect(waiting.length).toBe(52);
    while (many.answers.length < count + 1 || large.answers.length < 11) {
      for (const go of waiting.splice(0)) go();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(many.names().slice(-2)).toEqual(["checkTx", "flush"]);
  });

  it("gets thousands of pipelined CheckTx answered in order", async () => {
    const handlers = {
      ...createKv().handlers,
      checkTx: async ({ tx }: { tx: Uint8Array }) => {
        if (tx[0] === 0) await new Promise((resolve) => setImmediate(resolve));
        return { data: tx };
      },
    };
    const client = (await serve(handlers)).connect();
    const txs = Array.from({ length: 10_000 }, (_, i) => Uint8Array.of(i % 7, i & 255, i >> 8));
    client.send(...txs.map(checkTx), FLUSH);
    await until(() => client.answers.length === txs.length + 1);
    const found = client.answers.flatMap(({ value }) => (value.case === "checkTx" ? [value.value.data] : []));
    expect(Buffer.compare(Buffer.concat(found), Buffer.concat(txs))).toBe(0);
  });

  it("that opens many connections is refused above the limit", async () => {
    const { address, logs } = await serve(createKv().handlers, { limits: { connections: 4 } });
    const clients = Array.from({ length: 6 }, () => open(address));
    await until(() => clients.filter(({ isClosed }) => isClosed()).length === 2);
    expect(logs).toEqual(new Array(2).fill("a connection over 4 is refused"));
    const [free] = clients.filter(({ isClosed }) => !isClosed());
    free?.send(info, FLUSH);
    await until(() => free?.answers.length === 2);
    free?.socket.destroy();
  });

  it("does not hold up the end of the server", async () => {
    const app = createKv();
    app.onBlock = () => new Promise(() => {});
    const { address, connect: join, close } = await serve(app.handlers);
    const clients = [join(), join()];
    clients[0]?.send(finalizeBlock(1n), FLUSH);
    clients[1]?.send(checkTx(new Uint8Array(500)).subarray(0, 100));
    await pause();
    await Promise.all([close(), close()]);
    await until(() => clients.every(({ isClosed }) => isClosed()));
    const port = Number(address.split(":").at(-1));
    const late = connect({ host: "127.0.0.1", port });
    closers.push(() => late.destroy());
    const refused = await new Promise((resolve) => late.once("error", (error) => resolve(String(error))));
    expect(refused).toContain("ECONNREFUSED");
  });
});

describe("random bytes", () => {
  const rounds = Number(process.env["SOTTO_ABCI_FUZZ"] ?? 300);

  it("close the connection or are answered, and never reach onFault", { timeout: 600_000 }, async () => {
    const random = randomOf();
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
    const valid = [
      FLUSH,
      info,
      echo("hello"),
      checkTx(new Uint8Array(40)),
      query(fromUtf8("k")),
      finalizeBlock(1n, [fromUtf8("a=b")]),
      commit,
    ];
    const { address, faults } = await serve(createKv().handlers, { mixed: true, limits: { frameMs: 300 } });
    const change = (bytes: Uint8Array): Uint8Array => {
      const copy = Uint8Array.from(bytes);
      const kind = random();
      if (kind < 0.4) return copy;
      if (kind < 0.6) copy[Math.floor(random() * copy.length)] = Math.floor(random() * 256);
      else if (kind < 0.75) return copy.subarray(0, Math.floor(random() * copy.length));
      else if (kind < 0.9)
        return Uint8Array.from({ length: Math.floor(random() * 64) }, () => Math.floor(random() * 256));
      else return Buffer.concat([varint(Math.floor(random() * 2 ** 33)), copy]);
      return copy;
    };
    for (let round = 0; round < rounds; round++) {
      const client = open(address);
      client.send(...Array.from({ length: 1 + Math.floor(random() * 6) }, () => change(pick(valid))));
      if (random() < 0.5) client.socket.end();
      else if (random() < 0.2) client.socket.resetAndDestroy();
      else client.send(FLUSH);
      // Either an answer to something, or the end, which comes at the latest with the time of a
      // frame.
      await until(() => client.isClosed() || client.answers.length > 0);
      client.socket.destroy();
    }
    expect(faults).toEqual([]);
    await assertServes(address);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { create, toBinary } from "@bufbuild/protobuf";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import {
  CommitInfoSchema,
  RequestProcessProposalSchema,
  ResponseCheckTxSchema,
  ResponseFinalizeBlockSchema,
} from "@sotto/proto/tendermint.abci";
import { afterEach, describe, expect, it } from "vitest";
import { type AbciHandlers, MOST_TXS } from "../../src/index.ts";
import { createKv } from "../support/app.ts";
import {
  checkTx,
  closeAll,
  commit,
  echo,
  FLUSH,
  finalizeBlock,
  frameOf,
  info,
  open,
  query,
  serve,
  until,
} from "../support/client.ts";

afterEach(closeAll);

const pause = (ms = 50) => new Promise((resolve) => setTimeout(resolve, ms));

/** Handlers whose calls a test ends, in any order. */
function held(names: readonly (keyof AbciHandlers)[]) {
  const begun: string[] = [];
  const waiting = new Map<string, () => void>();
  const handlers: Record<string, unknown> = { ...createKv().handlers };
  for (const name of names) {
    const before = handlers[name] as (request: unknown) => unknown;
    handlers[name] = (request: { readonly tx?: Uint8Array; readonly height?: bigint }) => {
      const id = request.tx === undefined ? `${name}${request.height ?? ""}` : (toUtf8(request.tx) ?? "");
      begun.push(id);
      return new Promise((resolve) => {
        waiting.set(id, () => resolve(before(request)));
      });
    };
  }
  const end = (id: string): void => {
    const go = waiting.get(id);
    if (go === undefined) throw new Error(`${id} does not wait`);
    waiting.delete(id);
    go();
  };
  return { handlers: handlers as unknown as AbciHandlers, begun, end, waiting };
}

const tx = (text: string) => checkTx(fromUtf8(text));

describe("requests of one connection", () => {
  it("begin with a lone Flush, and echo", async () => {
    const client = (await serve(createKv().handlers)).connect();
    client.send(FLUSH);
    await until(() => client.answers.length === 1);
    client.send(echo("hello"), FLUSH);
    await until(() => client.answers.length === 3);
    expect(client.names()).toEqual(["flush", "echo", "flush"]);
    expect(client.answers[1]?.value.value).toMatchObject({ message: "hello" });
  });

  it("are called before earlier answers if they are CheckTx, and answered in order", async () => {
    const { handlers, begun, end } = held(["checkTx"]);
    const client = (await serve(handlers)).connect();
    client.send(tx("a=1"), tx("bad"), FLUSH, tx("c=1"), FLUSH);
    await until(() => begun.length === 3);
    end("c=1");
    end("bad");
    await pause();
    expect(client.answers).toEqual([]);
    end("a=1");
    await until(() => client.answers.length === 5);
    expect(client.names()).toEqual(["checkTx", "checkTx", "flush", "checkTx", "flush"]);
    const codes = client.answers.map(({ value }) => (value.case === "checkTx" ? value.value.code : -1));
    expect(codes).toEqual([0, 5, -1, 0, -1]);
  });

  it("wait for each other if they are not", async () => {
    const { handlers, begun, end } = held(["finalizeBlock", "commit"]);
    const client = (await serve(handlers)).connect();
    client.send(finalizeBlock(1n), FLUSH, commit, FLUSH);
    await until(() => begun.length === 1);
    await pause();
    expect(begun).toEqual(["finalizeBlock1"]);
    end("finalizeBlock1");
    await until(() => begun.length === 2);
    end("commit");
    await until(() => client.answers.length === 4);
    expect(client.names()).toEqual(["finalizeBlock", "flush", "commit", "flush"]);
  });

  it("are answered without a Flush too", async () => {
    const client = (await serve(createKv().handlers)).connect();
    client.send(query(fromUtf8("x")));
    await until(() => client.answers.length === 1);
  });

  it("get vote extensions from the server: empty, and accepted", async () => {
    const client = (await serve(createKv().handlers)).connect();
    client.send(
      frameOf({ case: "extendVote", value: { height: 3n } }),
      frameOf({ case: "verifyVoteExtension", value: { height: 3n } }),
    );
    await until(() => client.answers.length === 2);
    expect(client.answers[0]?.value.value).toMatchObject({ voteExtension: new Uint8Array(0) });
    expect(client.answers[1]?.value.value).toMatchObject({ status: 1 });
  });
});

describe("answers", () => {
  it("that are encoded already are sent as they are, short and long", async () => {
    const encoded = (size: number) =>
      toBinary(ResponseCheckTxSchema, create(ResponseCheckTxSchema, { log: "x".repeat(size), gasUsed: 7n }));
    const handlers = {
      ...createKv().handlers,
      checkTx: ({ tx: bytes }: { tx: Uint8Array }) => ({ encoded: encoded(Number(toUtf8(bytes))) }),
    };
    const client = (await serve(handlers)).connect();
    const sizes = [0, 1, 100, 127, 128, 16_000, 16_383, 16_384, 70_000, 3_000_000, 5];
    client.send(...sizes.map((size) => tx(`${size}`)), FLUSH);
    await until(() => client.answers.length === sizes.length + 1);
    const found = client.answers.map(({ value }) => (value.case === "checkTx" ? value.value.log.length : -1));
    expect(found).toEqual([...sizes, -1]);
  });

  it("may be a large block", async () => {
    const results = Array.from({ length: 20_000 }, (_, i) => ({ data: new Uint8Array(100), gasUsed: BigInt(i) }));
    const response = {
      txResults: results,
      appHash: new Uint8Array(32),
      events: [{ type: "e", attributes: [{ key: "a" }] }],
    };
    const handlers = { ...createKv().handlers, finalizeBlock: () => response };
    const client = (await serve(handlers)).connect();
    client.send(finalizeBlock(1n), FLUSH);
    await until(() => client.answers.length === 2);
    const { value } = client.answers[0] as (typeof client.answers)[0];
    if (value.case !== "finalizeBlock") throw new Error(value.case);
    const again = toBinary(ResponseFinalizeBlockSchema, value.value);
    const same = toBinary(ResponseFinalizeBlockSchema, create(ResponseFinalizeBlockSchema, response));
    expect(Buffer.compare(again, same)).toBe(0);
  });

  it("of a handler that throws are an exception without the reason, and a fault", async () => {
    const fault = new Error("secret");
    const throws = () => {
      throw fault;
    };
    const fails = async () => throws();
    for (const failing of [throws, fails]) {
      const { connect, faults, logs } = await serve({ ...createKv().handlers, query: failing });
      const client = connect();
      client.send(info, query(fromUtf8("x")), FLUSH, query(fromUtf8("y")));
      await until(client.isClosed);
      expect(client.names()).toEqual(["info", "exception"]);
      expect(client.answers[1]?.value.value).toMatchObject({ error: "Query failed: see the log of the node" });
      expect(faults).toEqual([fault]);
      expect(logs).toEqual(["an ABCI connection is closed: Query failed: see the log of the node"]);
    }
  });

  it("that cannot be encoded are faults", async () => {
    const { connect, faults } = await serve({ ...createKv().handlers, query: () => ({ code: -1 }) });
    const client = connect();
    client.send(query(fromUtf8("x")));
    await until(client.isClosed);
    expect(client.names()).toEqual(["exception"]);
    expect(faults).toHaveLength(1);
  });
});

describe("requests of several connections", () => {
  it("run beside each other, and queries beside a block", async () => {
    const { handlers, begun, end } = held(["finalizeBlock"]);
    const { connect } = await serve(handlers);
    const [consensus, mempool, asking] = [connect(), connect(), connect()];
    consensus.send(finalizeBlock(1n), FLUSH);
    await until(() => begun.length === 1);
    mempool.send(tx("a=1"), FLUSH);
    asking.send(info, query(fromUtf8("a")), FLUSH);
    await until(() => mempool.answers.length === 2 && asking.answers.length === 3);
    expect(consensus.answers).toEqual([]);
    end("finalizeBlock1");
    await until(() => consensus.answers.length === 2);
  });

  it("do not drive consensus twice at once", async () => {
    const { connect, logs } = await serve(createKv().handlers);
    const [first, second] = [connect(), connect()];
    first.send(finalizeBlock(1n), FLUSH);
    await until(() => first.answers.length === 2);
    second.send(finalizeBlock(1n), FLUSH);
    await until(second.isClosed);
    expect(second.answers).toEqual([]);
    expect(logs.join()).toContain("FinalizeBlock of a second CometBFT");
    first.send(commit, FLUSH);
    await until(() => first.answers.length === 4);
    first.socket.destroy();
    await pause();
    const third = connect();
    third.send(finalizeBlock(2n), FLUSH);
    await until(() => third.answers.length === 2);
  });

  it("wait for a block whose connection is gone: Info and consensus, and no others", async () => {
    const { handlers, begun, end } = held(["finalizeBlock"]);
    const { connect } = await serve(handlers);
    const first = connect();
    first.send(finalizeBlock(1n), FLUSH);
    await until(() => begun.length === 1);
    first.socket.destroy();
    await pause();
    const [asking, mempool, consensus] = [connect(), connect(), connect()];
    asking.send(info, FLUSH);
    mempool.send(tx("a=1"), FLUSH);
    consensus.send(finalizeBlock(2n), FLUSH);
    await until(() => mempool.answers.length === 2);
    await pause();
    expect([asking.answers, consensus.answers, begun]).toEqual([[], [], ["finalizeBlock1"]]);
    end("finalizeBlock1");
    await until(() => asking.answers.length === 2 && begun.length === 2);
    end("finalizeBlock2");
    await until(() => consensus.answers.length === 2);
  });

  it("carry one kind each, unless they may be mixed", async () => {
    const strict = await serve(createKv().handlers);
    const client = strict.connect();
    client.send(echo("x"), info, tx("a=1"), FLUSH);
    await until(client.isClosed);
    expect(strict.logs).toEqual([
      "an ABCI connection is closed: CheckTx on a connection of query: ABCI request on the wrong connection",
    ]);
    const loose = await serve(createKv().handlers, { mixed: true });
    const mixed = loose.connect();
    mixed.send(info, tx("a=1"), finalizeBlock(1n), commit, query(fromUtf8("a")), FLUSH);
    await until(() => mixed.answers.length === 6);
    expect(loose.logs).toEqual([]);
  });
});

describe("proposals", () => {
  const propose = (txs: number) =>
    frameOf({
      case: "processProposal",
      value: {
        txs: new Array(txs).fill(new Uint8Array(0)),
        proposedLastCommit: create(CommitInfoSchema, { round: 1 }),
        height: 5n,
      },
    });

  it("of too many transactions are refused without a call, and the connection goes on", async () => {
    const app = createKv();
    const { handlers } = app;
    const seen: number[] = [];
    const noting = {
      ...handlers,
      processProposal: (request: Parameters<AbciHandlers["processProposal"]>[0]) => {
        seen.push(request.txs.length);
        return handlers.processProposal(request);
      },
    };
    const { address, logs } = await serve(noting);
    const client = open(address);
    client.send(propose(MOST_TXS + 1), FLUSH, propose(MOST_TXS), FLUSH, propose(0), FLUSH);
    await until(() => client.answers.length === 6);
    const statuses = client.answers.map(({ value }) => (value.case === "processProposal" ? value.value.status : 0));
    // Empty transactions are refused by the application as well.
    expect(statuses).toEqual([2, 0, 2, 0, 1, 0]);
    expect(seen).toEqual([MOST_TXS, 0]);
    expect(logs).toEqual([`a proposal with over ${MOST_TXS} transactions is refused`]);
    expect(RequestProcessProposalSchema.fields.find(({ number }) => number === 1)?.localName).toBe("txs");
  });
});

// SPDX-License-Identifier: Apache-2.0
/** A node with `--metrics-port`, as Prometheus and a supervisor see it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { METRICS, type MetricSpec } from "@sotto/metrics";
import { Wallet } from "secretjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePort } from "../support/ports.ts";
import { type Contract, clientOf, execute, make, must, store, tokenBalance, tokenInit, withGas } from "./client.ts";
import { failedStart, freePorts, heightOf, newHome, removeAll, TestNode, until, untilHeight } from "./node.ts";
import { Pair } from "./pair.ts";

const MAIN = fileURLToPath(new URL("../../sotto/dist/main.js", import.meta.url));
const FAST = "--block-time=200ms";

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
}

async function get(port: number, path: string, init?: RequestInit): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
}

interface Health {
  readonly status: string;
  readonly height: number;
  readonly reason?: string;
}

async function health(port: number, path: string): Promise<{ readonly code: number; readonly body: Health }> {
  const { status, text } = await get(port, path);
  return { code: status, body: JSON.parse(text) as Health };
}

/** Values by series, as `name{labels}`. Fails for a line that is not of the text format. */
async function scrape(port: number): Promise<ReadonlyMap<string, number>> {
  const { text } = await get(port, "/metrics");
  const series = new Map<string, number>();
  for (const line of text.trimEnd().split("\n")) {
    if (line.startsWith("# ")) {
      expect(line).toMatch(/^# (HELP [a-z0-9_]+ .+|TYPE [a-z0-9_]+ (counter|gauge|histogram))$/);
      continue;
    }
    const [, name, value] = /^([a-z0-9_]+(?:\{[a-z_]+="[^"]*"(?:,[a-z_]+="[^"]*")*\})?) (\S+)$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`no line of the text format: ${line}`);
    expect(Number(value), line).not.toBeNaN();
    series.set(name, Number(value));
  }
  return series;
}

/** The sum of all series of a metric with this part in their labels. */
const sum = (series: ReadonlyMap<string, number>, name: string, part = ""): number =>
  [...series].reduce((total, [key, value]) => {
    const [own, labels = ""] = key.split("{");
    return own === name && labels.includes(part) ? total + value : total;
  }, 0);

/** Waits until a metric has reached a value: threads report each second. */
const reaches = (port: number, name: string, least: number, part = ""): Promise<number> =>
  until(async () => {
    const found = sum(await scrape(port), name, part);
    return found >= least ? found : undefined;
  });

const logLevel = (...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> =>
  new Promise((resolve) => {
    execFile(process.execPath, [MAIN, "debug", "log-level", ...args], (error, _, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stderr });
    });
  });

afterAll(removeAll);

describe("a node that decides its blocks itself", () => {
  let node: TestNode;
  let port: number;
  let token: Contract;

  beforeAll(async () => {
    port = await freePort();
    node = await TestNode.start({ flags: [FAST, `--metrics-port=${port}`, "--log-level=warn"] });
    const client = clientOf(node, "a");
    token = await make(client, await store(client, "private-token"), tokenInit(client.address));
  }, 120_000);

  test("feeds every metric of the table, and no other", async () => {
    const client = clientOf(node, "a");
    must(await execute(client, token, { set_viewing_key: { key: "k" } }));
    await tokenBalance(client, token, client.address, "k");
    // Another code hash than the contract's: the enclave refuses it.
    const wrong = { ...token, code_hash: "00".repeat(32), query: { token_info: {} } };
    await client.query.compute.queryContract(wrong).catch(() => undefined);
    await fetch(`${node.rpc}/block?height=2`);
    const named = async () => {
      const names = [...(await scrape(port)).keys()].map((key) => key.split("{")[0] ?? "");
      return new Set(names.map((name) => name.replace(/_(bucket|sum|count)$/, "")));
    };
    const expected = Object.entries<MetricSpec>(METRICS).map(([name]) => name.replace(/_(bucket|sum|count)$/, ""));
    const found = await until(async () => {
      const names = await named();
      return expected.every((name) => names.has(name)) ? names : undefined;
    }).catch(named);
    expect([...found].sort()).toEqual([...expected].sort());
    expect((await get(port, "/metrics")).type).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("counts blocks, transactions by their result, gas and crossings of the trust boundary", async () => {
    const client = clientOf(node, "a");
    const before = await scrape(port);
    const paid = must(
      await client.tx.bank.send(
        { from_address: client.address, to_address: new Wallet().address, amount: [{ denom: "uscrt", amount: "1" }] },
        withGas(50_000),
      ),
    );
    const failed = await execute(client, token, { transfer: { recipient: client.address, amount: "9".repeat(30) } });
    expect(failed.code).not.toBe(0);
    const rose = (name: string, by: number, part = "") => reaches(port, name, sum(before, name, part) + by, part);
    await rose("sotto_block_height", 2);
    await rose("sotto_block_seconds_count", 2);
    for (const phase of ["made", "logged", "executed", "committed"]) {
      await rose("sotto_block_phase_seconds_count", 2, `phase="${phase}"`);
    }
    await rose("sotto_txs_total", 1, 'result="ok"');
    await rose("sotto_txs_total", 1, 'result="compute/');
    await rose("sotto_gas_used_total", paid.gasUsed);
    await rose("sotto_gas_wanted_total", 50_000);
    await rose("sotto_enclave_seconds_count", 1, 'method="call"');
    await rose("sotto_boundary_crossings_total", 1, 'direction="out",name="readState"');
    await rose("sotto_boundary_bytes_total", 1_000, 'direction="in"');
    await rose("sotto_checks_total", 2, 'kind="new",result="ok"');
    const after = await scrape(port);
    const age = Date.now() / 1000 - sum(after, "sotto_block_time_seconds");
    expect(Math.abs(age)).toBeLessThan(60);
  });

  test("counts queries and their failures, and shows lanes, threads and sizes", async () => {
    const before = await scrape(port);
    const name = "sotto_query_seconds_count";
    const [ok, failed] = ['outcome="ok"', 'outcome="failed"'];
    expect((await fetch(`${node.rest}/cosmos/bank/v1beta1/params`)).status).toBe(200);
    expect((await fetch(`${node.rest}/cosmos/bank/v1beta1/balances/x`)).status).toBe(400);
    await reaches(port, name, sum(before, name, ok) + 1, ok);
    await reaches(port, name, sum(before, name, failed) + 1, failed);
    const after = await scrape(port);
    expect(sum(after, "sotto_query_lanes", 'kind="quick"')).toBeGreaterThan(0);
    for (const thread of ["endpoints", "exec", "check", "index", "query"]) {
      expect([...after.keys()]).toContain(`sotto_thread_busy_ratio{thread="${thread}"}`);
      expect([...after.keys()]).toContain(`sotto_event_loop_delay_seconds{thread="${thread}",statistic="p99"}`);
    }
    for (const database of ["state", "blocks", "index"]) {
      expect(sum(after, "sotto_database_bytes", `"${database}"`)).toBeGreaterThan(0);
    }
    expect(sum(after, "sotto_disk_free_bytes")).toBeGreaterThan(0);
    expect(sum(after, "process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  });

  test("is healthy and ready, and says so as JSON; other paths and methods are refused", async () => {
    const height = await heightOf(node);
    for (const path of ["/healthz", "/readyz"]) {
      const { code, body } = await health(port, path);
      expect([code, body.status]).toEqual([200, "ok"]);
      expect(body.height).toBeGreaterThanOrEqual(height);
    }
    expect((await get(port, "/readyz")).type).toBe("application/json");
    expect(JSON.parse((await get(port, "/")).text)).toEqual({ error: "the paths are /metrics, /healthz and /readyz" });
    expect((await get(port, "/")).status).toBe(404);
    expect((await get(port, "/metrics", { method: "POST", body: "x" })).status).toBe(405);
    expect((await get(port, "/healthz", { method: "HEAD" })).status).toBe(200);
  });

  test("changes the levels of its log while it runs", async () => {
    const blocks = (): number => node.stderr.split("\n").filter((line) => line.includes('"module":"blocks"')).length;
    expect(blocks()).toBe(0);
    expect(await logLevel("error,blocks:debug", "--home", node.home)).toEqual({ code: 0, stderr: "" });
    await until(async () => (blocks() > 0 ? true : undefined));
    expect(node.stderr).toContain('"phases":');
    expect((await logLevel("warn", "--home", node.home)).code).toBe(0);
    const height = await heightOf(node);
    await untilHeight(node, height + 2);
    const told = blocks();
    await untilHeight(node, height + 5);
    expect(blocks()).toBe(told);
    expect(existsSync(join(node.home, "log-levels"))).toBe(false);
  });

  test("refuses levels and modules that do not exist, and a folder without a node", async () => {
    const loud = await logLevel("loud", "--home", node.home);
    expect([loud.code, loud.stderr]).toEqual([
      2,
      expect.stringContaining('"loud" has no level; the levels are fatal, error'),
    ]);
    const foreign = await logLevel("kitchen:info", "--home", node.home);
    expect(foreign.stderr).toContain('there is no module "kitchen"; the modules are node, blocks');
    const none = await logLevel("info", "--home", join(newHome(), "none"));
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining("cannot write")]);
  });
});

describe("--metrics-port", () => {
  test("names a port in use with its flag, and offers no offset, which does not move it", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const taken = typeof address === "object" ? address?.port : undefined;
    const failed = await failedStart({ flags: [`--metrics-port=${taken}`] });
    await new Promise((resolve) => server.close(resolve));
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`port ${taken} (metrics) is in use; choose another with --metrics-port PORT`);
    expect(failed.stderr).not.toContain("--port-offset");
  });

  test("refuses the port of another listener of the node, and what is no port", async () => {
    const ports = await freePorts();
    const failed = await failedStart({ ports, flags: [`--metrics-port=${ports.rest}`] });
    expect(failed.stderr).toMatch(new RegExp(`port ${ports.rest} \\((metrics|REST)\\) is in use`));
    for (const text of ["0", "65536", "x"]) {
      const refused = await failedStart({ flags: [`--metrics-port=${text}`] });
      expect(refused.stderr).toContain("a whole number from 1 to 65535 is needed");
    }
  });
});

describe("a node on CometBFT", { timeout: 240_000 }, () => {
  let pair: Pair;
  let port: number;

  beforeAll(async () => {
    pair = await Pair.make("observed-1");
    port = await freePort();
  });
  afterAll(async () => {
    await removeAll();
    await pair?.comet.remove();
  });

  const reason = (): Promise<string | undefined> => health(port, "/readyz").then(({ body }) => body.reason);

  test("is healthy and not ready while it waits for CometBFT", async () => {
    await pair.startNode([`--metrics-port=${port}`]);
    const first = await until(() => health(port, "/readyz").catch(() => undefined));
    expect(first).toEqual({ code: 503, body: { status: "unavailable", height: 0, reason: "the node starts" } });
    expect((await health(port, "/healthz")).code).toBe(200);
  });

  test("is ready when CometBFT runs, and counts its blocks with their parts", async () => {
    await pair.startEngine();
    await pair.node.ready();
    await until(async () => ((await health(port, "/readyz")).code === 200 ? true : undefined));
    await reaches(port, "sotto_block_height", 3);
    for (const phase of ["verified", "logged", "executed", "committed"]) {
      await reaches(port, "sotto_block_phase_seconds_count", 3, `phase="${phase}"`);
    }
    expect(sum(await scrape(port), "sotto_build_info", 'consensus="cometbft"')).toBe(1);
    await reaches(port, "sotto_database_bytes", 1, '"cometbft"');
  });

  test("is not ready when CometBFT has stopped, names the reason, and is ready again with the next one", async () => {
    pair.engine.kill("SIGKILL");
    await pair.engine.exited;
    const why = await until(reason);
    expect(why).toContain("CometBFT at unix://");
    expect((await health(port, "/healthz")).code).toBe(200);
    await pair.startEngine();
    await until(async () => ((await health(port, "/readyz")).code === 200 ? true : undefined));
    await pair.stop();
  });
});

// SPDX-License-Identifier: Apache-2.0
/**
 * The host never sees a plaintext: a whole chain with marked secrets, and a search in all bytes
 * that the host has of it.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { concat, fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import { createKeychain } from "@sotto/keys";
import { createSim } from "@sotto/platform";
import { inlineChannel, recordingChannel } from "@sotto/transport";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deploy, instantiate, thenDo } from "../support/contract.ts";
import { a, b, QueryFailed, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

/** Words that no code contains; each names its place. */
const secret = (where: string): string => `sECReT-${where}-9xQz7`;
const used = new Set<string>();
const mark = (where: string): string => {
  used.add(secret(where));
  return secret(where);
};

/**
 * Forms of a text inside other bytes: unchanged, in hex, and in base64 at each of the three
 * offsets.
 */
function* formsOf(bytes: Uint8Array): Generator<Buffer> {
  yield Buffer.from(bytes);
  yield Buffer.from(toHex(bytes));
  yield Buffer.from(toHex(bytes).toUpperCase());
  yield Buffer.from(bytes.toReversed());
  for (let shift = 0; shift < 3; shift++) {
    const text = toBase64(concat(new Uint8Array(shift), bytes)).replace(/=+$/, "");
    // Without the characters that also encode neighbouring bytes.
    const inner = text.slice(shift === 0 ? 0 : 4, -2);
    yield Buffer.from(inner);
    yield Buffer.from(toBase64(fromUtf8(inner)).slice(0, -4));
  }
}

const folder = mkdtempSync(join(tmpdir(), "sotto-leak-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const seed = sha256(fromUtf8("leak"));
const seen: [what: string, bytes: Buffer][] = [];
let chain: TestChain;

const filesIn = (path: string): string[] =>
  readdirSync(path).flatMap((name) =>
    statSync(join(path, name)).isDirectory() ? filesIn(join(path, name)) : [join(path, name)],
  );
const find = (needle: Uint8Array): string[] => {
  // Shorter forms occur in any bytes by chance.
  const forms = [...formsOf(needle)].filter(({ length }) => length >= 5);
  return seen.flatMap(([what, bytes]) =>
    forms.filter((form) => bytes.includes(form)).map((form) => `${what}: ${form}`),
  );
};

function session(): void {
  const call = (to: { address: string; codeHash: string }, op: unknown, sub: unknown = null) => ({
    call: { contract: to.address, code_hash: to.codeHash, msg: JSON.stringify(op), funds: [], sub },
  });
  const set = (where: string) => ({ set: { key: mark(`${where} key`), value: mark(`${where} value`) } });
  const init = { ops: [set("instantiate"), { output: { text: mark("instantiate output") } }] };
  const child = deploy(chain, wasm.v1, init);
  const parent = instantiate(chain, child.codeId, wasm.v1, init, { admin: a.address });
  const old = deploy(chain, wasm.v010, init);
  for (const probe of [parent, old]) {
    const name = probe === old ? "v010" : "v1";
    probe.execute({
      batch: {
        ops: [
          set(name),
          { get: { key: secret("instantiate key") } },
          { attr: { key: mark(`${name} attribute key`), value: mark(`${name} attribute value`) } },
          { output: { text: mark(`${name} output`) } },
        ],
      },
    });
    probe.try({
      batch: { ops: [set(`${name} lost`), { fail: { error: { generic_err: { msg: mark(`${name} error`) } } } }] },
    });
    probe.try({ panic: { text: mark(`${name} panic`) } });
    probe.try({ host: { name: mark(`${name} unknown import`), args: [] } });
    expect(probe.query({ get: { key: secret(`${name} key`) } })).toContain(secret(`${name} value`));
    expect(() => probe.query({ fail: { error: { generic_err: { msg: mark(`${name} query error`) } } } })).toThrow(
      QueryFailed,
    );
    probe.execute({
      smart: {
        contract: child.address,
        code_hash: child.codeHash,
        msg: JSON.stringify({ output: { text: mark(`${name} nested query`) } }),
      },
    });
    probe.execute({
      try: {
        op: {
          smart: {
            contract: child.address,
            code_hash: child.codeHash,
            msg: JSON.stringify({ fail: { error: { generic_err: { msg: mark(`${name} nested query error`) } } } }),
          },
        },
      },
    });
    probe.execute(call(child, set(`${name} plain message`)));
    probe.try({ set: { key: mark(`${name} out of gas`), value: mark(`${name} out of gas value`) } }, { gas: 60_000n });
  }
  parent.execute({ debug: { text: mark("debug") } });
  const then = thenDo(set("reply"), { output: { text: mark("reply output") } });
  const data = { data: { data: toBase64(fromUtf8(mark("child data"))) } };
  parent.execute(call(child, { batch: { ops: [set("child"), data] } }, { id: 1, reply_on: "always", ...then }));
  parent.execute(
    call(
      child,
      { fail: { error: { generic_err: { msg: mark("child error") } } } },
      { id: 2, reply_on: "always", ...then },
    ),
  );
  parent.try(call(child, { fail: { error: { generic_err: { msg: mark("child error that goes up") } } } }));
  parent.execute({
    create: {
      code_id: Number(child.codeId),
      code_hash: child.codeHash,
      label: "made",
      msg: JSON.stringify({ ops: [set("created")] }),
      funds: [],
      admin: null,
      sub: null,
    },
  });
  parent.migrate({ ops: [set("migrate")] }, child.codeId, hashOf(wasm.v1));
  expect(JSON.parse(parent.query({ get: { key: secret("migrate key") } }))).toEqual([secret("migrate value")]);

  const token = deploy(chain, wasm.token, {
    name: "Token",
    symbol: "TKN",
    decimals: 6,
    prng_seed: toBase64(fromUtf8(mark("prng seed"))),
    initial_balances: [{ address: a.address, amount: "987654321012" }],
  });
  token.execute({ set_viewing_key: { key: mark("viewing key") } });
  token.execute({ transfer: { recipient: b.address, amount: "123456789098", memo: mark("memo") } });
  expect(token.query({ balance: { address: a.address, key: secret("viewing key") } })).toContain("864197531914");
  expect(
    token.query({ transfer_history: { address: a.address, key: secret("viewing key"), page: 0, page_size: 5 } }),
  ).toContain(secret("memo"));
}

beforeAll(() => {
  const channel = recordingChannel(inlineChannel(createEnclavePeer()), ({ kind, bytes }) => {
    seen.push([`frame of kind ${kind}`, Buffer.from(bytes)]);
  });
  chain = new TestChain({ path: folder, seed, channel });
  const { block } = chain;
  chain.block = (...txs) => {
    const result = block.call(chain, ...txs);
    for (const tx of txs) seen.push(["a transaction", Buffer.from(tx)]);
    const shown = (_key: string, value: unknown) =>
      typeof value === "bigint"
        ? String(value)
        : value instanceof Uint8Array
          ? Buffer.from(value).toString("latin1")
          : value;
    seen.push(["results and events", Buffer.from(JSON.stringify(result, shown), "latin1")]);
    for (const { data, log } of result.txResults) seen.push(["data", Buffer.from(data)], ["log", Buffer.from(log)]);
    return result;
  };
  session();
  chain.close();
  for (const path of filesIn(folder)) seen.push([`the file ${path.slice(folder.length)}`, readFileSync(path)]);
});

describe("of a whole chain the host has", () => {
  it("frames, transactions, results and files, and the search finds public values in them", () => {
    expect(used.size).toBeGreaterThan(50);
    expect(seen.filter(([what]) => what.startsWith("frame")).length).toBeGreaterThan(200);
    expect(seen.filter(([what]) => what.startsWith("the file")).length).toBeGreaterThan(0);
    // Public values are found in frames and in files, so the search works.
    for (const known of [fromUtf8(a.address), sha256(wasm.token), a.raw]) {
      const places = find(known);
      expect(places.some((place) => place.startsWith("frame"))).toBe(true);
      expect(places.some((place) => place.startsWith("the file"))).toBe(true);
    }
    seen.push(["a planted leak", Buffer.from(toBase64(concat(Uint8Array.of(1), fromUtf8(secret("memo")))))]);
    expect(find(fromUtf8(secret("memo"))).map((place) => place.split(":")[0])).toEqual(["a planted leak"]);
    seen.pop();
  });

  it("no secret of any user or contract, in any form", () => {
    for (const word of used) expect(find(fromUtf8(word))).toEqual([]);
    // Nor the common end of all secrets.
    expect(find(fromUtf8("-9xQz7"))).toEqual([]);
    for (const amount of ["123456789098", "864197531914", "987654321012"]) expect(find(fromUtf8(amount))).toEqual([]);
  });

  it("no seed of the network", () => {
    const platform = createSim({ chainId: chain.chainId, seed, sealingKey: sha256(fromUtf8("any")) });
    for (const each of createKeychain(platform).seeds) {
      expect(find(each.expose())).toEqual([]);
      expect(find(each.expose().subarray(0, 16))).toEqual([]);
    }
  });
});

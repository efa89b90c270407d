// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress } from "@sotto/address";
import { pack, responseOf, storeMessage, succeeded } from "@sotto/contract-test/parts";
import type { ChainEvent, TxResult } from "@sotto/kernel";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  MsgClearAdminSchema,
  MsgInstantiateContractResponseSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const chain = new TestChain();
let v1: Contract;
let v010: Contract;
beforeAll(() => {
  v1 = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
  v010 = deploy(chain, wasm.v010, { ops: [] });
});
afterAll(() => chain.close());

type Line = readonly [type: string, ...attributes: string[]];
/** Events of messages as lines: `type`, then `key=value`; encrypted texts are not shown. */
const lines = ({ events }: { events: readonly ChainEvent[] }): Line[] =>
  events
    .filter(({ attributes }) => attributes.some(([key]) => key === "msg_index"))
    .map(({ type, attributes }) => [type, ...attributes.map(([key, value]) => `${key}=${value}`)]);
const coins = (amount: string) => [{ denom: "uscrt", amount }];
const COMPUTE = "/secret.compute.v1beta1.";

const bankLines = (from: string, to: string, amount: string, index = 0): Line[] => [
  ["coin_spent", `spender=${from}`, `amount=${amount}`, `msg_index=${index}`],
  ["coin_received", `receiver=${to}`, `amount=${amount}`, `msg_index=${index}`],
  ["transfer", `recipient=${to}`, `sender=${from}`, `amount=${amount}`, `msg_index=${index}`],
  ["message", `sender=${from}`, `msg_index=${index}`],
];

describe("events of transactions", () => {
  it("begin with the events of the checks, which have no message index", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("7") });
    const tx = chain.tx(a, [send], { gas: 100_000n });
    const { sequence } = chain.base(a.address);
    const { events } = chain.deliver(tx);
    const collector = formatAddress(moduleAddress("fee_collector"));
    expect(events.slice(0, 6)).toEqual([
      {
        type: "coin_spent",
        attributes: [
          ["spender", a.address],
          ["amount", "1000uscrt"],
        ],
      },
      {
        type: "coin_received",
        attributes: [
          ["receiver", collector],
          ["amount", "1000uscrt"],
        ],
      },
      {
        type: "transfer",
        attributes: [
          ["recipient", collector],
          ["sender", a.address],
          ["amount", "1000uscrt"],
        ],
      },
      { type: "message", attributes: [["sender", a.address]] },
      {
        type: "tx",
        attributes: [
          ["fee", "1000uscrt"],
          ["fee_payer", a.address],
        ],
      },
      { type: "tx", attributes: [["acc_seq", `${a.address}/${sequence}`]] },
    ]);
    expect(events[6]).toMatchObject({
      type: "tx",
      attributes: [["signature", expect.stringMatching(/^[\w+/]{86}==$/)]],
    });
  });

  it("name the module of a message when its handler does not", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("7") });
    expect(lines(chain.run(a, send, { gas: 100_000n }))).toEqual([
      ["message", "action=/cosmos.bank.v1beta1.MsgSend", `sender=${a.address}`, "module=bank", "msg_index=0"],
      ...bankLines(a.address, b.address, "7uscrt"),
    ]);
  });

  it("of a multi-send name the sender once", () => {
    const send = pack(MsgMultiSendSchema, {
      inputs: [{ address: a.address, coins: coins("5") }],
      outputs: [
        { address: b.address, coins: coins("2") },
        { address: c.address, coins: coins("3") },
      ],
    });
    expect(lines(chain.run(a, send, { gas: 100_000n })).map(([type]) => type)).toEqual([
      "message",
      "coin_spent",
      "message",
      "coin_received",
      "transfer",
      "coin_received",
      "transfer",
    ]);
  });

  it("of an upload are the two that the reference emits", () => {
    const result = succeeded(chain.run(a, storeMessage(a, wasm.v1), { gas: 20_000_000n }));
    expect(lines(result)).toEqual([
      ["message", `action=${COMPUTE}MsgStoreCode`, `sender=${a.address}`, "msg_index=0"],
      ["message", "module=compute", `sender=${a.address}`, `signer=${a.address}`, "msg_index=0"],
      ["message", "code_id=3", "msg_index=0"],
    ]);
  });

  it("of an instantiation end with its message event, and only v1 has an instantiate event", () => {
    const init = { ops: [{ attr: { key: "k", value: "v", plaintext: true } }] };
    for (const code of ["v1", "v010"] as const) {
      const { codeId } = code === "v1" ? v1 : v010;
      const made = instantiate(chain, codeId, wasm[code], init, { funds: coins("9") });
      const own: Line[] = [["instantiate", `contract_address=${made.address}`, `code_id=${codeId}`, "msg_index=0"]];
      expect(lines(made.created)).toEqual([
        ["message", `action=${COMPUTE}MsgInstantiateContract`, `sender=${a.address}`, "msg_index=0"],
        ...bankLines(a.address, made.address, "9uscrt"),
        ...(code === "v1" ? own : []),
        ["wasm", `contract_address=${made.address}`, "k=v", "msg_index=0"],
        ["message", "module=compute", `sender=${a.address}`, `contract_address=${made.address}`, "msg_index=0"],
      ]);
      expect(responseOf(MsgInstantiateContractResponseSchema, made.created).address).toBe(made.address);
    }
  });

  it("of an execution begin with its message event", () => {
    for (const probe of [v1, v010]) {
      const ran = probe.execute(
        { attr: { key: "contract_address", value: "dropped", plaintext: true } },
        { funds: coins("3") },
      );
      const own: Line[] = [["execute", `contract_address=${probe.address}`, "msg_index=0"]];
      expect(lines(ran.result)).toEqual([
        ["message", `action=${COMPUTE}MsgExecuteContract`, `sender=${a.address}`, "msg_index=0"],
        ["message", "module=compute", `sender=${a.address}`, `contract_address=${probe.address}`, "msg_index=0"],
        ...bankLines(a.address, probe.address, "3uscrt"),
        ...(probe === v1 ? own : []),
        ["wasm", `contract_address=${probe.address}`, "msg_index=0"],
      ]);
    }
  });

  it("have a mark when the enclave encrypted them, independent of their text", () => {
    const looksEncrypted = { key: "pubkey", value: "A07oJJ9n4TYTnD7ZStYyiPbB3kXOZvqIMkchGmmPRAzf", plaintext: true };
    const marksOf = (message: unknown) =>
      v1
        .execute(message)
        .result.events.filter(({ type }) => type.startsWith("wasm"))
        .flatMap(({ attributes }) => attributes.map(([key, , encrypted]) => (encrypted ? "hidden" : key)));
    expect(marksOf({ attr: looksEncrypted })).toEqual(["contract_address", "pubkey", "msg_index"]);
    expect(marksOf({ attr: { key: "k", value: "v" } })).toEqual(["contract_address", "hidden", "msg_index"]);
    const attributes = [{ key: "k", value: "v" }, looksEncrypted];
    expect(marksOf({ event: { ty: "kind", attributes } }).slice(-4)).toEqual([
      "contract_address",
      "hidden",
      "pubkey",
      "msg_index",
    ]);
  });

  it("contain the 11th entry that secret.js needs for two executes of one transaction", () => {
    const one = v010.message(a, { noop: {} });
    const two = v010.message(a, { attr: { key: "minted", value: "1", plaintext: true } });
    const result = succeeded(chain.deliver(chain.tx(a, [one.packed, two.packed], { gas: 5_000_000n })));
    const flat = lines(result).flatMap(([type, ...attributes]) =>
      attributes.slice(0, -1).map((each) => `${attributes.at(-1)}/${type}/${each}`),
    );
    const distinct = [...new Set(flat)];
    expect(distinct[10]).toBe("msg_index=1/wasm/minted=1");
  });

  it("of custom events are prefixed, trimmed and limited as in the reference", () => {
    const event = (ty: string, attributes: { key: string; value: string; plaintext?: boolean }[]) => ({
      event: { ty, attributes },
    });
    const ran = v1.execute(event(" made ", [{ key: " k ", value: " v ", plaintext: true }]));
    expect(lines(ran.result)).toContainEqual(["wasm-made", `contract_address=${v1.address}`, "k=v", "msg_index=0"]);
    const refused = (ty: string, key: string, value: string) =>
      v1.try(event(ty, [{ key, value, plaintext: true }])).result;
    const at = "failed to execute message; message index: 0: dispatch:";
    // Bytes count: two of these characters are four bytes.
    expect(refused("éé", "k", "v")).toMatchObject({ code: 0 });
    expect(refused("é", "k", "v")).toMatchObject({ code: 21 });
    expect(refused("\u0085a\u3000", "k", "v")).toMatchObject({ code: 21 });
    expect(refused(" a ", "k", "v")).toMatchObject({
      codespace: "compute",
      code: 21,
      log: `${at} Event type too short: 'a': invalid event`,
    });
    expect(refused("made", " ", "v")).toMatchObject({
      code: 21,
      log: `${at} Empty attribute key. Value: v: invalid event`,
    });
    expect(refused("made", "k", "")).toMatchObject({
      code: 21,
      log: `${at} Empty attribute value. Key: k: invalid event`,
    });
    expect(refused("made", "_k", "v")).toMatchObject({
      code: 21,
      log: `${at} Attribute key starts with reserved prefix _: '_k': invalid event`,
    });
  });

  it("of a migration and of admin changes are those of the reference", () => {
    const made = instantiate(chain, v1.codeId, wasm.v1, { ops: [] }, { admin: a.address });
    const migrated = made.migrate({ ops: [{ attr: { key: "k", value: "v", plaintext: true } }] }, 3n, hashOf(wasm.v1));
    expect(lines(succeeded(migrated.result))).toEqual([
      ["message", `action=${COMPUTE}MsgMigrateContract`, `sender=${a.address}`, "msg_index=0"],
      ["message", "module=compute", `sender=${a.address}`, "msg_index=0"],
      ["migrate", "code_id=3", `contract_address=${made.address}`, "msg_index=0"],
      ["wasm", `contract_address=${made.address}`, "k=v", "msg_index=0"],
    ]);
    const change = (result: TxResult) => lines(succeeded(result)).slice(1);
    const update = pack(MsgUpdateAdminSchema, { sender: a.address, contract: made.address, newAdmin: b.address });
    expect(change(chain.run(a, update))).toEqual([
      ["message", "module=compute", `sender=${a.address}`, "msg_index=0"],
      ["update_contract_admin", `contract_address=${made.address}`, `new_admin_address=${b.address}`, "msg_index=0"],
    ]);
    const clear = pack(MsgClearAdminSchema, { sender: b.address, contract: made.address });
    expect(change(chain.run(b, clear))).toEqual([
      ["message", "module=compute", `sender=${b.address}`, "msg_index=0"],
      ["update_contract_admin", `contract_address=${made.address}`, "new_admin_address=", "msg_index=0"],
    ]);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { fromBase64, fromUtf8, toBase64 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { contractOf, pack, storeMessage } from "@sotto/contract-test/parts";
import { ChainError } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { SimulateRequestSchema, SimulateResponseSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
  Query,
  QueryContractsByCodeIdResponseSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { a, b, c, TestChain } from "../support/testChain.ts";
import { hashOf, wasm } from "../support/wasm.ts";

const chain = new TestChain();
let probe: Contract;
let old: Contract;
beforeAll(() => {
  probe = deploy(chain, wasm.v1, { ops: [] }, { label: "probe", admin: a.address });
  old = deploy(chain, wasm.v010);
});
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
const failure = (codespace: string, code: number, log: string) => ({ codespace, code, log });
const coins = (amount: string, denom = "uscrt") => [{ denom, amount }];
const thrown = (run: () => unknown): ChainError => {
  try {
    run();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("did not throw");
};
const createMessage = (changes: object = {}) =>
  pack(MsgInstantiateContractSchema, {
    sender: a.raw,
    codeId: probe.codeId,
    label: `new ${Math.floor(chain.app.height)}`,
    initMsg: chain.client.encrypt(probe.codeHash, { ops: [] }).wire,
    ...changes,
  });
const run = (message: ReturnType<typeof pack>) => chain.run(a, message, { gas: 3_000_000n });

describe("instantiation", () => {
  it("creates an account, moves the funds, and shows the contract the sender and the funds", () => {
    const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [{ env: {} }] }, { funds: coins("12") });
    expect(chain.balance(made.address)).toBe(12n);
    expect(chain.base(made.address).sequence).toBe(0n);
    const shown = made.createdData;
    expect(shown).toContain(made.address);
    expect(shown).toContain(a.address);
    expect(shown).toContain(chain.chainId);
    expect(shown).toContain('\\"amount\\":\\"12\\"');
  });

  it("refuses faults that the stateless checks find", () => {
    const cases = [
      [{ codeId: 0n }, "sdk", 18, "code_id is required: invalid request"],
      [{ label: "" }, "compute", 11, "is required: empty"],
      [{ label: "x".repeat(513) }, "compute", 12, "cannot be longer than 128 characters: exceeds limit"],
      [{ label: "é".repeat(257) }, "compute", 12, "cannot be longer than 128 characters: exceeds limit"],
      [{ initFunds: [...coins("1"), ...coins("1")] }, "sdk", 10, "invalid coins"],
      [{ initFunds: coins("0") }, "sdk", 10, "invalid coins"],
      [{ initFunds: coins("-1") }, "sdk", 10, "invalid coins"],
      [
        { callbackSig: new Uint8Array(32) },
        "compute",
        16,
        "a transaction may not carry a callback signature: parse signature failed",
      ],
    ] as const;
    for (const [changes, codespace, code, log] of cases)
      expect(run(createMessage(changes))).toMatchObject({ codespace, code, log });
  });

  it("accepts labels of up to 512 bytes, each once", () => {
    const label = "é".repeat(256);
    expect(run(createMessage({ label }))).toMatchObject({ code: 0 });
    expect(run(createMessage({ label }))).toMatchObject(
      failure("compute", 6, `${at}${label}: contract account already exists`),
    );
    expect(chain.ask(Query.method.addressByLabel, { label }).contractAddress).toMatch(/^secret1/);
  });

  it("refuses codes that do not exist, up to the largest number", () => {
    for (const codeId of [99n, 1n << 53n, (1n << 63n) + 5n, (1n << 64n) - 1n]) {
      expect(run(createMessage({ codeId, label: `code ${codeId}` }))).toMatchObject(
        failure("compute", 9, `${at}code: not found`),
      );
    }
  });

  it("refuses an invalid admin, and stores an admin in upper case in lower case", () => {
    const refused = run(createMessage({ admin: "nobody" }));
    expect(refused).toMatchObject(
      failure("undefined", 1, `${at}admin: decoding bech32 failed: invalid bech32 string length 6`),
    );
    // No contract is loaded for it.
    expect(refused.gasUsed).toBeLessThan(20_000n);
    const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { admin: a.address.toUpperCase() });
    expect(made.migrate({ ops: [] }, probe.codeId, probe.codeHash).result).toMatchObject({ code: 0 });
  });

  it("refuses funds that the sender does not have, and leaves no trace", () => {
    const before = chain.ask(Query.method.contractsByCodeId, { codeId: probe.codeId }).contractInfos.length;
    const result = run(createMessage({ initFunds: coins("5", "unothing"), label: "poor" }));
    expect(result).toMatchObject({ codespace: "sdk", code: 5 });
    expect(thrown(() => chain.ask(Query.method.addressByLabel, { label: "poor" }))).toMatchObject({
      codespace: "sdk",
      code: 9,
    });
    expect(chain.ask(Query.method.contractsByCodeId, { codeId: probe.codeId }).contractInfos.length).toBe(before);
  });

  it("refuses the wrong code hash", () => {
    const { wire } = chain.client.encrypt(old.codeHash, { ops: [] });
    expect(run(createMessage({ initMsg: wire, label: "wrong hash" }))).toMatchObject(
      failure(
        "compute",
        2,
        `${at}Execution error: Enclave: failed to validate transaction: instantiate contract failed`,
      ),
    );
  });
});

describe("execution", () => {
  it("moves funds, without those of cw20 origin", () => {
    const before = chain.balance(probe.address);
    const ran = probe.execute(
      { env: {} },
      {
        funds: [
          { denom: "cw20:x", amount: "5" },
          { denom: "uscrt", amount: "3" },
        ],
      },
    );
    expect(chain.balance(probe.address)).toBe(before + 3n);
    expect(ran.data).not.toContain("cw20");
    expect(ran.data).toContain('\\"amount\\":\\"3\\"');
  });

  it("refuses invalid addresses, bad funds and unknown contracts", () => {
    const message = (changes: object) =>
      pack(MsgExecuteContractSchema, {
        sender: a.raw,
        contract: contractOf(probe.address),
        msg: new Uint8Array(100),
        ...changes,
      });
    expect(run(message({ contract: new Uint8Array(3) }))).toMatchObject({ codespace: "sdk", code: 9 });
    expect(run(message({ sentFunds: coins("0") }))).toMatchObject(failure("sdk", 10, "sentFunds: invalid coins"));
    expect(run(message({ contract: b.raw }))).toMatchObject(failure("compute", 9, `${at}contract: not found`));
    expect(run(message({ contract: new Uint8Array(32) }))).toMatchObject(
      failure("compute", 9, `${at}contract: not found`),
    );
    expect(run(message({ callbackSig: Uint8Array.of(1) }))).toMatchObject({ codespace: "compute", code: 16 });
  });

  it("drops the writes of a call that fails later", () => {
    probe.execute({ set: { key: "kept", value: "before" } });
    const failing = {
      batch: { ops: [{ set: { key: "kept", value: "after" } }, { fail: { error: { generic_err: { msg: "x" } } } }] },
    };
    expect(probe.try(failing, { funds: coins("4") }).result).toMatchObject({ codespace: "compute", code: 3 });
    expect(JSON.parse(probe.query({ get: { key: "kept" } }))).toEqual(["before"]);
  });

  it("shows the transaction's position in its block and its hash", () => {
    const [first, second] = [b, c].map((by) =>
      chain.tx(by, [probe.message(by, { env: {} }).packed], { gas: 2_000_000n }),
    );
    const { txResults } = chain.block(first as Uint8Array, second as Uint8Array);
    expect(txResults.map(({ code }) => code)).toEqual([0, 0]);
    const ran = probe.execute({ env: {} });
    expect(ran.data).toMatch(/\\"index\\":0/);
  });
});

describe("migration and admins", () => {
  const make = (admin = a.address) =>
    instantiate(chain, probe.codeId, wasm.v1, { ops: [{ set: { key: "k", value: "v" } }] }, { admin });

  it("keeps the state and changes the code", () => {
    const made = make();
    const codeId = chain.storeCode(wasm.v1);
    made.migrate({ ops: [{ set: { key: "m", value: "w" } }] }, codeId, hashOf(wasm.v1));
    expect(JSON.parse(made.query({ batch: { ops: [{ get: { key: "k" } }, { get: { key: "m" } }] } }))).toEqual([
      "v",
      "w",
    ]);
    const { contractInfo } = chain.ask(Query.method.contractInfo, { contractAddress: made.address });
    expect(contractInfo).toMatchObject({ codeId, admin: a.address, label: expect.any(String) });
    expect(contractInfo?.adminProof).toEqual(new Uint8Array(0));
    const { entries } = chain.ask(Query.method.contractHistory, { contractAddress: made.address });
    expect(entries.map((entry) => [entry.operation, entry.codeId])).toEqual([
      [1, probe.codeId],
      [2, codeId],
    ]);
    const listed = (id: bigint) =>
      chain.ask(Query.method.contractsByCodeId, { codeId: id }).contractInfos.map((each) => each.contractAddress);
    expect(listed(codeId)).toEqual([made.address]);
    expect(listed(probe.codeId)).not.toContain(made.address);
    // Contracts are listed in the order of their creation, not of their migration.
    const later = make();
    later.migrate({ ops: [] }, codeId, hashOf(wasm.v1));
    const earlier = instantiate(chain, codeId, wasm.v1, { ops: [] }, { admin: a.address });
    earlier.migrate({ ops: [] }, probe.codeId, probe.codeHash);
    const last = instantiate(chain, codeId, wasm.v1, { ops: [] });
    earlier.migrate({ ops: [] }, codeId, hashOf(wasm.v1));
    expect(listed(codeId)).toEqual([made, later, earlier, last].map(({ address }) => address));
    // After one more migration the state still opens: its key is always the first one.
    made.migrate({ ops: [] }, probe.codeId, probe.codeHash);
    expect(JSON.parse(made.query({ get: { key: "k" } }))).toEqual(["v"]);
    expect(made.execute({ get: { key: "m" } }).outputs).toEqual(["w"]);
  });

  it("from v0.10 to v1 and back keeps the state", () => {
    const made = instantiate(
      chain,
      old.codeId,
      wasm.v010,
      { ops: [{ set: { key: "k", value: "v" } }] },
      { admin: a.address },
    );
    expect(made.migrate({ ops: [{ get: { key: "k" } }] }, probe.codeId, probe.codeHash).outputs).toEqual(["v"]);
    expect(made.migrate({ ops: [] }, old.codeId, old.codeHash).result).toMatchObject({ code: 0 });
  });

  it("is allowed only for the admin", () => {
    const made = make();
    const by = (who: typeof a, contract = made.address, codeId = probe.codeId) =>
      chain.run(
        who,
        pack(MsgMigrateContractSchema, {
          sender: who.address,
          contract,
          codeId,
          msg: chain.client.encrypt(probe.codeHash, { ops: [] }).wire,
        }),
        { gas: 2_000_000n },
      );
    expect(by(b)).toMatchObject(failure("compute", 5, `${at}requires migrate from admin: migrate contract failed`));
    expect(by(a, make("").address)).toMatchObject(
      failure("compute", 5, `${at}contract is not upgradable: migrate contract failed`),
    );
    expect(by(a, b.address)).toMatchObject(
      failure("sdk", 18, `${at}unknown contract: contract: not found: invalid request`),
    );
    expect(by(a, made.address, 999n)).toMatchObject(
      failure("sdk", 18, `${at}unknown code: failed to get code info for code id 999: invalid request`),
    );
    expect(by(a, made.address, 0n)).toMatchObject(failure("sdk", 18, "code id is required: invalid request"));
    expect(by(a, "secret1nothing")).toMatchObject({
      codespace: "undefined",
      code: 1,
      log: expect.stringMatching(/^contract: decoding bech32 failed: /),
    });
  });

  it("shows the contract's own error decrypted, in the exact form that secret.js expects", () => {
    const failed = make().migrate(
      { ops: [{ fail: { error: { generic_err: { msg: "std error" } } } }] },
      probe.codeId,
      probe.codeHash,
    );
    expect(failed.error).toBe(`${at}Generic error: std error: migrate contract failed`);
    expect(failed.result).toMatchObject({ codespace: "compute", code: 5 });
  });

  it("gets a new admin, and then only the new admin may act", () => {
    const made = make();
    const update = (by: typeof a, newAdmin: string) =>
      chain.run(by, pack(MsgUpdateAdminSchema, { sender: by.address, contract: made.address, newAdmin }));
    expect(update(b, b.address)).toMatchObject({ codespace: "compute", code: 10 });
    expect(update(b, c.address)).toMatchObject(failure("sdk", 4, `${at}caller is not the admin: unauthorized`));
    expect(update(a, a.address.toUpperCase())).toMatchObject(
      failure("compute", 10, "new admin is the same as the old: invalid CosmosMsg from the contract"),
    );
    expect(update(a, b.address)).toMatchObject({ code: 0 });
    expect(made.migrate({ ops: [] }, probe.codeId, probe.codeHash).result).toMatchObject({ code: 5 });
    expect(made.migrate({ ops: [] }, probe.codeId, probe.codeHash, { by: b }).result).toMatchObject({ code: 0 });
    const clear = (by: typeof a) =>
      chain.run(by, pack(MsgClearAdminSchema, { sender: by.address, contract: made.address }));
    expect(clear(a)).toMatchObject(failure("sdk", 4, `${at}caller is not the admin: unauthorized`));
    expect(clear(b)).toMatchObject({ code: 0 });
    expect(made.migrate({ ops: [] }, probe.codeId, probe.codeHash, { by: b }).result).toMatchObject({ code: 5 });
    expect(chain.ask(Query.method.contractInfo, { contractAddress: made.address }).contractInfo?.admin).toBe("");
  });
});

describe("queries", () => {
  it("of codes, hashes and labels agree with each other", () => {
    const { codeInfo, wasm: bytes } = chain.ask(Query.method.code, { codeId: probe.codeId });
    expect(codeInfo).toMatchObject({ codeId: probe.codeId, creator: a.address, codeHash: probe.codeHash });
    expect(hashOf(bytes)).toBe(probe.codeHash);
    expect(chain.ask(Query.method.codes, {}).codeInfos[0]?.codeHash).toBe(probe.codeHash);
    const contractAddress = probe.address;
    expect(chain.ask(Query.method.codeHashByContractAddress, { contractAddress }).codeHash).toBe(probe.codeHash);
    expect(chain.ask(Query.method.codeHashByCodeId, { codeId: probe.codeId }).codeHash).toBe(probe.codeHash);
    expect(chain.ask(Query.method.labelByAddress, { contractAddress }).label).toBe("probe");
    expect(chain.ask(Query.method.addressByLabel, { label: "probe" }).contractAddress).toBe(contractAddress);
    expect(chain.ask(Query.method.params, {}).params).toMatchObject({ maxContractSize: 2_097_152n });
    expect(chain.ask(Query.method.contractInfo, { contractAddress }).contractInfo?.created).toMatchObject({
      txIndex: 0n,
    });
    expect(
      chain.ask(Query.method.contractsByCodeId, { codeId: probe.codeId }).contractInfos[0]?.contractInfo?.created,
    ).toBeUndefined();
    const analysis = chain.ask(Query.method.analyzeCode, {
      codeHash: chain.ask(Query.method.code, { codeId: 1n }).codeInfo
        ? Uint8Array.from(Buffer.from(probe.codeHash, "hex"))
        : new Uint8Array(0),
    });
    expect(analysis).toMatchObject({ hasIbcEntryPoints: false });
  });

  it("to contracts cannot write, and fail with that error", () => {
    const refused = (message: unknown) => thrown(() => probe.query(message)).message;
    const text = "Execution error: Enclave: contract tried to write to storage during a query: query contract failed";
    expect(refused({ set: { key: "k", value: "v" } })).toBe(text);
    expect(refused({ remove: { key: "k" } })).toBe(text);
  });

  it("to contracts need the right hash, an encrypted text, and gas", () => {
    expect(thrown(() => chain.query(probe.address, old.codeHash, { noop: {} })).message).toBe(
      "Execution error: Enclave: failed to validate transaction: query contract failed",
    );
    const raw = (query: Uint8Array) =>
      thrown(() => chain.ask(Query.method.querySecretContract, { contractAddress: probe.address, query })).message;
    const text = "Execution error: Enclave: failed to decrypt data: query contract failed";
    expect(raw(fromUtf8('{"noop":{}}'))).toBe(text);
    expect(raw(new Uint8Array(0))).toBe(text);
    expect(raw(new Uint8Array(200))).toBe(text);
    expect(thrown(() => probe.query({ loop: { kind: "cpu" } }))).toMatchObject({ codespace: "sdk", code: 11 });
  });

  it("by contracts nest to a depth of ten and no deeper", () => {
    expect(JSON.parse(probe.query({ self_query: { depth: 9 } }))).toEqual(["bottom"]);
    expect(() => probe.query({ self_query: { depth: 10 } })).toThrow();
    expect(probe.execute({ self_query: { depth: 9 } }).outputs).toEqual(["bottom"]);
    expect(probe.try({ self_query: { depth: 10 } }).error).toContain("exceeded_recursion_limit");
  });

  it("by contracts see the chain: balances, other contracts, and absent objects", () => {
    const answer = (op: unknown, by = probe) => by.execute(op).outputs[0];
    const balance = answer({ balance: { address: b.address, denom: "uscrt" } });
    expect(JSON.parse(balance as string)).toEqual({
      amount: { denom: "uscrt", amount: String(chain.balance(b.address)) },
    });
    expect(
      answer({
        smart: { contract: old.address, code_hash: old.codeHash, msg: JSON.stringify({ output: { text: "hi" } }) },
      }),
    ).toBe('["hi"]');
    const info = JSON.parse(answer({ contract_info: { contract: old.address } }) as string);
    expect(info).toMatchObject({ code_id: Number(old.codeId), creator: a.address, pinned: false });
    const missing = probe.execute({
      try: { op: { smart: { contract: b.address, code_hash: old.codeHash, msg: "{}" } } },
    });
    expect(missing.outputs[0]).toContain("contract: not found");
    const failing = {
      smart: {
        contract: old.address,
        code_hash: old.codeHash,
        msg: JSON.stringify({ fail: { error: { generic_err: { msg: "inner" } } } }),
      },
    };
    expect(probe.execute({ try: { op: failing } }).outputs[0]).toContain("inner");
    const raw = (request: unknown) => JSON.parse(answer({ query: { request: JSON.stringify(request) } }) as string);
    const balanceOf = (data: string) => raw({ stargate: { path: "/cosmos.bank.v1beta1.Query/Balance", data } });
    for (const data of ["", "/////w==", "CgF4"]) expect(balanceOf(data).Ok.Err).toEqual(expect.any(String));
    expect(raw({ stargate: { path: "/secret.compute.v1beta1.Query/ContractInfo", data: "CgF4" } }).Ok.Err).toContain(
      "decoding bech32 failed: invalid bech32 string length 1",
    );
    const listed = raw({ stargate: { path: "/secret.compute.v1beta1.Query/ContractsByCodeId", data: "CAE=" } });
    expect(
      decode(QueryContractsByCodeIdResponseSchema, fromBase64(listed.Ok.Ok) as Uint8Array).contractInfos[0],
    ).toMatchObject({ contractAddress: probe.address });
    const space = raw({
      stargate: { path: "/cosmos.params.v1beta1.Query/Params", data: toBase64(fromUtf8("\n\u0004bank\u0012\u0001x")) },
    });
    expect(space.Ok.Ok).toBe(toBase64(fromUtf8("\n\t\n\u0004bank\u0012\u0001x")));
    expect(raw({ custom: {} })).toEqual({ Err: { unsupported_request: { kind: "custom" } } });
    expect(JSON.stringify(raw({ stargate: { path: "/cosmos.bank.v1beta1.Query/AllBalances", data: "" } }))).toContain(
      "is not allowed from the contract",
    );
    expect(raw({ stargate: { path: "/cosmos.bank.v1beta1.Query/Params", data: "" } }).Ok.Ok).toMatch(/^[\w+/=]*$/);
  });
});

describe("simulation", () => {
  const simulate = (message: ReturnType<typeof pack>, changes = {}) =>
    chain.queries.simulate(chain.tx(a, [message], changes));
  const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("1") });

  it("runs bank transactions and uploads, with any gas limit and any signature", () => {
    const before = chain.balance(b.address);
    const zero = { forge: () => [new Uint8Array(64)], gas: 1n };
    const simulated = simulate(send, zero);
    expect(simulated).toMatchObject({ code: 0 });
    const real = chain.run(a, send, { gas: 100_000n });
    expect(Number(simulated.gasUsed)).toBeGreaterThan(Number(real.gasUsed) * 0.8);
    expect(Number(simulated.gasUsed)).toBeLessThan(Number(real.gasUsed) * 1.25);
    expect(chain.balance(b.address)).toBe(before + 1n);
    expect(simulate(storeMessage(a, wasm.v1), zero)).toMatchObject({ code: 0 });
  });

  it("accepts an empty signature without a key and without a fee, as relayers send it", () => {
    const tx = chain.tx(a, [send], { forge: () => [new Uint8Array(0)], withoutKeys: true, fee: [], gas: 0n });
    expect(chain.queries.simulate(tx)).toMatchObject({ code: 0 });
  });

  it("is also available as a query", () => {
    const request = encode(SimulateRequestSchema, create(SimulateRequestSchema, { txBytes: chain.tx(a, [send]) }));
    const answer = chain.queries.query({
      path: "/cosmos.tx.v1beta1.Service/Simulate",
      data: request,
      height: 0,
      prove: false,
    });
    expect(decode(SimulateResponseSchema, answer.value).gasInfo?.gasUsed).toBeGreaterThan(0n);
    const wrong = encode(
      SimulateRequestSchema,
      create(SimulateRequestSchema, { txBytes: chain.tx(a, [createMessage()]) }),
    );
    expect(
      chain.queries.query({ path: "/cosmos.tx.v1beta1.Service/Simulate", data: wrong, height: 0, prove: false }),
    ).toMatchObject({ codespace: "sdk", code: 6 });
  });

  it("refuses contract calls: outside of a block the enclave cannot verify the sender", () => {
    expect(simulate(createMessage({ label: "simulated" }))).toMatchObject({ codespace: "compute", code: 2 });
    expect(simulate(probe.message(a, { noop: {} }).packed)).toMatchObject(
      failure("compute", 3, `${at}Execution error: Enclave: failed to validate transaction: execute contract failed`),
    );
  });
});

describe("blocked accounts", () => {
  it("cannot receive coins from users", () => {
    const collector = formatAddress(moduleAddress("fee_collector"));
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: collector, amount: coins("1") });
    expect(run(send)).toMatchObject(
      failure("sdk", 4, `${at}${collector} is not allowed to receive funds: unauthorized`),
    );
  });
});

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, moduleAddress } from "@sotto/address";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { type Account, account, type Packed, pack } from "@sotto/contract-test/parts";
import { ChainError } from "@sotto/errors";
import type { TxResult } from "@sotto/kernel";
import {
  Query as AuthQuery,
  MsgUpdateParamsSchema as AuthUpdateParamsSchema,
  ModuleAccountSchema,
} from "@sotto/proto/cosmos.auth.v1beta1";
import {
  Query as BankQuery,
  MsgMultiSendSchema,
  MsgSendSchema,
  MsgSetSendEnabledSchema,
  MsgUpdateParamsSchema,
} from "@sotto/proto/cosmos.bank.v1beta1";
import {
  Query as ConsensusQuery,
  MsgUpdateParamsSchema as ConsensusUpdateParamsSchema,
} from "@sotto/proto/cosmos.consensus.v1";
import { Query as ParamsQuery } from "@sotto/proto/cosmos.params.v1beta1";
import {
  Query as ComputeQuery,
  MsgUpdateParamsSchema as ComputeUpdateParamsSchema,
  MsgContractGovernanceProposalSchema,
  MsgInstantiateContractSchema,
  MsgUpdateMachineWhitelistProposalSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { RaAuthenticateSchema, Query as RegistrationQuery } from "@sotto/proto/secret.registration.v1beta1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { deploy } from "../support/contract.ts";
import { STAKE } from "../support/stake.ts";
import { a, accounts, b, c, FUNDS, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const chain = new TestChain();
afterAll(() => chain.close());

const at = "failed to execute message; message index: 0: ";
const coins = (amount: string, denom = "uscrt") => [{ denom, amount }];
const run = (message: Packed) => chain.run(a, message, { gas: 500_000n });
const failure = (codespace: string, code: number, log: string) => ({ codespace, code, log });
const thrown = (ask: () => unknown): ChainError => {
  try {
    ask();
  } catch (error) {
    if (error instanceof ChainError) return error;
    throw error;
  }
  throw new Error("did not throw");
};

describe("bank", () => {
  const multi = (changes: object) =>
    pack(MsgMultiSendSchema, {
      inputs: [{ address: a.address, coins: coins("4") }],
      outputs: [
        { address: b.address, coins: coins("1") },
        { address: c.address, coins: coins("3") },
      ],
      ...changes,
    });

  it("sends to many recipients, and creates accounts for new ones", () => {
    const fresh = account("fresh");
    const before = [chain.balance(b.address), chain.balance(c.address)] as const;
    const outputs = [
      { address: b.address, coins: coins("1") },
      { address: fresh.address, coins: coins("3") },
    ];
    expect(run(multi({ outputs }))).toMatchObject({ code: 0 });
    expect([chain.balance(b.address), chain.balance(fresh.address)]).toEqual([before[0] + 1n, 3n]);
    expect(chain.base(fresh.address).accountNumber).toBeGreaterThan(4n);
    expect(chain.queries.brokenInvariants()).toEqual([]);
  });

  it("refuses multi-sends that do not add up, with the reference's codes", () => {
    expect(run(multi({ outputs: [] }))).toMatchObject(failure("bank", 3, `${at}no outputs to send transaction`));
    expect(run(multi({ outputs: [{ address: b.address, coins: coins("5") }] }))).toMatchObject(
      failure("bank", 4, `${at}sum inputs != sum outputs`),
    );
    expect(run(multi({ outputs: [{ address: "x", coins: coins("4") }] }))).toMatchObject({ codespace: "sdk", code: 7 });
    expect(run(multi({ outputs: [{ address: b.address, coins: coins("0") }] }))).toMatchObject({
      codespace: "sdk",
      code: 10,
    });
    const collector = formatAddress(moduleAddress("fee_collector"));
    expect(run(multi({ outputs: [{ address: collector, coins: coins("4") }] }))).toMatchObject({
      codespace: "sdk",
      code: 4,
    });
    // The SDK panics when it adds the amounts, before it checks a later output.
    const most = { address: b.address, coins: coins(String(2n ** 256n - 1n)) };
    const panic = { codespace: "undefined", code: 111_222, log: "recovered: integer overflow: panic" };
    expect(run(multi({ outputs: [most, most, { address: "x", coins: coins("4") }] }))).toMatchObject(panic);
  });

  it.each([
    ["no coins", [], 10],
    ["zero", coins("0"), 10],
    ["less than nothing", coins("-5"), 10],
    ["an amount beyond 256 bits", coins(String(2n ** 256n - 1n)), 5],
    ["an invalid denomination", coins("1", "1"), 10],
    ["twice the same", [...coins("1"), ...coins("1")], 10],
    ["unsorted ones", [...coins("1"), ...coins("1", "atom")], 10],
    ["a denomination without supply", coins("1", "unothing"), 5],
  ])("refuses to send %s", (_name, amount, code) => {
    const before = [chain.balance(b.address), chain.balance(c.address)];
    expect(run(pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount }))).toMatchObject({
      codespace: "sdk",
      code,
    });
    expect([chain.balance(b.address), chain.balance(c.address)]).toEqual(before);
  });

  it("names the invalid address", () => {
    const send = (toAddress: string) =>
      run(pack(MsgSendSchema, { fromAddress: a.address, toAddress, amount: coins("1") }));
    for (const to of [
      "",
      "secret1",
      "cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh",
      `${b.address}x`,
      "x".repeat(5000),
    ]) {
      expect(send(to)).toMatchObject({
        codespace: "sdk",
        code: 7,
        log: expect.stringMatching(/^failed .*0: invalid to address: /),
      });
    }
    expect(send(b.address.toUpperCase())).toMatchObject({ code: 0 });
    // The reference accepts addresses of three lengths.
    for (const length of [1, 19, 21, 33]) {
      const odd = formatAddress(new Uint8Array(length).fill(7));
      const fault = `address length must be 20 or 32 bytes, got ${length}: unknown address: invalid address`;
      expect(send(odd)).toMatchObject(failure("sdk", 7, `${at}invalid to address: ${fault}`));
      const outputs = [{ address: odd, coins: coins("4") }];
      expect(run(multi({ outputs }))).toMatchObject(failure("sdk", 7, `${at}invalid output address: ${fault}`));
    }
  });

  it("changes its parameters for the gov module only", () => {
    const gov = formatAddress(moduleAddress("gov"));
    const who = `invalid authority; expected ${gov}, got ${a.address}`;
    const refused = failure("gov", 13, `${at}${who}: expected gov account as only signer for proposal message`);
    const update = pack(MsgUpdateParamsSchema, { authority: a.address, params: { defaultSendEnabled: false } });
    expect(run(update)).toMatchObject(refused);
    expect(run(pack(MsgSetSendEnabledSchema, { authority: a.address }))).toMatchObject(refused);
    expect(run(pack(ConsensusUpdateParamsSchema, { authority: a.address }))).toMatchObject(refused);
    // Auth's error has the same text, but no code.
    expect(run(pack(AuthUpdateParamsSchema, { authority: a.address }))).toMatchObject(
      failure("undefined", 1, `${at}expected gov account as only signer for proposal message; ${who}`),
    );
    for (const message of [
      pack(ComputeUpdateParamsSchema, { authority: a.address }),
      pack(MsgContractGovernanceProposalSchema, { authority: a.address }),
      pack(MsgUpdateMachineWhitelistProposalSchema, { authority: a.address, machineId: "00ff, AA" }),
    ])
      expect(run(message)).toMatchObject(refused);
  });

  it("reports the fault of the first invalid output, before sums, disabled denominations and blocked accounts", () => {
    const gov = formatAddress(moduleAddress("gov"));
    const [one, two] = [coins("1"), coins("2")];
    const inputs = [{ address: a.address, coins: two }];
    const outputs = (...list: object[]) => run(multi({ inputs, outputs: list }));
    expect(outputs({ address: "nobody", coins: one })).toMatchObject({
      ...failure(
        "sdk",
        7,
        `${at}invalid output address: decoding bech32 failed: invalid bech32 string length 6: invalid address`,
      ),
    });
    expect(outputs({ address: b.address, coins: [] }, { address: "nobody", coins: one })).toMatchObject({
      codespace: "sdk",
      code: 10,
    });
    expect(outputs({ address: gov, coins: one })).toMatchObject({ codespace: "bank", code: 4 });
  });

  it("answers its queries", () => {
    const page = { key: new Uint8Array(0), offset: 0n, limit: 2n, countTotal: true, reverse: false };
    const { denomOwners, pagination } = chain.ask(BankQuery.method.denomOwners, { denom: "uscrt", pagination: page });
    expect([denomOwners.length, Number(pagination?.total)]).toEqual([2, 8]);
    expect(chain.ask(BankQuery.method.allBalances, { address: b.address }).balances).toEqual([
      expect.objectContaining({ denom: "uscrt", amount: String(chain.balance(b.address)) }),
    ]);
    const supply = String(FUNDS * BigInt(accounts.length) + STAKE);
    expect(chain.ask(BankQuery.method.supplyOf, { denom: "uscrt" }).amount?.amount).toBe(supply);
    expect(chain.ask(BankQuery.method.totalSupply, {}).supply).toEqual([expect.objectContaining({ amount: supply })]);
    expect(
      chain.ask(BankQuery.method.spendableBalanceByDenom, { address: b.address, denom: "uscrt" }).balance?.amount,
    ).toBe(String(chain.balance(b.address)));
    expect(chain.balance(account("no one").address)).toBe(0n);
    expect(thrown(() => chain.ask(BankQuery.method.balance, { address: "x", denom: "uscrt" }))).toMatchObject({
      codespace: "grpc",
      code: 3,
    });
    expect(thrown(() => chain.ask(BankQuery.method.denomMetadata, { denom: "uscrt" }))).toMatchObject({ code: 5 });
  });

  it("shows the past at a height", () => {
    const height = chain.app.height;
    const before = chain.balance(b.address);
    run(pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("77") }));
    const atHeight = (h: number) =>
      BigInt(chain.ask(BankQuery.method.balance, { address: b.address, denom: "uscrt" }, h).balance?.amount ?? "");
    expect(atHeight(height)).toBe(before);
    expect(atHeight(1)).toBe(FUNDS);
    expect(atHeight(0)).toBe(before + 77n);
    for (const wrong of [chain.app.height + 1, -1, 2 ** 60])
      expect(thrown(() => atHeight(wrong))).toBeInstanceOf(ChainError);
  });
});

describe("auth", () => {
  it("numbers accounts in the order of the genesis, and module accounts after them", () => {
    accounts.forEach(({ address }, i) => {
      expect(chain.base(address).accountNumber).toBe(BigInt(i));
    });
    const { account: any } = chain.ask(AuthQuery.method.moduleAccountByName, { name: "fee_collector" });
    expect(decode(ModuleAccountSchema, any?.value ?? new Uint8Array(0))).toMatchObject({
      name: "fee_collector",
      permissions: [],
    });
    expect(chain.ask(AuthQuery.method.accountAddressByID, { accountId: 2n }).accountAddress).toBe(c.address);
    expect(chain.ask(AuthQuery.method.accountInfo, { address: a.address }).info?.address).toBe(a.address);
    expect(chain.ask(AuthQuery.method.bech32Prefix, {}).bech32Prefix).toBe("secret");
    expect(chain.ask(AuthQuery.method.params, {}).params).toMatchObject({
      maxMemoCharacters: 256n,
      txSigLimit: 7n,
      txSizeCostPerByte: 10n,
      sigVerifyCostEd25519: 590n,
      sigVerifyCostSecp256k1: 1000n,
    });
    expect(thrown(() => chain.ask(AuthQuery.method.account, { address: account("no one").address })).message).toMatch(
      /^rpc error: code = NotFound desc = account secret1\w+ not found$/,
    );
  });
});

describe("registration, params and consensus", () => {
  it("give clients the key for their messages", () => {
    expect(chain.ask(RegistrationQuery.method.txKey, {}).key).toEqual(chain.started.ioPublicKey);
    const text = toUtf8(chain.ask(RegistrationQuery.method.registrationKey, {}).key) ?? "";
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString("base64");
    // Go's own JSON, with other names than in the genesis file.
    expect(text).toBe(
      `{"reg_info":null,"node_exch_key":{"bytes":"${base64(chain.started.seedExchangePublicKey)}"},"io_exch_key":{"bytes":"${base64(chain.started.ioPublicKey)}"}}`,
    );
    const seed = (pubKey: Uint8Array) => thrown(() => chain.ask(RegistrationQuery.method.encryptedSeed, { pubKey }));
    expect(seed(new Uint8Array(32))).toMatchObject({
      codespace: "sdk",
      code: 9,
      message: "Node has not been authenticated yet: unknown address",
    });
    expect(seed(new Uint8Array(0))).toMatchObject({ codespace: "register", code: 8, message: "public key: invalid" });
  });

  it("refuse what is no certificate, and what does not exist", () => {
    expect(run(pack(RaAuthenticateSchema, { sender: a.raw, certificate: fromUtf8("cert") }))).toMatchObject(
      failure("register", 6, "Certificate invalid or does not exist"),
    );
    const registerAuth = (changes: object) => run(pack(RaAuthenticateSchema, { sender: a.raw, ...changes }));
    expect(registerAuth({})).toMatchObject(
      failure("sdk", 18, "Authenticating certificate cannot be empty: invalid request"),
    );
    const space = (subspace: string, key = "x") => chain.ask(ParamsQuery.method.params, { subspace, key });
    expect(space("bank").param).toMatchObject({ subspace: "bank", key: "x", value: "" });
    expect(thrown(() => space("nothing"))).toMatchObject({
      codespace: "params",
      code: 2,
      message: "nothing: unknown subspace",
    });
    expect(thrown(() => space("bank", ""))).toMatchObject({ codespace: "grpc", code: 3 });
    expect(chain.ask(ParamsQuery.method.subspaces, {}).subspaces[1]).toMatchObject({ subspace: "bank", keys: [] });
    expect(chain.ask(ConsensusQuery.method.params, {}).params?.block).toMatchObject({ maxGas: -1n });
  });
});

describe("a block with a limit of gas", () => {
  const limited = new TestChain({
    consensusParams: encode(
      ConsensusParamsSchema,
      create(ConsensusParamsSchema, { block: { maxBytes: 1_000_000n, maxGas: 100_000n } }),
    ),
  });
  afterAll(() => limited.close());
  const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("1") });

  it("refuses a transaction that wants more", () => {
    expect(limited.run(a, send, { gas: 100_001n })).toMatchObject(
      failure("sdk", 41, "tx gas limit 100001 exceeds block max gas 100000: invalid gas limit"),
    );
    expect(limited.run(a, send, { gas: 100_000n })).toMatchObject({ code: 0 });
  });

  it("refuses it also in the mempool and in a simulation, and reports the wanted gas", () => {
    const greedy = limited.tx(a, [send], { gas: 100_001n });
    const refused = failure("sdk", 41, "tx gas limit 100001 exceeds block max gas 100000: invalid gas limit");
    expect(limited.check.check(greedy, "check")).toMatchObject({ ...refused, gasWanted: 100_001n, gasUsed: 0n });
    expect(limited.queries.simulate(greedy)).toMatchObject(refused);
  });

  it("undoes the transaction that exceeds the limit, and runs no transaction after it", () => {
    const signer = limited.signer(a);
    const txs = Array.from({ length: 14 }, (_, i) =>
      limited.tx(a, [send], { gas: 50_000n, signers: [{ ...signer, sequence: signer.sequence + BigInt(i) }] }),
    );
    const before = limited.balance(b.address);
    const { txResults } = limited.block(...txs);
    const crossing = txResults.findIndex(({ code }) => code !== 0);
    expect(crossing).toBeGreaterThan(5);
    const sum = (count: number) => txResults.slice(0, count).reduce((all, { gasUsed }) => all + gasUsed, 0n);
    expect(sum(crossing)).toBeLessThanOrEqual(100_000n);
    expect(sum(crossing + 1)).toBeGreaterThan(100_000n);
    const { gasUsed } = txResults[crossing] as TxResult;
    const where = `out of gas in location: block gas meter; gasWanted: 50000, gasUsed: ${gasUsed}: out of gas`;
    expect(txResults[crossing]).toMatchObject(failure("sdk", 11, where));
    for (const result of txResults.slice(crossing + 1))
      expect(result).toMatchObject(failure("sdk", 11, "no block gas left to run tx: out of gas"));
    expect(limited.balance(b.address) - before).toBe(BigInt(crossing));
    // The undone transaction has paid its fee, like any transaction whose messages fail.
    expect(limited.signer(a).sequence - signer.sequence).toBe(BigInt(crossing + 1));
  });
});

describe("the position at which a contract was created", () => {
  const created = (address: string) =>
    chain.ask(ComputeQuery.method.contractInfo, { contractAddress: address }).contractInfo?.created;

  it("is the height and the gas that the block had used before", () => {
    const probe = deploy(chain, wasm.v1);
    expect(created(probe.address)).toMatchObject({ blockHeight: BigInt(chain.app.height), txIndex: 0n });
    const make = (by: Account, label: string) =>
      pack(MsgInstantiateContractSchema, {
        sender: by.raw,
        codeId: probe.codeId,
        label,
        initMsg: chain.client.encrypt(probe.codeHash, { ops: [] }).wire,
      });
    const dear = pack(MsgSendSchema, { fromAddress: b.address, toAddress: a.address, amount: coins("1") });
    const txs = [
      chain.tx(b, [dear], { gas: 9_000n }),
      chain.tx(a, [make(a, "second"), make(a, "third")], { gas: 900_000n }),
      chain.tx(c, [make(c, "fourth")], { gas: 900_000n }),
    ];
    const { txResults } = chain.block(...txs);
    expect(txResults.map(({ code }) => code)).toEqual([11, 0, 0]);
    // The first transaction ran out of gas; the gas that it paid counts.
    expect(txResults[0]?.gasUsed).toBeGreaterThan(9_000n);
    const places = ["second", "third", "fourth"].map((label) =>
      created(chain.ask(ComputeQuery.method.addressByLabel, { label }).contractAddress),
    );
    const after = 9_000n + (txResults[1]?.gasUsed ?? 0n);
    expect(places.map((place) => place?.txIndex)).toEqual([9_000n, 9_000n, after]);
    const listed = chain.ask(ComputeQuery.method.contractsByCodeId, { codeId: probe.codeId }).contractInfos;
    expect(listed.map(({ contractInfo }) => contractInfo?.label).slice(-1)).toEqual(["fourth"]);
    expect(listed.length).toBe(4);
  });
});

describe("any bytes", () => {
  const paths = [
    ...chain.queries.routes.keys(),
    "/cosmos.tx.v1beta1.Service/Simulate",
    "/store/bank/key",
    "/store/x/key",
    "/app/version",
    "/",
    "",
    "x",
  ];

  it("as the request of any query are answered or refused", () => {
    const request = fc.tuple(
      fc.constantFrom(...paths),
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(0, 1, 3, -1, 1e9),
      fc.boolean(),
    );
    fc.assert(
      fc.property(request, ([path, data, height, prove]) => {
        const answer = chain.queries.query({ path, data, height, prove });
        if (answer.code !== 0) expect(answer.codespace).not.toBe("");
      }),
      { numRuns: 3000 },
    );
  });

  it("as a transaction are refused, and a real transaction with any changed byte changes no state", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins("1") });
    const real = chain.tx(a, [send], { gas: 200_000n });
    const changed = fc
      .tuple(fc.nat(real.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, by]) => real.map((byte, i) => (i === at ? byte ^ by : byte)));
    const txs = [
      ...fc.sample(changed, 400),
      ...fc.sample(fc.uint8Array({ maxLength: 100 }), 200),
      ...Array.from(real, (_, i) => real.slice(0, i)),
    ];
    const before = chain.base(a.address).sequence;
    const { txResults } = chain.block(...txs);
    for (const { code, codespace } of txResults) {
      expect(code).not.toBe(0);
      expect(["sdk", "codec", "bank", "compute", "undefined"]).toContain(codespace);
    }
    expect(chain.base(a.address).sequence).toBe(before);
    for (const tx of txs) {
      expect(chain.check.check(tx, "check").code).not.toBe(0);
      expect(["", "sdk", "codec", "bank", "compute", "undefined"]).toContain(chain.queries.simulate(tx).codespace);
    }
    expect(chain.deliver(real)).toMatchObject({ code: 0 });
  });
});

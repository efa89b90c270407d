// SPDX-License-Identifier: Apache-2.0
/**
 * Data on a signer that the transaction does not contain and the enclave gets as a hint (ADR 35):
 * the units of a textual signature and the key of the account. Check, block and enclave agree; a
 * host that sends a false hint gains nothing.
 */

import {
  contractOf,
  executeMessage,
  multisig,
  type Packed,
  pack,
  type Signer,
  signTx,
  type TxInput,
} from "@sotto/contract-test/parts";
import { createEnclavePeer } from "@sotto/enclave";
import { SdkError } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  CallRequest,
  type Channel,
  EnclaveError,
  HintLimit,
  Method,
  Outcome,
  type SignerHint,
  SubmitBlockRequest,
} from "@sotto/protocol";
import { inlineChannel, type RecordedFrame, recordingChannel, workerChannel } from "@sotto/transport";
import { packPublicKey, type ShownUnit, SignMode, type UnitLookup } from "@sotto/tx";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Contract, deploy } from "../support/contract.ts";
import { a, b, type ChainSetup, c, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const group = multisig(2, [a, b, c]);
const many = Array.from({ length: HintLimit.units }, (_, i) => `ucoin${String(i).padStart(3, "0")}`);
const long = "x".repeat(HintLimit.name);
const metadataOf = (base: string, display: string, exponent = 6) => ({
  base,
  display,
  name: base,
  symbol: base,
  denom_units: [
    { denom: base, exponent: 0 },
    { denom: display, exponent },
  ],
});
const unitOf = (denom: string, display: string, displayExponent = 6): ShownUnit => ({
  denom,
  display,
  exponent: 0,
  displayExponent,
});
const scrt = unitOf("uscrt", "scrt");
const setup: ChainSetup = {
  funded: [group.address],
  denomMetadata: [
    metadataOf("uscrt", "scrt"),
    metadataOf("ulong", long),
    metadataOf("utoolong", `${long}x`),
    ...many.map((denom) => metadataOf(denom, denom.slice(1))),
  ],
  coins: [...many, "uother", "ulong", "utoolong"].map((denom) => ({ denom, amount: "1000" })),
};
/** The units that a wallet gets from this chain's bank module. */
const units: UnitLookup = (denom) => {
  if (denom === "uscrt") return scrt;
  if (denom === "ulong") return unitOf(denom, long);
  if (denom === "utoolong") return unitOf(denom, `${long}x`);
  return many.includes(denom) ? unitOf(denom, denom.slice(1)) : undefined;
};

const workers: { close(): Promise<number> }[] = [];
afterAll(async () => {
  await Promise.all(workers.map((each) => each.close()));
});
const transports: [string, () => Channel][] = [
  ["inline", () => inlineChannel(createEnclavePeer())],
  [
    "a worker",
    () => {
      const worker = workerChannel(new URL("../../trusted/enclave/dist/worker.js", import.meta.url));
      workers.push(worker);
      return worker;
    },
  ],
];

/** A chain with a contract, and the calls that crossed the boundary. */
class Bench {
  readonly frames: RecordedFrame[] = [];
  readonly chain: TestChain;
  readonly probe: Contract;

  constructor(channel: Channel, changes: ChainSetup = {}) {
    this.chain = new TestChain({
      ...setup,
      ...changes,
      channel: recordingChannel(channel, (frame) => this.frames.push(frame)),
    });
    this.probe = deploy(this.chain, wasm.v1);
  }

  get calls(): CallRequest[] {
    return this.frames
      .filter(({ kind, bytes }) => kind === 1 && bytes[0] === Method.call)
      .map(({ bytes }) => CallRequest.decode(bytes.slice(1)));
  }
  /** Hints of the calls since the last call of this function. */
  takeHints(): (SignerHint | undefined)[] {
    const hints = this.calls.map(({ hint }) => hint);
    this.frames.length = 0;
    return hints;
  }

  set(key: string, by: { readonly raw: Uint8Array } = a, funds: { denom: string; amount: string }[] = []): Packed {
    const { wire } = this.chain.client.encrypt(this.probe.codeHash, { set: { key, value: key } });
    return executeMessage(by as never, this.probe.address, wire, funds);
  }
  get(key: string): unknown {
    return JSON.parse(this.probe.query({ get: { key } }))[0];
  }

  sign(messages: readonly Packed[], changes: Partial<TxInput> = {}): Uint8Array {
    const signers = [this.chain.signer(a)];
    return signTx({ chainId: this.chain.chainId, messages, signers, gas: 3_000_000n, ...changes });
  }
  textual(messages: readonly Packed[], changes: Partial<TxInput> = {}): Uint8Array {
    return this.sign(messages, { signers: [this.chain.signer(a, SignMode.textual)], units, ...changes });
  }
  ofGroup(signing: readonly number[]): Signer {
    const { accountNumber, sequence } = this.chain.base(group.address);
    return { by: { multisig: group, signing }, accountNumber, sequence };
  }

  /**
   * Runs the transaction in check and in a block, and expects the same result of the ante steps.
   */
  both(tx: Uint8Array) {
    const check = this.chain.check.check(tx, "check");
    const result = this.chain.deliver(tx);
    this.chain.check.reset();
    return { check, result };
  }
  /**
   * A block with one transaction, sent only to the enclave in place of the last one, and its call
   * with another hint.
   */
  hinted(tx: Uint8Array, genuine: CallRequest, hint: SignerHint | undefined) {
    this.chain.restartEnclave();
    this.chain.enclave.submitBlock({ ...this.chain.maker.make([tx]).proof });
    const rows = this.chain.store.snapshot().store("compute");
    const answer = this.chain.enclave.call(
      { ...genuine, txIndex: 0, messageIndex: 0, hint },
      {
        readState: (key) => rows.get(Uint8Array.of(3, ...contractOf(this.probe.address), ...key)),
        proveRow: (key, known) =>
          this.chain.store.proveRow("compute", Uint8Array.of(3, ...contractOf(this.probe.address), ...key), known)
            .proof,
        proveState: (key, known) => this.chain.store.proveRow("compute", key, known),
        proveStore: () => this.chain.store.proveStore("compute"),
        readCode: (hash) => this.chain.store.blob(hash),
        queryChain: () => {
          throw new Error("not asked");
        },
      },
    );
    this.chain.restartEnclave();
    return answer;
  }
}

const accepted = { code: 0, log: "" };
const send = (coins: { denom: string; amount: string }[]): Packed =>
  pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: coins });
const refusal = { outcome: Outcome.fault, fault: EnclaveError.txSignature.code };

describe.each(transports)("with the enclave in %s, a textual signature", (_, open) => {
  const bench = new Bench(open());
  afterAll(() => bench.chain.close());

  it("that shows the display unit calls contracts, and no other mode needs a hint", () => {
    bench.takeHints();
    const tx = bench.textual([bench.set("t1", a, [{ denom: "uscrt", amount: "7" }]), bench.set("t2")]);
    expect(bench.both(tx)).toMatchObject({ check: accepted, result: accepted });
    expect([bench.get("t1"), bench.get("t2")]).toEqual(["t1", "t2"]);
    const hint = { publicKey: undefined, units: [scrt] };
    // One hint for a signer in a transaction.
    expect(bench.takeHints()).toEqual([hint, undefined]);
    for (const mode of [SignMode.direct, SignMode.aminoJson, SignMode.eip191]) {
      const other = bench.sign([bench.set("other")], { signers: [bench.chain.signer(a, mode)] });
      expect(bench.both(other)).toMatchObject({ check: accepted, result: accepted });
    }
    expect(bench.takeHints()).toEqual([undefined, undefined, undefined]);
  });

  it("that shows base units although the chain has a display unit, or the reverse, is refused in check and block", () => {
    const wrong = { codespace: "sdk", code: SdkError.unauthorized.code };
    const base = bench.textual([bench.set("base")], { units: () => undefined });
    expect(bench.both(base)).toMatchObject({ check: wrong, result: wrong });
    const made = (denom: string) => (denom === "uother" ? unitOf(denom, "other") : units(denom));
    const other = bench.textual([send([{ denom: "uother", amount: "1" }])], { units: made });
    expect(bench.both(other)).toMatchObject({ check: wrong, result: wrong });
    const right = bench.textual([send([{ denom: "uother", amount: "1" }])]);
    expect(bench.both(right)).toMatchObject({ check: accepted, result: accepted });
    expect(bench.get("base")).toBeNull();
  });

  it("over the maximum number of units calls a contract; one more unit is refused before the enclave gets the call", () => {
    const funds = (count: number) => many.slice(0, count).map((denom) => ({ denom, amount: "1" }));
    // The fee shows the one unit more.
    const most = bench.textual([bench.set("most", a, funds(HintLimit.units - 1))]);
    bench.takeHints();
    expect(bench.both(most)).toMatchObject({ check: accepted, result: accepted });
    expect(bench.takeHints().map((hint) => hint?.units.length)).toEqual([HintLimit.units]);
    const more = bench.textual([bench.set("more", a, funds(HintLimit.units))]);
    const tooMany = { codespace: "sdk", code: SdkError.invalidRequest.code };
    expect(bench.both(more)).toMatchObject({ check: tooMany, result: tooMany });
    expect(bench.takeHints()).toEqual([]);
    expect([bench.get("most"), bench.get("more")]).toEqual(["most", null]);
  });

  it("over a unit with a name of the maximum length calls a contract; a longer name is refused before", () => {
    const longest = bench.textual([bench.set("long", a, [{ denom: "ulong", amount: "1" }])]);
    expect(bench.both(longest)).toMatchObject({ check: accepted, result: accepted });
    const longer = bench.textual([bench.set("longer", a, [{ denom: "utoolong", amount: "1" }])]);
    const tooLong = { codespace: "sdk", code: SdkError.invalidRequest.code };
    expect(bench.both(longer)).toMatchObject({ check: tooLong, result: tooLong });
    expect([bench.get("long"), bench.get("longer")]).toEqual(["long", null]);
  });

  it("is valid in the enclave only with the signed unit", () => {
    bench.takeHints();
    bench.both(bench.textual([bench.set("g")]));
    const [genuine] = bench.calls as [CallRequest];
    const tx = bench.textual([bench.set("h")]);
    expect(bench.hinted(tx, genuine, genuine.hint)).toMatchObject({ outcome: Outcome.ok });
    for (const lie of [undefined, unitOf("uscrt", "SCRT"), unitOf("uscrt", "scrt", 3), unitOf("uscrt", "a,b")]) {
      const hint = { publicKey: undefined, units: lie === undefined ? [] : [lie] };
      expect(bench.hinted(tx, genuine, hint)).toMatchObject(refusal);
    }
    expect(bench.both(bench.textual([bench.set("after")]))).toMatchObject({ result: accepted });
  });
});

describe("a textual transaction", () => {
  it("costs the reads of its units, the same with and without a verification in check", () => {
    const bench = new Bench(inlineChannel(createEnclavePeer()));
    const both = (tx: Uint8Array) => {
      const ran = bench.both(tx);
      expect(ran).toMatchObject({ check: accepted, result: accepted });
      return ran.result;
    };
    both(bench.textual([bench.set("same", a, [{ denom: "ucoin001", amount: "1" }])]));
    const [textual = 0n, amino = 0n] = [SignMode.textual, SignMode.aminoJson].map((mode) => {
      const plain = [send([{ denom: "uscrt", amount: "1" }])];
      const tx = bench.sign(plain, { signers: [bench.chain.signer(a, mode)], units });
      return both(tx).gasUsed - BigInt(tx.length) * 10n;
    });
    // Two reads, for amount and fee: flat, the key of six bytes, the row.
    const row = bench.chain.store
      .snapshot()
      .store("bank")
      .get(Uint8Array.of(1, ...Buffer.from("uscrt")));
    expect(textual - amino).toBe(2n * BigInt(106 + (row?.length ?? 0)));

    const again = new TestChain({ ...setup, sharesVerdicts: true });
    const blocks = bench.frames
      .filter(({ kind, bytes }) => kind === 1 && bytes[0] === Method.submitBlock)
      .map(({ bytes }) => SubmitBlockRequest.decode(bytes.slice(1)).txs);
    for (const txs of blocks.slice(1)) {
      for (const tx of txs) expect(again.check.check(tx, "check")).toMatchObject(accepted);
      expect(again.block(...txs).txResults).toMatchObject(txs.map(() => accepted));
      again.check.reset();
    }
    expect([again.app.height, again.store.appHash]).toEqual([bench.chain.app.height, bench.chain.store.appHash]);
    // The next header contains the hash of all results, with their gas, and of the previous block.
    expect(again.maker.make([]).hash).toEqual(bench.chain.maker.make([]).hash);
    for (const chain of [bench.chain, again]) chain.close();
  });

  it("is simulated without its signature, so the estimate does not include the reads of the units", () => {
    const bench = new Bench(inlineChannel(createEnclavePeer()));
    const plain = [send([{ denom: "uscrt", amount: "1" }])];
    const unsigned = { forge: () => [new Uint8Array(0)], gas: 0n };
    const [textual, direct] = [SignMode.textual, SignMode.aminoJson].map((mode) =>
      bench.chain.queries.simulate(bench.sign(plain, { ...unsigned, signers: [bench.chain.signer(a, mode)], units })),
    );
    expect([textual, direct]).toMatchObject([accepted, accepted]);
    expect(textual?.gasUsed).toBe(direct?.gasUsed);
    bench.chain.close();
  });
});

describe.each(transports)("with the enclave in %s, a signer that omits the key of its account", (_, open) => {
  const bench = new Bench(open());
  beforeAll(() => {
    // The account learns its key with its first transaction.
    const first = bench.sign([bench.set("first", group)], { signers: [bench.ofGroup([0, 1])] });
    expect(bench.both(first)).toMatchObject({ check: accepted, result: accepted });
    bench.takeHints();
  });
  afterAll(() => bench.chain.close());

  it.each(["direct", "aminoJson", "eip191"] as const)("calls contracts in mode %s", (mode) => {
    const tx = bench.sign([bench.set(mode)], { signers: [bench.chain.signer(a, SignMode[mode])], withoutKeys: true });
    expect(bench.both(tx)).toMatchObject({ check: accepted, result: accepted });
    expect(bench.get(mode)).toBe(mode);
    expect(bench.takeHints()).toEqual([{ publicKey: packPublicKey(a.publicKey), units: [] }]);
  });

  it("calls contracts as a multisig, and only with enough members", () => {
    const by = (signing: readonly number[]) =>
      bench.sign([bench.set(`group ${signing}`, group)], { signers: [bench.ofGroup(signing)], withoutKeys: true });
    expect(bench.both(by([0, 2]))).toMatchObject({ check: accepted, result: accepted });
    expect(bench.takeHints()).toEqual([{ publicKey: packPublicKey(group.key), units: [] }]);
    const few = { codespace: "sdk", code: SdkError.unauthorized.code };
    expect(bench.both(by([1]))).toMatchObject({ check: few, result: few });
    expect([bench.get("group 0,2"), bench.get("group 1")]).toEqual(["group 0,2", null]);
  });

  it("has no hint when the transaction names the key, nor in a sub-call", () => {
    expect(bench.both(bench.sign([bench.set("named")]))).toMatchObject({ check: accepted, result: accepted });
    expect(bench.takeHints()).toEqual([undefined]);
    const { wire } = bench.chain.client.encrypt(bench.probe.codeHash, {
      call: {
        contract: bench.probe.address,
        code_hash: bench.probe.codeHash,
        msg: '{"set":{"key":"sub","value":"sub"}}',
        funds: [],
        sub: null,
      },
    });
    const tx = bench.sign([executeMessage(a, bench.probe.address, wire)], { withoutKeys: true });
    expect(bench.both(tx)).toMatchObject({ check: accepted, result: accepted });
    expect(bench.get("sub")).toBe("sub");
    expect(bench.takeHints().map((hint) => hint?.publicKey !== undefined)).toEqual([true, false]);
  });

  it("is protected from a false hint: another key is refused, and a hint beside a named key is ignored", () => {
    bench.both(bench.sign([bench.set("g")], { withoutKeys: true }));
    const [genuine] = bench.calls as [CallRequest];
    const hintOf = (key: Parameters<typeof packPublicKey>[0]) => ({ publicKey: packPublicKey(key), units: [] });
    const keyless = bench.sign([bench.set("h")], { withoutKeys: true });
    expect(bench.hinted(keyless, genuine, hintOf(a.publicKey))).toMatchObject({ outcome: Outcome.ok });
    for (const hint of [undefined, hintOf(b.publicKey), hintOf(group.key)])
      expect(bench.hinted(keyless, genuine, hint)).toMatchObject(refusal);
    // Signed by b in a's name: the key of the valid signature does not have a's address.
    const { accountNumber, sequence } = bench.chain.base(a.address);
    const forged = bench.sign([bench.set("f")], { signers: [{ by: b, accountNumber, sequence }], withoutKeys: true });
    for (const key of [a.publicKey, b.publicKey])
      expect(bench.hinted(forged, genuine, hintOf(key))).toMatchObject(refusal);
    const named = bench.sign([bench.set("n")]);
    expect(bench.hinted(named, genuine, hintOf(b.publicKey))).toMatchObject({ outcome: Outcome.ok });
    expect(bench.both(bench.sign([bench.set("after")], { withoutKeys: true }))).toMatchObject({ result: accepted });
  });

  it("is refused by the chain when the account has no key either", () => {
    const fresh = new Bench(inlineChannel(createEnclavePeer()));
    const tx = fresh.sign([fresh.set("x", b)], { signers: [fresh.chain.signer(b)], withoutKeys: true });
    const unknown = { codespace: "sdk", code: SdkError.invalidPubKey.code };
    expect(fresh.both(tx)).toMatchObject({ check: unknown, result: unknown });
    fresh.chain.close();
  });
});

// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { encodeValidatorSet } from "@sotto/comet";
import { type Packed, pack, signTx } from "@sotto/contract-test/parts";
import { sha256 } from "@sotto/crypto";
import { ChainError } from "@sotto/errors";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import {
  MsgClearAdminSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { BoundaryError, EnclaveError } from "@sotto/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BlockMaker, validatorKey, validatorSet } from "../../../test/support/blockMaker.ts";
import { untrusted } from "../../../test/support/untrusted.ts";
import { BlockTransactions, decodeCheckpoint, encodeCheckpoint, trustGenesis, verifyBlock } from "../src/index.ts";
import { a, at, b, chainId, claimOf, contract } from "./claims.ts";

const funds = [{ denom: "uscrt", amount: "5" }];
const refusal = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const sign = (messages: Packed[], by = a, changes = {}) =>
  signTx({ chainId, messages, signers: [{ by, accountNumber: 3n, sequence: 7n }], ...changes });
/** The sequence after that of `sign`. */
const later = (...messages: Packed[]) => sign(messages, a, { signers: [{ by: a, accountNumber: 3n, sequence: 8n }] });
const execute = (sender = a) =>
  pack(MsgExecuteContractSchema, { sender: sender.raw, contract, msg: fromUtf8("m"), sentFunds: funds });

describe("the messages of a verified block", () => {
  it("are read whole, of every kind", () => {
    const messages = [
      execute(),
      pack(MsgInstantiateContractSchema, {
        sender: a.raw,
        codeId: 9n,
        label: "l",
        initMsg: fromUtf8("i"),
        initFunds: funds,
        admin: b.address,
      }),
      pack(MsgMigrateContractSchema, { sender: a.address, contract: b.address, codeId: 8n, msg: fromUtf8("g") }),
      pack(MsgUpdateAdminSchema, { sender: a.address, contract: b.address, newAdmin: b.address }),
      pack(MsgClearAdminSchema, { sender: a.address, contract: b.address }),
    ];
    const txs = new BlockTransactions(chainId, { height: 9, txs: [sign(messages)] });
    const taken = messages.map((_, i) => {
      txs.pass();
      return txs.take(at(0, i), claimOf(3)).message;
    });
    expect(taken).toMatchObject([
      { kind: "execute", sender: a.raw, contract, msg: fromUtf8("m"), funds },
      { kind: "instantiate", sender: a.raw, codeId: 9, label: "l", msg: fromUtf8("i"), funds, admin: b.address },
      { kind: "migrate", sender: a.raw, contract: b.raw, codeId: 8, msg: fromUtf8("g") },
      { kind: "updateAdmin", sender: a.raw, contract: b.raw, newAdmin: b.address },
      { kind: "updateAdmin", sender: a.raw, contract: b.raw, newAdmin: "" },
    ]);
  });

  it("say the hash of their transaction, and a callback signature that they carry", () => {
    const tx = sign([
      pack(MsgExecuteContractSchema, { sender: a.raw, contract, msg: fromUtf8("m"), callbackSig: fromUtf8("c") }),
    ]);
    const taken = new BlockTransactions(chainId, { height: 9, txs: [tx] }).take(at(0, 0), claimOf(3));
    expect(taken).toMatchObject({
      txHash: Buffer.from(sha256(tx)).toString("hex").toUpperCase(),
      callbackSig: fromUtf8("c"),
    });
  });

  it("show no coins of cw20 origin", () => {
    const sentFunds = [{ denom: "cw20:x", amount: "1" }, ...funds];
    const tx = sign([pack(MsgExecuteContractSchema, { sender: a.raw, contract, msg: fromUtf8("m"), sentFunds })]);
    expect(new BlockTransactions(chainId, { height: 9, txs: [tx] }).take(at(0, 0), claimOf(3)).message).toMatchObject({
      funds,
    });
  });

  it("are refused where they are none of a contract, or of nobody who signed", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: funds });
    const cases: [Packed[], { codespace: string; code: number }, object?][] = [
      [[send], EnclaveError.failedValidation],
      [[execute(b)], EnclaveError.txSignature],
      [
        [pack(MsgExecuteContractSchema, { sender: a.raw, contract, msg: fromUtf8("m") })],
        EnclaveError.txSignature,
        { withoutKeys: true },
      ],
      [
        [pack(MsgUpdateAdminSchema, { sender: a.address, contract: "x", newAdmin: "y" })],
        EnclaveError.failedDeserialize,
      ],
    ];
    for (const [messages, error, changes = {}] of cases) {
      const txs = new BlockTransactions(chainId, { height: 9, txs: [sign(messages, a, changes)] });
      expect(() => txs.take(at(0, 0), claimOf(3))).toThrow(refusal(error));
    }
    expect(() =>
      new BlockTransactions("other-1", { height: 9, txs: [sign([execute()])] }).take(at(0, 0), claimOf(3)),
    ).toThrow(refusal(EnclaveError.txSignature));
    expect(() =>
      new BlockTransactions(chainId, { height: 9, txs: [fromUtf8("no transaction")] }).take(at(0, 0), claimOf(3)),
    ).toThrow(refusal(EnclaveError.failedDeserialize));
  });

  it("end the transaction before them only when they exist", () => {
    const txs = new BlockTransactions(chainId, { height: 9, txs: [sign([execute(), execute()]), later(execute())] });
    txs.take(at(0, 0), claimOf(3));
    expect(() => txs.take(at(1, 999), claimOf(3))).toThrow(refusal(BoundaryError.notInBlock));
    expect(txs.txIndex).toBe(0);
    txs.pass();
    expect(txs.take(at(0, 1), claimOf(3)).message.kind).toBe("execute");
    const unreadable = new BlockTransactions(chainId, {
      height: 9,
      txs: [sign([execute(), execute()]), fromUtf8("x")],
    });
    unreadable.take(at(0, 0), claimOf(3));
    expect(() => unreadable.take(at(1, 0), claimOf(3))).toThrow(refusal(EnclaveError.failedDeserialize));
    expect(unreadable.txIndex).toBe(1);
    expect(() => unreadable.take(at(0, 1), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
  });

  it("go on after a refused one, and never back to it", () => {
    const both = [sign([execute(), execute()]), later(execute())];
    const txs = new BlockTransactions(chainId, { height: 9, txs: [fromUtf8("x"), ...both] });
    expect(() => txs.take(at(0, 0), claimOf(3))).toThrow(refusal(EnclaveError.failedDeserialize));
    expect(() => txs.take(at(1, 0), claimOf(99))).toThrow(refusal(EnclaveError.txSignature));
    expect(() => txs.take(at(1, 0), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
    // Nor on with its transaction, which it has ended.
    expect(() => txs.take(at(1, 1), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
    expect(txs.take(at(2, 0), claimOf(3)).message.kind).toBe("execute");
  });

  it("follow all calls of their transaction before them, and a transaction is whole with the last one", () => {
    const send = pack(MsgSendSchema, { fromAddress: a.address, toAddress: b.address, amount: funds });
    const messages = [send, execute(), send, execute(), send];
    const open = () => new BlockTransactions(chainId, { height: 9, txs: [sign(messages), later(execute())] });
    const txs = open();
    expect(() => txs.take(at(0, 3), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
    expect(() => txs.take(at(0, 2), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
    const steps: readonly [message: number, isWhole: boolean][] = [
      [1, false],
      [3, true],
    ];
    for (const [message, isWhole] of steps) {
      txs.take(at(0, message), claimOf(3));
      expect(txs.isWhole).toBe(false);
      txs.pass();
      expect(txs.isWhole).toBe(isWhole);
    }
    txs.take(at(1, 0), claimOf(3));
    expect(txs.isWhole).toBe(false);
    // A message that calls nothing is refused, and says nothing of the others.
    const other = open();
    expect(() => other.take(at(0, 0), claimOf(3))).toThrow(refusal(EnclaveError.failedValidation));
    expect(other.isWhole).toBe(false);
    expect(other.take(at(0, 1), claimOf(3)).message.kind).toBe("execute");
    expect(() => other.take(at(0, 2), claimOf(3))).toThrow(refusal(BoundaryError.outOfOrder));
  });

  it("are of one transaction for each sequence of their sender: no copy runs, and none behind a later one", () => {
    const [first, second] = [sign([execute(), execute()]), later(execute())];
    const copies = new BlockTransactions(chainId, { height: 9, txs: [first, first, second, second, first] });
    const runs = (index: number) => {
      try {
        return copies.take(at(index, 0), claimOf(3)).message.kind;
      } catch (thrown) {
        return (thrown as ChainError).code;
      }
    };
    const copy = EnclaveError.failedValidation.code;
    expect([0, 1, 2, 3, 4].map(runs)).toEqual(["execute", copy, "execute", copy, copy]);
    // Another sender has sequences of its own, and a false signature counts for none.
    const other = sign([execute(b)], b, { signers: [{ by: b, accountNumber: 3n, sequence: 7n }] });
    const txs = new BlockTransactions(chainId, { height: 9, txs: [second, first, other] });
    expect(() => txs.take(at(0, 0), claimOf(99))).toThrow(refusal(EnclaveError.txSignature));
    expect(txs.take(at(1, 0), claimOf(3)).message.kind).toBe("execute");
    expect(txs.take(at(2, 0), claimOf(3)).message.kind).toBe("execute");
  });

  it("are refused with one of two codes, whatever bytes a block holds", () => {
    const real = sign([execute()]);
    const changed = fc.tuple(fc.nat(real.length - 1), fc.integer({ min: 1, max: 255 }));
    const check = (bytes: Uint8Array) => {
      try {
        new BlockTransactions(chainId, { height: 9, txs: [bytes] }).take(at(0, 0), claimOf(3));
      } catch (thrown) {
        expect(thrown).toBeInstanceOf(ChainError);
        expect(["enclave", "boundary"]).toContain((thrown as ChainError).codespace);
        return;
      }
      expect(Buffer.from(bytes)).toEqual(Buffer.from(real));
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 150 }), check), { numRuns: 300 });
    fc.assert(
      fc.property(changed, ([i, by]) => check(real.map((byte, j) => (i === j ? byte ^ by : byte)))),
      { numRuns: 600 },
    );
    // Every bit of every byte: one of them removes the message's sender, another makes the fee
    // payer's address invalid.
    for (let i = 0; i < real.length; i++) {
      for (let bit = 0; bit < 8; bit++) check(real.map((byte, j) => (i === j ? byte ^ (1 << bit) : byte)));
    }
  });
});

describe("blocks follow each other", () => {
  it("from the genesis validators on, each under the hash of the one before", () => {
    const maker = new BlockMaker(chainId);
    let checkpoint = trustGenesis(chainId, encodeValidatorSet(maker.validators), 1);
    for (let height = 1; height <= 4; height++) {
      const block = maker.make([sha256(fromUtf8(`tx ${height}`))]);
      const verified = verifyBlock(checkpoint, untrusted({ ...block.proof }));
      expect(verified).toMatchObject({ height, hash: block.hash, timeNs: block.time });
      ({ checkpoint } = verified);
      expect(() => verifyBlock(checkpoint, untrusted({ ...block.proof }))).toThrow(refusal(BoundaryError.wrongHeight));
      maker.accept(block, [], sha256(fromUtf8(`app ${height}`)));
    }
    const other = trustGenesis(chainId, encodeValidatorSet(validatorSet(validatorKey("other"))), 1);
    expect(() => verifyBlock(other, untrusted({ ...new BlockMaker(chainId).make([]).proof }))).toThrow(
      refusal(BoundaryError.invalidBlock),
    );
  });

  it("and their checkpoint survives its encoding", () => {
    const maker = new BlockMaker(chainId);
    const genesis = trustGenesis(chainId, encodeValidatorSet(maker.validators), 5);
    const later = { ...genesis, height: 2 ** 40, blockHash: sha256(fromUtf8("block")) };
    for (const checkpoint of [genesis, later])
      expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint);
    const bytes = encodeCheckpoint(later);
    for (let cut = 0; cut < bytes.length - chainId.length; cut++)
      expect(decodeCheckpoint(bytes.slice(0, cut))).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        decodeCheckpoint(any);
      }),
    );
  });

  it("not from a set of validators that is none", () => {
    for (const bytes of [new Uint8Array(0), fromUtf8("x"), encodeValidatorSet(validatorSet(validatorKey())).slice(3)]) {
      expect(() => trustGenesis(chainId, bytes, 1)).toThrow(refusal(BoundaryError.invalidBlock));
    }
  });
});

// SPDX-License-Identifier: Apache-2.0
import { create, createRegistry } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { concat, fromUtf8, toHex } from "@sotto/bytes";
import { encode, ProtoWriter, packAny } from "@sotto/codec";
import { secp256k1PublicKey, sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import { MsgExecSchema } from "@sotto/proto/cosmos.authz.v1beta1";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { AuthInfoSchema, TxBodySchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { files } from "@sotto/proto/files";
import { MsgExecuteContractSchema } from "@sotto/proto/secret.compute.v1beta1";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  decodeTx,
  encodeTxRaw,
  messageSigners,
  packPublicKey,
  parsePublicKey,
  SignMode,
  signBytes,
  txSigners,
} from "../src/index.ts";

const registry = createRegistry(...files);
const key = secp256k1PublicKey(sha256(fromUtf8("a key"))) as Uint8Array;
const owner = sha256(fromUtf8("owner")).slice(0, 20);
const packedKey = packPublicKey({ kind: "secp256k1", key });
const execute = packAny(
  MsgExecuteContractSchema,
  create(MsgExecuteContractSchema, {
    sender: owner,
    contract: owner,
    msg: new Uint8Array(200).fill(7),
    sentFunds: [{ denom: "uscrt", amount: "1" }],
  }),
);
const bodyOf = (messages: readonly { typeUrl: string; value: Uint8Array }[]): Uint8Array =>
  encode(
    TxBodySchema,
    create(TxBodySchema, { messages: messages.map((one) => create(AnySchema, one)), memo: "hello" }),
  );
const authInfo = encode(
  AuthInfoSchema,
  create(AuthInfoSchema, {
    signerInfos: [{ publicKey: packedKey, modeInfo: { sum: { case: "single", value: { mode: 1 } } }, sequence: 5n }],
    fee: { amount: [{ denom: "uscrt", amount: "10000" }], gasLimit: 200_000n },
  }),
);
const txOf = (body: Uint8Array, auth = authInfo, signatures = [new Uint8Array(64)]): Uint8Array =>
  encodeTxRaw({ bodyBytes: body, authInfoBytes: auth, signatures });
const good = txOf(bodyOf([execute]));

const errorOf = (run: () => unknown): string => {
  try {
    run();
  } catch (thrown) {
    if (ChainError.is(thrown, SdkError.txDecode)) return thrown.detail ?? "";
    throw thrown;
  }
  return "";
};

describe("decodeTx", () => {
  it("returns the parts of a transaction as views of its bytes", () => {
    const tx = decodeTx(good, registry);
    expect(tx.messages).toEqual([{ typeUrl: "/secret.compute.v1beta1.MsgExecuteContract", value: execute.value }]);
    expect(tx.messages[0]?.value.buffer).toBe(good.buffer);
    expect([tx.body.memo, tx.body.timeoutHeight]).toEqual(["hello", 0n]);
    expect(tx.authInfo.fee).toEqual({
      amount: [{ denom: "uscrt", amount: "10000" }],
      gasLimit: 200_000n,
      payer: "",
      granter: "",
    });
    expect(tx.authInfo.signerInfos).toEqual([
      { publicKey: { kind: "secp256k1", key }, modeInfo: { kind: "single", mode: SignMode.direct }, sequence: 5n },
    ]);
    expect(toHex(tx.hash)).toBe(toHex(sha256(good)));
  });

  it("refuses repeated fields, in every part of the envelope", () => {
    const doubled = (parts: Uint8Array, extra: (w: ProtoWriter) => ProtoWriter) =>
      concat(parts, extra(new ProtoWriter()).finish());
    expect(errorOf(() => decodeTx(txOf(doubled(bodyOf([]), (w) => w.string(2, "again")))))).toMatch(
      /memo of .* given twice/,
    );
    const timeout = new ProtoWriter().uint64(3, 1).uint64(3, 2).finish();
    expect(errorOf(() => decodeTx(txOf(timeout)))).toMatch(/timeout_height of .* given twice/);
    expect(
      errorOf(() =>
        decodeTx(
          txOf(
            bodyOf([]),
            doubled(authInfo, (w) => w.message(2, () => {})),
          ),
        ),
      ),
    ).toMatch(/fee of .* given twice/);
    const twoBodies = concat(Uint8Array.of(0x0a, 0), good);
    expect(errorOf(() => decodeTx(twoBodies))).toMatch(/tagNum 1 twice/);
  });

  it("refuses a tag that is longer than needed", () => {
    const long = concat(Uint8Array.of(0x8a, 0x00, 0), good.subarray(0, 0));
    expect(errorOf(() => decodeTx(long))).toMatch(/not as short as possible/);
  });

  it("refuses SDK 0.53's unordered and timeout_timestamp as unknown", () => {
    const unordered = concat(bodyOf([execute]), new ProtoWriter().bool(4, true).finish());
    expect(errorOf(() => decodeTx(txOf(unordered)))).toBe(
      'errUnknownField "*tx.TxBody": {TagNum: 4, WireType:"varint"}',
    );
    const stamp = concat(bodyOf([execute]), new ProtoWriter().message(5, () => {}).finish());
    expect(errorOf(() => decodeTx(txOf(stamp)))).toBe('errUnknownField "*tx.TxBody": {TagNum: 5, WireType:"bytes"}');
  });

  it("looks for unknown fields inside messages inside messages", () => {
    const hidden = { typeUrl: execute.typeUrl, value: concat(execute.value, new ProtoWriter().uint64(90, 1).finish()) };
    const soft = { typeUrl: execute.typeUrl, value: concat(execute.value, new ProtoWriter().uint64(1100, 1).finish()) };
    const exec = (inner: { typeUrl: string; value: Uint8Array }) =>
      packAny(MsgExecSchema, create(MsgExecSchema, { grantee: "x", msgs: [inner] }));
    expect(errorOf(() => decodeTx(txOf(bodyOf([exec(hidden)])), registry))).toMatch(
      /MsgExecuteContract": \{TagNum: 90/,
    );
    expect(errorOf(() => decodeTx(txOf(bodyOf([exec(soft)])), registry))).toBe("");
    expect(errorOf(() => decodeTx(txOf(bodyOf([hidden]))))).toBe("");
    const nothing = { typeUrl: "/cosmos.nothing.v1.Msg", value: new Uint8Array() };
    expect(errorOf(() => decodeTx(txOf(bodyOf([exec(nothing)])), registry))).toBe(
      "unable to resolve type URL /cosmos.nothing.v1.Msg",
    );
  });

  it("bounds fields, messages and signatures, which cost a hundred times their bytes in memory", () => {
    const output = { address: "a", coins: [{ denom: "u", amount: "1" }] };
    const outputs = (count: number) =>
      packAny(MsgMultiSendSchema, create(MsgMultiSendSchema, { outputs: Array.from({ length: count }, () => output) }));
    // Output, address, coin, denom, amount: 5 fields each.
    expect(errorOf(() => decodeTx(txOf(bodyOf([outputs(13_000)])), registry))).toBe("");
    expect(errorOf(() => decodeTx(txOf(bodyOf([outputs(13_200)])), registry))).toMatch(/over 65536 fields/);
    const three = [outputs(5_000), outputs(5_000), outputs(5_000)];
    expect(errorOf(() => decodeTx(txOf(bodyOf(three)), registry))).toMatch(/hold over 65536 fields/);
    const empty = new ProtoWriter();
    for (let i = 0; i < 70_000; i++) empty.bytesAlways(1, new Uint8Array(0));
    expect(errorOf(() => decodeTx(txOf(empty.finish())))).toMatch(/over 65536 fields/);
    const none = Array.from({ length: 1_025 }, () => new Uint8Array(0));
    expect(errorOf(() => decodeTx(txOf(bodyOf([execute]), authInfo, none)))).toMatch(/over 1024 signatures/);
    expect(errorOf(() => decodeTx(txOf(bodyOf([execute]), authInfo, none.slice(1))))).toBe("");
  });

  it("bounds nesting and the number of messages inside messages", () => {
    let nested = execute as { typeUrl: string; value: Uint8Array };
    for (let i = 0; i < 11; i++) nested = packAny(MsgExecSchema, create(MsgExecSchema, { msgs: [nested] }));
    expect(errorOf(() => decodeTx(txOf(bodyOf([nested])), registry))).toMatch(/nested too deep/);
    const many = packAny(MsgExecSchema, create(MsgExecSchema, { msgs: Array.from({ length: 101 }, () => execute) }));
    expect(errorOf(() => decodeTx(txOf(bodyOf([many])), registry))).toMatch(/too many Anys/);
    let modes = new ProtoWriter().message(1, (w) => w.uint32(1, 1)).finish();
    for (let i = 0; i < 10; i++) {
      const inner = modes;
      modes = new ProtoWriter().message(2, (w) => w.bytes(2, inner)).finish();
    }
    const deep = new ProtoWriter().message(1, (w) => w.bytes(2, modes)).finish();
    expect(errorOf(() => decodeTx(txOf(bodyOf([]), deep)))).toMatch(/nested too deep/);
  });

  it("fails only with a tx parse error, for any bytes and any damage", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        errorOf(() => decodeTx(bytes, registry));
      }),
      { numRuns: 2000 },
    );
    const edit = fc.tuple(fc.nat(good.length - 1), fc.nat(255), fc.constantFrom("set", "drop", "insert", "cut"));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = [...good];
        for (const [at, value, how] of edits) {
          if (how === "set") bytes[at] = value;
          else if (how === "drop") bytes.splice(at, 1);
          else if (how === "insert") bytes.splice(at, 0, value);
          else bytes = bytes.slice(0, at);
        }
        const damaged = Uint8Array.from(bytes, (one) => one ?? 0);
        errorOf(() => {
          const tx = decodeTx(damaged, registry);
          // Accepted bytes have a canonical TxRaw: the hash cannot change unless one of its parts
          // changes.
          expect(toHex(encodeTxRaw({ ...tx.raw }))).toBe(toHex(canonical(damaged, tx.raw)));
          try {
            txSigners(tx, registry);
          } catch (thrown) {
            if (!ChainError.is(thrown, SdkError.invalidAddress)) throw thrown;
          }
        });
      }),
      { numRuns: 5000 },
    );
  });
});

/**
 * An empty body or auth info may be absent or empty: the only choice that ADR-027 allows.
 */
function canonical(bytes: Uint8Array, raw: { bodyBytes: Uint8Array; authInfoBytes: Uint8Array }): Uint8Array {
  let out = bytes;
  if (raw.bodyBytes.length === 0 && out[0] === 0x0a) out = out.subarray(2);
  if (raw.authInfoBytes.length > 0) return out;
  const at = raw.bodyBytes.length === 0 ? 0 : bytes.length - restAfterBody(bytes, raw.bodyBytes);
  return out[at] === 0x12 ? concat(out.subarray(0, at), out.subarray(at + 2)) : out;
}

const restAfterBody = (bytes: Uint8Array, body: Uint8Array): number =>
  bytes.length - (body.byteOffset - bytes.byteOffset) - body.length;

describe("signers", () => {
  it("of MsgMultiSend are those of its inputs", () => {
    const address = "secret16sge3h9khazwyxzmqv2fgre08ue7zr65nr8czu";
    const message = packAny(MsgMultiSendSchema, create(MsgMultiSendSchema, { inputs: [{ address }, { address }] }));
    expect(messageSigners(message, registry).length).toBe(2);
    const inputs = (count: number) =>
      packAny(
        MsgMultiSendSchema,
        create(MsgMultiSendSchema, { inputs: Array.from({ length: count }, () => ({ address })) }),
      );
    expect(messageSigners(inputs(32_000), registry).length).toBe(32_000);
    // As many as fit into a block, and more than fit on a stack.
    expect(errorOf(() => messageSigners(inputs(400_000), registry))).toMatch(/over 65536 fields/);
    const tx = decodeTx(txOf(bodyOf([message, execute])));
    expect(txSigners(tx, registry).length).toBe(2);
  });

  it("are required and must be addresses", () => {
    const none = packAny(MsgSendSchema, create(MsgSendSchema, {}));
    expect(() => messageSigners(none, registry)).toThrow(
      SdkError.invalidAddress("empty address string is not allowed").message,
    );
    const response = { typeUrl: "/cosmos.bank.v1beta1.MsgSendResponse", value: new Uint8Array() };
    expect(() => messageSigners(response, registry)).toThrow(/has no signers/);
  });
});

describe("public keys", () => {
  it("survive packing, nested multisigs as well", () => {
    const one = { kind: "secp256k1", key } as const;
    const other = { kind: "ed25519", key: key.slice(1) } as const;
    const multi = {
      kind: "multisig",
      threshold: 1,
      keys: [{ kind: "multisig", threshold: 2, keys: [one, other] }, one],
    } as const;
    for (const each of [one, other, multi]) expect(parsePublicKey(packPublicKey(each))).toEqual(each);
  });

  it.each([
    ["of an unknown type", { typeUrl: "/cosmos.crypto.secp256r1.PubKey", value: new Uint8Array() }],
    ["that is too short", { typeUrl: packedKey.typeUrl, value: packedKey.value.subarray(0, 30) }],
    ["without bytes", { typeUrl: packedKey.typeUrl, value: new Uint8Array() }],
    ["with a second key", { typeUrl: packedKey.typeUrl, value: concat(packedKey.value, packedKey.value) }],
    ["with an unknown field", { typeUrl: packedKey.typeUrl, value: concat(packedKey.value, Uint8Array.of(0x10, 1)) }],
    [
      "whose threshold is above its members",
      { typeUrl: "/cosmos.crypto.multisig.LegacyAminoPubKey", value: Uint8Array.of(8, 1) },
    ],
  ])("%s are refused", (_, packed) => {
    expect(errorOf(() => parsePublicKey(packed))).not.toBe("");
  });
});

describe("signBytes", () => {
  it("refuses unknown modes", () => {
    const tx = decodeTx(good);
    const data = { chainId: "c", accountNumber: 1n, sequence: 2n };
    for (const mode of [0, 4, 126, 192]) {
      expect(() => signBytes(mode, tx, data, { kind: "secp256k1", key }, registry)).toThrow(/sign mode/);
    }
  });

  it("of amino JSON refuse unknown non-critical fields: they would not be signed", () => {
    const tx = decodeTx(txOf(concat(bodyOf([execute]), new ProtoWriter().uint64(1100, 1).finish())));
    const data = { chainId: "c", accountNumber: 1n, sequence: 2n };
    expect(() => signBytes(SignMode.aminoJson, tx, data, { kind: "secp256k1", key }, registry)).toThrow(/non-critical/);
    expect(signBytes(SignMode.direct, tx, data, { kind: "secp256k1", key }, registry).length).toBeGreaterThan(0);
  });
});

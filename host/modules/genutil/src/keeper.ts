// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { toUtf8 } from "@sotto/bytes";
import { encode, parseGatewayJson, type TypeRegistry } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import type { TxResult, ValidatorUpdate, WriteCtx } from "@sotto/kernel";
import { MsgCreateValidatorSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import { AuthInfoSchema, type Tx, TxBodySchema, TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { encodeTxRaw } from "@sotto/tx";

/** The functions of the chain that genutil calls. It reaches nothing else. */
export interface GenutilNeeds {
  /** Types that an Any may contain. */
  readonly types: TypeRegistry;
  /** Runs a transaction over the state of the genesis, with all ante steps. */
  deliver(ctx: WriteCtx, tx: Uint8Array): TxResult;
  /** The bonded validators, after the transactions. */
  applySetUpdates(ctx: WriteCtx): readonly ValidatorUpdate[];
}

export type GenutilKeeper = ReturnType<typeof genutilKeeper>;

const CREATE_VALIDATOR = `/${MsgCreateValidatorSchema.typeName}`;

const shown = (json: Uint8Array): string => (toUtf8(json) ?? "").slice(0, 512);

/** Throws sdk/35 for JSON that is not a transaction. */
function parseTx(json: Uint8Array, types: TypeRegistry): Tx {
  try {
    return parseGatewayJson(TxSchema, json, types);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw SdkError.logic(`failed to decode GenTx '${shown(json)}': ${thrown.message}`);
  }
}

/** The bytes of a transaction that one validator has signed before the chain began. */
function encodeGenTx(json: Uint8Array, types: TypeRegistry): Uint8Array {
  const { body = create(TxBodySchema), authInfo = create(AuthInfoSchema), signatures } = parseTx(json, types);
  const [first, second] = body.messages;
  if (first === undefined || second !== undefined) {
    throw SdkError.logic(`unexpected number of GenTx messages; got: ${body.messages.length}, expected: 1`);
  }
  if (first.typeUrl !== CREATE_VALIDATOR) {
    throw SdkError.logic(`unexpected GenTx message type; expected: MsgCreateValidator, got: ${first.typeUrl}`);
  }
  return encodeTxRaw({
    bodyBytes: encode(TxBodySchema, body),
    authInfoBytes: encode(AuthInfoSchema, authInfo),
    signatures,
  });
}

export const genutilKeeper = ({ types, deliver, applySetUpdates }: GenutilNeeds) => ({
  /**
   * Runs the transactions of a genesis file. Returns the validators; undefined without a
   * transaction (x/genutil DeliverGenTxs). Throws sdk/35 for one that is invalid or fails.
   */
  deliver(ctx: WriteCtx, transactions: Iterable<Uint8Array>): readonly ValidatorUpdate[] | undefined {
    let count = 0;
    for (const json of transactions) {
      const { code, log } = deliver(ctx, encodeGenTx(json, types));
      if (code !== 0) throw SdkError.logic(`failed to execute DeliverTx for '${shown(json)}': ${log}`);
      count++;
    }
    return count === 0 ? undefined : applySetUpdates(ctx);
  },
});

// SPDX-License-Identifier: Apache-2.0
import { create, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { formatAddress, prefix } from "@sotto/address";
import type { StoredBlock, StoredTx } from "@sotto/backend";
import { Code, StatusError } from "@sotto/backend/status";
import { upperHex } from "@sotto/backend/stored";
import { decode, encode, OWN_BYTES } from "@sotto/codec";
import { encodeBlock, encodeBlockId, formatTime, type PublicKey } from "@sotto/comet";
import type { ChainEvent, TxResult } from "@sotto/kernel";
import type { TxResponseSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import { PubKeySchema as Ed25519PubKey } from "@sotto/proto/cosmos.crypto.ed25519";
import { PubKeySchema as Secp256k1PubKey } from "@sotto/proto/cosmos.crypto.secp256k1";
import { TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { BlockIDSchema, BlockSchema } from "@sotto/proto/tendermint.types";

/**
 * Events as abci.Event messages. Every attribute is marked as indexed, as baseapp does without its
 * own list.
 */
export const abciEvents = (events: readonly ChainEvent[]) =>
  events.map(({ type, attributes }) => ({
    type,
    attributes: attributes.map(([key, value]) => ({ key, value, index: true })),
  }));

/** A block as its stored message of tendermint.types. */
export const protoBlock = ({ block }: StoredBlock): MessageShape<typeof BlockSchema> =>
  decode(BlockSchema, encodeBlock(block), "drop", OWN_BYTES);

export const protoBlockId = ({ blockId }: StoredBlock): MessageShape<typeof BlockIDSchema> =>
  decode(BlockIDSchema, encodeBlockId(blockId));

/** The SDK's own copy of a block, whose proposer is bech32 text. */
export function sdkBlock(block: MessageShape<typeof BlockSchema>, stored: StoredBlock) {
  const { $typeName: _type, $unknown: _unknown, proposerAddress: _bytes, ...header } = mustHeader(block);
  return {
    header: { ...header, proposerAddress: formatAddress(stored.block.header.proposerAddress, prefix.consensus) },
    data: block.data,
    evidence: block.evidence,
    lastCommit: block.lastCommit,
  };
}

function mustHeader({ header }: MessageShape<typeof BlockSchema>) {
  if (header === undefined) throw new StatusError(Code.internal, "block without a header");
  return header;
}

/** A transaction as the sent message: TxRaw and Tx have the same bytes. */
export const protoTx = (bytes: Uint8Array): MessageShape<typeof TxSchema> => decode(TxSchema, bytes);

/** The tx_response of a committed transaction (SDK types/result.go NewResponseResultTx). */
export const committedResponse = ({
  hash,
  height,
  time,
  tx,
  result,
}: StoredTx): MessageInitShape<typeof TxResponseSchema> => ({
  height: BigInt(height),
  txhash: upperHex(hash),
  codespace: result.codespace,
  code: result.code,
  data: upperHex(result.data),
  rawLog: result.log,
  gasWanted: result.gasWanted,
  gasUsed: result.gasUsed,
  tx: { typeUrl: `/${TxSchema.typeName}`, value: tx },
  timestamp: formatTime({ seconds: time.seconds, nanos: 0 }),
  events: abciEvents(result.events),
});

/**
 * The tx_response of a broadcast (NewResponseFormatBroadcastTx). `result` is undefined without a
 * check.
 */
export const checkedResponse = (
  hash: Uint8Array,
  result: Pick<TxResult, "code" | "codespace" | "data" | "log"> | undefined,
): MessageInitShape<typeof TxResponseSchema> => ({
  txhash: upperHex(hash),
  codespace: result?.codespace ?? "",
  code: result?.code ?? 0,
  data: result === undefined ? "" : upperHex(result.data),
  rawLog: result?.log ?? "",
});

/** A consensus key as the SDK packs it. */
export function packConsensusKey({ type, bytes }: PublicKey): { typeUrl: string; value: Uint8Array } {
  const schema = type === "ed25519" ? Ed25519PubKey : Secp256k1PubKey;
  return { typeUrl: `/${schema.typeName}`, value: encode(schema, create(schema, { key: bytes })) };
}

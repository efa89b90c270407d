// SPDX-License-Identifier: Apache-2.0
/**
 * A remote signer whose clock is wrong. CometBFT takes the time of a vote from its signer
 * (consensus/state.go signVote), and reads the clock of its machine without the C library, so that
 * `faketime` does not reach it. A Unix socket carries tendermint.privval without encryption.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { fromBase64 } from "@sotto/bytes";
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import { decodeVote, encodeVote, type Vote, voteSignBytes } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { CanonicalProposalSchema, ProposalSchema } from "@sotto/proto/tendermint.types";
import { delimited, Frames } from "./delimited.ts";

/** Fields of tendermint.privval.Message. */
const Method = { publicKey: 1, vote: 3, proposal: 5, ping: 7 } as const;
/** CometBFT listens some time after its start. */
const DIAL_MS = 50;

/** The fields of a message that are bytes, by number. */
function bytesOf(body: Uint8Array): ReadonlyMap<number, Uint8Array> {
  const reader = new ProtoReader(body);
  const fields = new Map<number, Uint8Array>();
  for (let tag = reader.tag(); tag !== 0; tag = reader.tag()) {
    if ((tag & 7) === 2) fields.set(tag >>> 3, reader.bytesCopy());
    else reader.skip(tag);
  }
  return fields;
}

const NONE = new Uint8Array(0);

export class WrongClockSigner {
  readonly #path: string;
  readonly #key: Ed25519Key;
  readonly #shiftSeconds: number;
  /** One vote for each place, as a signer must. */
  readonly #votes = new Map<string, Vote>();
  #socket: Socket | undefined;
  #isClosed = false;

  /** `path`: where CometBFT listens; `keyFile`: its priv_validator_key.json. */
  constructor(path: string, keyFile: string, shiftSeconds: number) {
    const { priv_key } = JSON.parse(readFileSync(keyFile, "utf8")) as { readonly priv_key: { readonly value: string } };
    this.#key = new Ed25519Key((fromBase64(priv_key.value) as Uint8Array).slice(0, 32));
    this.#path = path;
    this.#shiftSeconds = shiftSeconds;
    this.#dial();
  }

  #dial(): void {
    if (this.#isClosed) return;
    const socket = connect(this.#path);
    const frames = new Frames();
    this.#socket = socket;
    socket.on("data", (part) => {
      for (const { method, body } of frames.take(part)) {
        const answer = this.#answer(method, bytesOf(body).get(method) ?? NONE);
        const w = new ProtoWriter();
        w.bytesAlways(method + 1, answer);
        socket.write(delimited(w.finish()));
      }
    });
    socket.on("error", () => {});
    socket.on("close", () => setTimeout(() => this.#dial(), DIAL_MS).unref());
  }

  #answer(method: number, request: Uint8Array): Uint8Array {
    const fields = bytesOf(request);
    const chainId = Buffer.from(fields.get(2) ?? NONE).toString("utf8");
    const given = fields.get(1) ?? NONE;
    const w = new ProtoWriter();
    if (method === Method.publicKey) w.message(1, (key) => key.bytes(1, this.#key.publicKey));
    else if (method === Method.vote) w.bytesAlways(1, this.#vote(chainId, decodeVote(given)));
    else if (method === Method.proposal) w.bytesAlways(1, this.#proposal(chainId, given));
    else if (method !== Method.ping) throw new Error(`CometBFT asks its signer for ${method}`);
    return w.finish();
  }

  #vote(chainId: string, asked: Vote): Uint8Array {
    const place = `${asked.height}/${asked.round}/${asked.type}`;
    const { seconds, nanos } = asked.timestamp;
    const timestamp = { seconds: seconds + this.#shiftSeconds, nanos };
    const shifted = { ...asked, timestamp };
    const signed = this.#votes.get(place) ?? {
      ...shifted,
      signature: this.#key.sign(voteSignBytes(chainId, shifted)),
    };
    this.#votes.set(place, signed);
    return encodeVote(signed);
  }

  #proposal(chainId: string, given: Uint8Array): Uint8Array {
    const proposal = fromBinary(ProposalSchema, given);
    const { type, height, round, polRound, blockId, timestamp } = proposal;
    const id = blockId?.partSetHeader;
    const canonical = create(CanonicalProposalSchema, {
      ...{ type, height, round: BigInt(round), polRound: BigInt(polRound), chainId },
      ...(timestamp === undefined ? {} : { timestamp }),
      blockId: { hash: blockId?.hash ?? NONE, partSetHeader: { total: id?.total ?? 0, hash: id?.hash ?? NONE } },
    });
    const signature = this.#key.sign(delimited(toBinary(CanonicalProposalSchema, canonical)));
    return toBinary(ProposalSchema, create(ProposalSchema, { ...proposal, signature }));
  }

  close(): void {
    this.#isClosed = true;
    this.#socket?.destroy();
  }
}

// SPDX-License-Identifier: Apache-2.0
import { ProtoReader, ProtoWriter } from "@sotto/codec";
import type { CommitInfo, StoreHash } from "./multistore.ts";

// Go's zero time: the timestamp field is not nullable and never set (gogoproto stdtime).
const ZERO_SECONDS = -62135596800;
const NOTHING = new Uint8Array(0);

/** Protobuf of a cosmos.store.v1beta1.CommitInfo, stores in the given order. */
export function encodeCommitInfo(info: CommitInfo): Uint8Array {
  const w = new ProtoWriter(64 * info.stores.length + 64).int64(1, info.version);
  for (const { name, hash } of info.stores) {
    w.message(2, (store) => {
      store.string(1, name).message(2, (id) => id.int64(1, info.version).bytes(2, hash));
    });
  }
  return w.message(3, (time) => time.int64(1, ZERO_SECONDS)).finish();
}

function readStore(r: ProtoReader): StoreHash {
  let name = "";
  let hash = NOTHING as Uint8Array;
  const outer = r.enter();
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x0a) name = r.string();
    else if (tag === 0x12) {
      const store = r.enter();
      for (let inner = r.tag(); inner !== 0; inner = r.tag()) {
        if (inner === 0x12) hash = r.bytesCopy();
        else r.skip(inner);
      }
      r.leave(store);
    } else r.skip(tag);
  }
  r.leave(outer);
  return { name, hash };
}

/** Reads a cosmos.store.v1beta1.CommitInfo. Throws CodecError.protobuf. */
export function decodeCommitInfo(bytes: Uint8Array): CommitInfo {
  const r = new ProtoReader(bytes);
  const stores: StoreHash[] = [];
  let version = 0;
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    if (tag === 0x08) version = r.safeInt();
    else if (tag === 0x12) stores.push(readStore(r));
    else r.skip(tag);
  }
  return { version, stores };
}

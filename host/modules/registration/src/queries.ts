// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, toBase64 } from "@sotto/bytes";
import { compactJson, type Json, jsonObject } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import type { MasterKey, Query } from "@sotto/proto/secret.registration.v1beta1";
import { RegistrationError } from "./errors.ts";
import type { RegistrationKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const keyJson = ({ bytes }: MasterKey): Json => jsonObject(bytes.length === 0 ? [] : [["bytes", toBase64(bytes)]]);

export const queries = (registration: RegistrationKeeper): Handlers<typeof Query, ReadCtx> => ({
  txKey: (ctx) => ({ key: registration.ioKey(ctx).bytes }),
  // Compat: the genesis state in Go's own JSON, whose names differ from those of the genesis file
  // (x/registration querier.go).
  registrationKey(ctx) {
    const parts: [string, Json][] = [
      ["reg_info", null],
      ["node_exch_key", keyJson(registration.nodeKey(ctx))],
      ["io_exch_key", keyJson(registration.ioKey(ctx))],
    ];
    return { key: fromUtf8(compactJson(jsonObject(parts))) };
  },
  encryptedSeed(ctx, { pubKey }) {
    if (pubKey.length === 0) throw RegistrationError.invalid("public key");
    const node = state.nodes.get(ctx, pubKey);
    if (node === undefined) throw SdkError.unknownAddress("Node has not been authenticated yet");
    return { encryptedSeed: node.encryptedSeed };
  },
});

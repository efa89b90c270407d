// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { compactJson, type Json, jsonObject } from "@sotto/codec";
import type { ChainEvent } from "@sotto/kernel";

/** x/registration keeper/msg_server.go RegisterAuth. */
export const registered = (signer: string, encryptedSeed: Uint8Array, publicKey: Uint8Array): ChainEvent => ({
  type: "message",
  attributes: [
    ["module", "register"],
    ["signer", signer],
    ["encrypted_seed", `0x${toHex(encryptedSeed)}`],
    ["node_id", `0x${toHex(publicKey)}`],
  ],
});

const attributeJson = ([key, value]: readonly [string, string, ...unknown[]]): Json =>
  jsonObject([
    ["key", key],
    ["value", value],
    ["index", false],
  ]);

/** Compat: the events as Go's JSON of `abci.Event` (x/registration keeper/msg_server.go). */
export const eventsJson = (events: readonly ChainEvent[]): string =>
  compactJson(
    events.map(({ type, attributes }) =>
      jsonObject([
        ["type", type],
        ["attributes", attributes.map(attributeJson)],
      ]),
    ),
  );

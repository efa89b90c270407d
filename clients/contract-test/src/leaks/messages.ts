// SPDX-License-Identifier: Apache-2.0
/** The messages that contracts send, in the order in which they leave. */
import { toUtf8 } from "@sotto/bytes";
import { type SubMessage, WasmKind } from "@sotto/protocol";
import type { Call } from "./calls.ts";
import { type Facet, type Part, type Place, type Presence, type Thing, thing } from "./things.ts";

const MESSAGES: Presence = { count: "number of sub-messages", which: "sub-message" };

const KINDS: Readonly<Record<number, string>> = {
  [WasmKind.instantiate]: "instantiation of code",
  [WasmKind.execute]: "call of",
  [WasmKind.migrate]: "migration of",
  [WasmKind.updateAdmin]: "new admin of",
  [WasmKind.clearAdmin]: "removal of the admin of",
};

/** The place of a call. */
export const placeOf = (call: Call, transaction: number | undefined): Place => ({
  ...(transaction === undefined ? {} : { transaction }),
  ...(call.message === undefined ? {} : { message: call.message + 1 }),
  ...(call.contract === undefined ? {} : { contract: call.contract }),
});

/** `text` is the JSON of a message to the chain, which is public. */
const chainMessage = (text: string, place: Place): Thing => {
  const [module = "", ...rest] = text.match(/[a-z_]+/g) ?? [];
  const shown = `message to the chain's module ${module}: ${text.slice(0, 200)}`;
  const facets: Facet[] = [{ where: "sub-message in clear", value: text }];
  return thing(`${module} ${rest[0] ?? ""}`, shown, MESSAGES, place, facets);
};

function readMessage({ wasm, json, replyOn, gasLimit }: SubMessage, place: Place): Thing {
  if (wasm === undefined) return chainMessage(toUtf8(json) ?? "", place);
  const target = wasm.contract === "" ? `${wasm.codeId}` : wasm.contract;
  const shown = `${KINDS[wasm.kind] ?? "message to"} ${target}`;
  const { msg, ...clear } = wasm;
  const facets: Facet[] = [
    { where: "sub-message length", value: `${msg.length} bytes`, of: shown },
    { where: "sub-message in clear", value: JSON.stringify({ ...clear, replyOn, gasLimit }), of: shown },
  ];
  return thing(shown, shown, MESSAGES, place, facets);
}

/** The messages of all calls of one transaction. */
export const sentMessages = (calls: readonly Call[], transaction: number): Part => ({
  order: "order of sub-messages",
  things: calls
    .filter(({ kind }) => kind !== "query")
    .flatMap((call) => call.answer?.messages.map((message) => readMessage(message, placeOf(call, transaction))) ?? []),
});

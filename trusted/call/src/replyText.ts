// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { compactJson, jsonObject, jsonString } from "@sotto/codec";
import type { ReplyContent } from "./tree.ts";

type Events = readonly {
  readonly type: string;
  readonly attributes: readonly { readonly key: string; readonly value: string }[];
}[];

/**
 * The JSON of a v1 Reply for the contract (spec/calls.md 7.2). Events come from the host and are
 * not verified.
 */
export function replyText(id: bigint, content: ReplyContent, events: Events): Uint8Array {
  if (!content.ok) return fromUtf8(`{"id":${id},"result":{"error":${jsonString(content.error)}}}`);
  const shown = compactJson(
    events.map(({ type, attributes }) =>
      jsonObject([
        ["type", type],
        [
          "attributes",
          attributes.map(({ key, value }) =>
            jsonObject([
              ["key", key],
              ["value", value],
            ]),
          ),
        ],
      ]),
    ),
  );
  const data = content.data === undefined ? "null" : `"${content.data}"`;
  return fromUtf8(`{"id":${id},"result":{"ok":{"events":${shown},"data":${data}}}}`);
}

// SPDX-License-Identifier: Apache-2.0
import { goJsonString } from "@sotto/codec";
import type { ChainEvent } from "@sotto/kernel";

/** A typed event: its values are JSON (SDK types/events.go TypedEventToEvent). */
export const grantEvent = (
  what: "Grant" | "Revoke",
  granter: string,
  grantee: string,
  typeUrl: string,
): ChainEvent => ({
  type: `cosmos.authz.v1beta1.Event${what}`,
  attributes: [
    ["grantee", goJsonString(grantee)],
    ["granter", goJsonString(granter)],
    ["msg_type_url", goJsonString(typeUrl)],
  ],
});

/** An event of a message that was executed for another, with its position. */
export const executed = ({ type, attributes }: ChainEvent, index: number): ChainEvent => ({
  type,
  attributes: [...attributes, ["authz_msg_index", String(index)]],
});

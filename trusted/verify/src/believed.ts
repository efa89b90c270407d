import type { Untrusted } from "@sotto/protocol";
import { open } from "./open.ts";
import type { Reasons } from "./reasons.ts";

export type Reason = keyof Reasons;

/** What the host says and nothing proves. The reason is a literal: a tool lists all uses. */
export const believed = <T>(value: Untrusted<T>, _reason: Reason): T => open(value);

/** Whether the host gave something at all: that is believed, and what it gave stays untrusted. */
export const given = <T>(value: Untrusted<T | undefined>, _reason: Reason): Untrusted<T> | undefined =>
  open(value) === undefined ? undefined : (value as Untrusted<T>);

import type { Untrusted } from "@sotto/protocol";
import type { Reasons } from "./reasons.ts";
import { unwrap } from "./unwrap.ts";

export type Reason = keyof Reasons;

/** What the host says and nothing proves. The reason is a literal: a tool lists all uses. */
export const believed = <T>(value: Untrusted<T>, _reason: Reason): T => unwrap(value);

/** Whether the host gave something at all: that is believed, and what it gave stays untrusted. */
export const given = <T>(value: Untrusted<T | undefined>, _reason: Reason): Untrusted<T> | undefined =>
  unwrap(value) === undefined ? undefined : (value as Untrusted<T>);

// SPDX-License-Identifier: Apache-2.0
import type { Untrusted } from "@sotto/protocol";
import type { Reasons } from "./reasons.ts";
import { unwrap } from "./unwrap.ts";

export type Reason = keyof Reasons;

/** A value from the host without a proof. The reason is a literal: a tool lists all uses. */
export const believed = <T>(value: Untrusted<T>, _reason: Reason): T => unwrap(value);

/** The value if the host sent one: its presence is believed, the value stays untrusted. */
export const given = <T>(value: Untrusted<T | undefined>, _reason: Reason): Untrusted<T> | undefined =>
  unwrap(value) === undefined ? undefined : (value as Untrusted<T>);

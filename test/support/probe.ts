// SPDX-License-Identifier: Apache-2.0
/** Messages for the probe contract, and reads of its state. */
import type { Contract } from "./contract.ts";

export const coins = (amount: string, denom = "uscrt") => [{ denom, amount }];
export type Op = Record<string, unknown>;
export const batch = (...ops: Op[]): Op => ({ batch: { ops } });
export const call = (to: Contract, op: Op, sub?: Op, funds = coins("0").slice(1)): Op => ({
  call: { contract: to.address, code_hash: to.codeHash, msg: JSON.stringify(op), funds, sub },
});
export const sub = (reply_on: string, extra: Op = {}): Op => ({ id: 7, reply_on, ...extra });
export const failing: Op = { fail: { error: { generic_err: { msg: "child failed" } } } };
export const set = (key: string, value: string): Op => ({ set: { key, value } });
export const get = (probe: Contract, key: string): unknown => JSON.parse(probe.query({ get: { key } }))[0];
/** The newest reply that the probe stored. */
export const repliesOf = (probe: Contract) => JSON.parse(JSON.parse(probe.query({ replies: {} }))[0]);
export const lastReply = (probe: Contract) => repliesOf(probe).at(-1);
export const countReplies = (probe: Contract): number => repliesOf(probe).length;

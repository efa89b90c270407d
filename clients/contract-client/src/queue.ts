// SPDX-License-Identifier: Apache-2.0
const last = new WeakMap<object, Promise<unknown>>();

/**
 * Runs jobs of one owner one after the other, failed ones too: secret.js reads the account's
 * sequence before each transaction, and two at a time would get the same.
 */
export function inTurn<T>(owner: object, job: () => Promise<T>): Promise<T> {
  const turn = (last.get(owner) ?? Promise.resolve()).then(job, job);
  last.set(
    owner,
    turn.catch(() => {}),
  );
  return turn;
}

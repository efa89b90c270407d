// SPDX-License-Identifier: Apache-2.0
/** Messages of contracts that both runs send, but in other transactions: the time of a payment. */
import type { Found } from "./compare.ts";
import type { Thing } from "./things.ts";

/** A message with all that an observer sees of it. */
const nameOf = ({ id, facets }: Thing): string => JSON.stringify([id, facets.map(({ value }) => value)]);

/** The messages of one run that the other does not send in the same transaction. */
function onlyIn(own: readonly (readonly Thing[])[], other: readonly (readonly Thing[])[]) {
  return own.flatMap((messages, transaction) => {
    const rest = (other[transaction] ?? []).map(nameOf);
    return messages.flatMap((message) => {
      const at = rest.indexOf(nameOf(message));
      if (at < 0) return [{ name: nameOf(message), message, transaction: transaction + 1 }];
      rest.splice(at, 1);
      return [];
    });
  });
}

/** @param a messages of each transaction of the first run, `b` of the second */
export function comparePayments(a: readonly (readonly Thing[])[], b: readonly (readonly Thing[])[]): Found[] {
  const others = onlyIn(b, a);
  return onlyIn(a, b).flatMap(({ name, message, transaction }) => {
    const at = others.findIndex((other) => other.name === name);
    const [found] = at < 0 ? [] : others.splice(at, 1);
    if (found === undefined) return [];
    const { contract } = message.place;
    const place = { transaction, ...(contract === undefined ? {} : { contract }) };
    const moments = { a: `transaction ${transaction}`, b: `transaction ${found.transaction}` };
    return [{ where: "time of a payment" as const, place, of: message.shown, ...moments }];
  });
}

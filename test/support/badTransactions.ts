// SPDX-License-Identifier: Apache-2.0
import { type Payment, signPayment } from "@sotto/local";

/** Transactions of an account that no check takes; each number makes another one, of six kinds. */
export function badTransactions(payment: Payment): (n: number) => Uint8Array {
  const text = (line: string) => new TextEncoder().encode(line);
  const kinds: readonly ((n: number) => Uint8Array)[] = [
    // No fee.
    (n) => signPayment({ ...payment, fee: 0n, amount: BigInt(n + 1) }),
    // A signature for another chain.
    (n) => signPayment({ ...payment, chainId: "other-1", amount: BigInt(n + 1) }),
    // A sequence that is far ahead.
    (n) => signPayment({ ...payment, sequence: payment.sequence + 1_000n + BigInt(n) }),
    // More than the account has.
    (n) => signPayment({ ...payment, fee: 10n ** 24n + BigInt(n) }),
    // No transaction.
    (n) => text(`no transaction ${n}`),
    // The same bytes again.
    () => text("the same again"),
  ];
  return (n) => (kinds[n % kinds.length] as (typeof kinds)[number])(n);
}

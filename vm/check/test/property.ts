// SPDX-License-Identifier: Apache-2.0
import fc from "fast-check";
import { test as plain } from "vitest";

export { fc };

/** A test that holds for every value of the arbitrary. */
export function test<T>(title: string, values: fc.Arbitrary<T>, holds: (value: T) => void): void {
  plain(title, () => fc.assert(fc.property(values, holds), { numRuns: 500 }));
}

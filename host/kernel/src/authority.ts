// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress } from "@sotto/address";
import { type ChainError, codespace } from "@sotto/errors";

/** x/gov types/errors.go: the only error of x/gov that other modules return. */
const GovError = codespace("gov", {
  invalidSigner: [13, "expected gov account as only signer for proposal message"],
});

/**
 * Throws unless a message comes from governance, the authority of every module: gov/13, or the
 * error that `refuse` makes from the text (spec/modules.md 1.3).
 */
export function assertGovAuthority(
  authority: string,
  refuse: (text: string) => ChainError = GovError.invalidSigner,
): void {
  const expected = formatAddress(moduleAddress("gov"));
  if (authority !== expected) throw refuse(`invalid authority; expected ${expected}, got ${authority}`);
}

import { formatAddress, moduleAddress } from "@sotto/address";
import { SdkError } from "@sotto/errors";

/** Throws sdk/4 unless a message comes from governance, the authority of every module (spec/modules.md 1.3). */
export function assertGovAuthority(authority: string): void {
  const expected = formatAddress(moduleAddress("gov"));
  if (authority !== expected) {
    throw SdkError.unauthorized(`invalid authority; expected ${expected}, got ${authority.slice(0, 128)}`);
  }
}

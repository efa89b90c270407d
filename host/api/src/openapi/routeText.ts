// SPDX-License-Identifier: Apache-2.0

/** A sentence about a route, and example values for a local network. */
export interface RouteText {
  readonly summary: string;
  /** Path variables and query parameters by name. */
  readonly example?: Readonly<Record<string, string>>;
  /** JSON body of a POST. */
  readonly body?: string;
}

/** Account a of the local network. */
export const ACCOUNT = "secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03";

export const PAGE = { "pagination.limit": "10" } as const;

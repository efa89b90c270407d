// SPDX-License-Identifier: Apache-2.0
/** Human-readable prefixes of Secret Network (cmd/secretd, types/prefix.go). */
export const prefix = {
  account: "secret",
  accountKey: "secretpub",
  validator: "secretvaloper",
  validatorKey: "secretvaloperpub",
  consensus: "secretvalcons",
  consensusKey: "secretvalconspub",
} as const;

// SPDX-License-Identifier: Apache-2.0
import { codespace } from "@sotto/errors";

/** Auth fails with the shared `sdk` codes; its own codespace is empty (x/auth 0.50). */
export const AuthError = codespace("auth", {});

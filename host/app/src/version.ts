// SPDX-License-Identifier: Apache-2.0
/** Version of the application, as nodes report it. Written by `tools/version.mjs`. */
export const VERSION = "0.1.0";

// SPDX-License-Identifier: Apache-2.0
/** Before the tests: what they start is made of the packages as compiled last. */
export { bundle as setup } from "../bundle.mjs";

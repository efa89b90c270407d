// SPDX-License-Identifier: Apache-2.0
import { tokenTest } from "./firstTest.mjs";

// Globals of mocha.
const { describe, it, before, after } = globalThis;
tokenTest({ describe, it, before, after });

// SPDX-License-Identifier: Apache-2.0
// The alias of "fast-check" in tests (vitest.config.ts): the library with the seed of the run. The
// import has the file's path, because the name leads here.
import fc from "../../node_modules/fast-check/lib/fast-check.js";
import { SEED } from "./seed.mjs";

fc.configureGlobal({ seed: SEED });

export default fc;

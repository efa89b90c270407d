// What a test gets that imports "fast-check" (vitest.config.ts): the library itself, with the seed of the run. By its path, because the
// name leads here.
import fc from "../../node_modules/fast-check/lib/fast-check.js";
import { SEED } from "./seed.mjs";

fc.configureGlobal({ seed: SEED });

export default fc;

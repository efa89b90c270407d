// SPDX-License-Identifier: Apache-2.0
import { fromUtf8, readBeU32 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { givenSeed } from "../../tools/tests/seed.mjs";

/**
 * The seed of a random test that also asserts its coverage: SOTTO_SEED, or a fixed seed derived
 * from the name. Titles of tests print it. Other tests use the seed of the run
 * (tools/tests/seed.mjs).
 */
export const seedOf = (name: string): number => givenSeed(process.env) ?? readBeU32(sha256(fromUtf8(name)));

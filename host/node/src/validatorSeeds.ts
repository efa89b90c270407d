// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";

/**
 * Seeds of the validators' keys: those after the first are derived from it, so the file of the
 * first key keeps them all.
 */
export const validatorSeeds = (first: Uint8Array, count: number): readonly Uint8Array[] =>
  Array.from({ length: count }, (_, i) =>
    i === 0 ? first : sha256(new Uint8Array([...first, ...fromUtf8(`validator ${i + 1}`)])),
  );

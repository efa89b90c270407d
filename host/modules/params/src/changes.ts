// SPDX-License-Identifier: Apache-2.0
import { recoveredPanic } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import type { ParamChange } from "@sotto/proto/cosmos.params.v1beta1";
import { ParamsError } from "./errors.ts";

/** Throws for no change, and for a change with an empty field (types/proposal/proposal.go). */
export function assertChanges(changes: readonly Frozen<ParamChange>[]): void {
  if (changes.length === 0) throw ParamsError.emptyChanges();
  for (const { subspace, key, value } of changes) {
    if (subspace === "") throw ParamsError.emptySubspace();
    if (key === "") throw ParamsError.emptyKey();
    if (value === "") throw ParamsError.emptyValue();
  }
}

/**
 * Carries out a proposal of governance that changes parameters. Compat: the reference's spaces have
 * no tables of keys, so each change of a known space is a panic that the SDK recovers from
 * (types/subspace.go Update). Parameters are changed by the messages of their modules.
 */
export function change(has: (subspace: string) => boolean, changes: readonly Frozen<ParamChange>[]): void {
  for (const { subspace, key } of changes) {
    if (!has(subspace)) throw ParamsError.unknownSubspace(subspace.slice(0, 128));
    throw recoveredPanic(`parameter ${key.slice(0, 128)} not registered`);
  }
}

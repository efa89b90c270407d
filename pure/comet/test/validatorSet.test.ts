// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  CometError,
  changeValidators,
  consensusAddress,
  createValidatorSet,
  findValidator,
  MAX_TOTAL_POWER,
  nextRound,
  type PublicKey,
  proposerOf,
  type ValidatorChange,
  type ValidatorSet,
  validatorSetOf,
} from "../src/index.ts";

function change(id: number, votingPower: bigint): ValidatorChange {
  const publicKey: PublicKey = { type: "ed25519", bytes: new Uint8Array(32).fill(id) };
  return { publicKey, address: consensusAddress(publicKey), votingPower };
}

const refused = (run: () => unknown) => expect(run).toThrow(CometError.invalidValidators().message);
const sum = (set: ValidatorSet) => set.validators.reduce((total, { proposerPriority }) => total + proposerPriority, 0n);

describe("validator sets", () => {
  test("let everyone propose as often as the power says", () => {
    let set = createValidatorSet([change(1, 1n), change(2, 3n), change(3, 6n)]);
    const turns = new Map<string, number>();
    for (let i = 0; i < 1000; i++) {
      const proposer = toHex(proposerOf(set)?.address as Uint8Array);
      turns.set(proposer, (turns.get(proposer) ?? 0) + 1);
      set = nextRound(set);
    }
    const count = (id: number) => turns.get(toHex(change(id, 1n).address));
    expect([count(1), count(2), count(3)]).toEqual([100, 300, 600]);
  });

  test("stay centred, ordered and unchanged as values", () => {
    const powers = fc.array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1, maxLength: 12 });
    const updates = fc.array(fc.tuple(fc.integer({ min: 0, max: 15 }), fc.bigInt({ min: 0n, max: 10n ** 12n })), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(powers, updates, fc.integer({ min: 1, max: 9 }), (first, list, rounds) => {
        const before = nextRound(createValidatorSet(first.map((power, i) => change(i, power))), rounds);
        const text = String(before.validators.map(({ proposerPriority }) => proposerPriority));
        const changes = Array.from(new Map(list)).map(([id, power]) => change(id, power));
        let after: ValidatorSet;
        try {
          after = nextRound(changeValidators(before, changes));
        } catch {
          // Removing an unknown validator, or all of them, is refused; this is tested below.
          return;
        }
        expect(String(before.validators.map(({ proposerPriority }) => proposerPriority))).toBe(text);
        const n = BigInt(after.validators.length);
        expect(sum(after) < n && sum(after) > -n).toBe(true);
        for (const { address, votingPower } of changes) {
          expect(findValidator(after, address)?.votingPower).toBe(votingPower === 0n ? undefined : votingPower);
        }
        for (let i = 1; i < after.validators.length; i++) {
          expect((after.validators[i - 1]?.votingPower as bigint) >= (after.validators[i]?.votingPower as bigint)).toBe(
            true,
          );
        }
        expect(after.totalPower).toBe(after.validators.reduce((total, each) => total + each.votingPower, 0n));
      }),
    );
  });

  test("refuse changes that make no sense", () => {
    const set = createValidatorSet([change(1, 5n), change(2, 5n)]);
    refused(() => changeValidators(set, [change(1, 3n), change(1, 4n)]));
    refused(() => changeValidators(set, [change(3, 0n)]));
    refused(() => changeValidators(set, [change(1, 0n), change(2, 0n)]));
    refused(() => changeValidators(set, [change(1, -1n)]));
    refused(() => changeValidators(set, [change(1, MAX_TOTAL_POWER + 1n)]));
    refused(() => changeValidators(set, [change(1, MAX_TOTAL_POWER)]));
    refused(() => createValidatorSet([change(1, 0n)]));
    refused(() => nextRound(createValidatorSet([])));
    expect(changeValidators(set, [])).toBe(set);
    // Highest allowed power arrives while an equal one leaves.
    const high = createValidatorSet([change(1, MAX_TOTAL_POWER)]);
    expect(changeValidators(high, [change(1, 0n), change(2, MAX_TOTAL_POWER)]).totalPower).toBe(MAX_TOTAL_POWER);
  });

  test("made from a list take the one that proposed last", () => {
    const set = nextRound(createValidatorSet([change(1, 1n), change(2, 3n), change(3, 6n)]), 4);
    const again = validatorSetOf([...set.validators].reverse());
    expect(again.validators).toEqual(set.validators);
    expect(again.proposer?.address).toEqual(set.proposer?.address);
    expect(proposerOf(createValidatorSet([]))).toBeUndefined();
  });
});

// SPDX-License-Identifier: Apache-2.0
/** Steps of the light client: the next block over changing sets, and skipping. */
import { fromUtf8 } from "@sotto/bytes";
import { encodeLightBlock, encodeValidatorSet, type LightBlock, ZERO_TIME } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import { BoundaryError, TrustLimit, type TrustStep } from "@sotto/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GENESIS_SECONDS } from "../../../test/support/blockMaker.ts";
import { equal, LightChain, type LightParts, type Powers } from "../../../test/support/lightChain.ts";
import { untrusted } from "../../../test/support/untrusted.ts";
import { type Checkpoint, DEFAULT_TRUSTING_PERIOD, trustGenesis, verifyBlock, verifyTrust } from "../src/index.ts";

const refusal = (factory: { codespace: string; code: number }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code });
const chainOf = (powersAt: (height: number) => Powers, parts: Partial<LightParts> = {}) =>
  new LightChain({ chainId: "light-1", powersAt, ...parts });
const genesisOf = (chain: LightChain, initialHeight = 1, period = 0): Checkpoint =>
  trustGenesis(chain.chainId, encodeValidatorSet(chain.set(initialHeight)), initialHeight, period);
const trust = (checkpoint: Checkpoint, ...steps: TrustStep[]): Checkpoint =>
  verifyTrust(checkpoint, untrusted({ steps }));
const submit = (checkpoint: Checkpoint, chain: LightChain, height: number): Checkpoint =>
  verifyBlock(checkpoint, untrusted(chain.block(height))).checkpoint;
/** The checkpoint after the first block, which a step by skipping can begin from. */
const afterFirst = (chain: LightChain, period = 0): Checkpoint => submit(genesisOf(chain, 1, period), chain, 1);

/** Of five validators, three leave and enter with each block. */
const turning = (height: number): Powers => equal(...[0, 1, 2, 3, 4].map((i) => `v${height * 3 + i}`));

describe("a chain whose validators change with each block", () => {
  const chain = chainOf(turning);

  it("is followed block by block, also when two thirds have changed", () => {
    let checkpoint = genesisOf(chain);
    for (let height = 1; height <= 12; height++) checkpoint = submit(checkpoint, chain, height);
    expect(checkpoint).toMatchObject({
      height: 12,
      blockHash: chain.id(12).hash,
      time: { seconds: GENESIS_SECONDS + 72, nanos: 5 },
    });
  });

  it("is followed by light blocks to the same checkpoint", () => {
    let executed = genesisOf(chain);
    for (let height = 1; height <= 12; height++) executed = submit(executed, chain, height);
    const steps = Array.from({ length: 12 }, (_, i) => ({
      lightBlock: encodeLightBlock(chain.light(i + 1)),
      trusted: new Uint8Array(0),
    }));
    expect(trust(genesisOf(chain), ...steps)).toEqual(executed);
    // In two requests, the second from where the first ended.
    expect(trust(trust(genesisOf(chain), ...steps.slice(0, 5)), ...steps.slice(5))).toEqual(executed);
  });

  it("does not follow from the set of the block before, or of the one after", () => {
    const checkpoint = afterFirst(chain);
    for (const height of [1, 3]) {
      const forged = chain.block(2, { powers: turning(height) });
      expect(() => verifyBlock(checkpoint, untrusted(forged))).toThrow(refusal(BoundaryError.invalidBlock));
    }
  });

  it("may begin above height 1, and then begins there only", () => {
    const later = chainOf(turning, { initialHeight: 100 });
    expect(submit(genesisOf(later, 100), later, 100).height).toBe(100);
    for (const height of [99, 101])
      expect(() => submit(genesisOf(later, 100), later, height)).toThrow(refusal(BoundaryError.wrongHeight));
    expect(() => trust(genesisOf(later, 100), later.step(99, 101))).toThrow(refusal(BoundaryError.wrongHeight));
  });
});

describe("a step that skips blocks", () => {
  const steady = chainOf(() => equal("a", "b", "c", "d"));

  it("gives the checkpoint from which the next block can be submitted", () => {
    const skipped = trust(afterFirst(steady), steady.step(1, 90));
    expect(skipped).toMatchObject({ height: 90, blockHash: steady.id(90).hash });
    expect(submit(skipped, steady, 91).height).toBe(91);
    expect(() => submit(skipped, steady, 92)).toThrow(refusal(BoundaryError.wrongHeight));
  });

  it("needs no second copy of a set that did not change", () => {
    const step = { ...steady.step(1, 90), trusted: new Uint8Array(0) };
    expect(trust(afterFirst(steady), step)).toEqual(trust(afterFirst(steady), steady.step(1, 90)));
    const changed = chainOf((height) => (height < 20 ? equal("a", "b", "c") : equal("a", "b", "d")));
    expect(() => trust(afterFirst(changed), { ...changed.step(1, 90), trusted: new Uint8Array(0) })).toThrow(
      refusal(BoundaryError.invalidBlock),
    );
  });

  it("needs more than a third of the trusted power, and exactly a third is too little", () => {
    const from = (height: number, powers: Powers) =>
      chainOf((at) => (at < height ? { a: 10n, b: 10n, c: 10n } : powers));
    // A third: a is all that is known.
    const third = from(50, { a: 10n, x: 10n, y: 10n });
    expect(() => trust(afterFirst(third), third.step(1, 60))).toThrow(refusal(BoundaryError.notTrusted));
    const more = from(50, { a: 10n, b: 10n, x: 10n });
    expect(trust(afterFirst(more), more.step(1, 60)).height).toBe(60);
    // The power of the trusted set counts, not the new one.
    const grown = from(50, { a: 1_000n, x: 1n });
    expect(() => trust(afterFirst(grown), grown.step(1, 60))).toThrow(refusal(BoundaryError.notTrusted));
  });

  it("is possible over light blocks between, where one step would be too far", () => {
    const chain = chainOf((height) => equal(...[0, 1, 2, 3, 4].map((i) => `v${Math.floor(height / 10) + i}`)));
    expect(() => trust(afterFirst(chain), chain.step(1, 60))).toThrow(refusal(BoundaryError.notTrusted));
    const steps = [1, 20, 40, 60].slice(1).map((to, i) => chain.step([1, 20, 40][i] as number, to));
    expect(trust(afterFirst(chain), ...steps)).toMatchObject({ height: 60, blockHash: chain.id(60).hash });
    // Without the one in the middle: the set that it names is not the trusted one.
    expect(() => trust(afterFirst(chain), steps[0] as TrustStep, steps[2] as TrustStep)).toThrow(
      refusal(BoundaryError.invalidBlock),
    );
  });

  it("needs more than two thirds of the new power, whatever the trusted validators have", () => {
    const chain = chainOf((height) => (height < 50 ? equal("a", "b", "c") : equal("a", "b", "c", "x", "y", "z")));
    const signers = (...names: string[]) => chain.step(1, 60, { signers: names });
    expect(() => trust(afterFirst(chain), signers("a", "b", "c", "x"))).toThrow(refusal(BoundaryError.invalidBlock));
    expect(trust(afterFirst(chain), signers("a", "b", "c", "x", "y")).height).toBe(60);
    expect(() => trust(afterFirst(chain), signers("a", "x", "y", "z"))).toThrow(refusal(BoundaryError.notTrusted));
  });

  it("is accepted exactly when both sums of power are, for any sets and signers", () => {
    const name = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const powers = fc.dictionary(name, fc.bigInt({ min: 1n, max: 9n }), { minKeys: 1 });
    fc.assert(
      fc.property(powers, powers, fc.uniqueArray(name), (before, after, signers) => {
        const chain = chainOf((height) => (height < 5 ? before : after));
        const sum = (of: Powers, names: string[]) => names.reduce((total, each) => total + (of[each] ?? 0n), 0n);
        const signed = signers.filter((each) => after[each] !== undefined);
        const isGood =
          sum(before, signed) * 3n > sum(before, Object.keys(before)) &&
          sum(after, signed) * 3n > sum(after, Object.keys(after)) * 2n;
        let isAccepted = true;
        try {
          trust(afterFirst(chain), chain.step(1, 9, { signers }));
        } catch (thrown) {
          expect(thrown).toMatchObject({ codespace: "boundary" });
          isAccepted = false;
        }
        expect(isAccepted).toBe(isGood);
      }),
      { numRuns: 60 },
    );
  });

  it("crosses less than the trusting period, and steps between start it anew", () => {
    const chain = chainOf(() => equal("a", "b"), { secondsAt: (height) => height * 100 });
    const from = afterFirst(chain, 1_000);
    expect(trust(from, chain.step(1, 10)).height).toBe(10);
    expect(() => trust(from, chain.step(1, 11))).toThrow(refusal(BoundaryError.trustExpired));
    expect(trust(from, chain.step(1, 10), chain.step(10, 19)).height).toBe(19);
  });

  it("crosses less than 14 days when the chain names no period", () => {
    const chain = chainOf(() => equal("a", "b"), { secondsAt: (height) => height * 604_800 - (height === 3 ? 1 : 0) });
    expect(DEFAULT_TRUSTING_PERIOD).toBe(1_209_600);
    // Two weeks less a second, and more.
    expect(trust(afterFirst(chain), chain.step(1, 3)).height).toBe(3);
    expect(() => trust(afterFirst(chain), chain.step(1, 4))).toThrow(refusal(BoundaryError.trustExpired));
  });

  it("has no limit of time when it is the next block: the whole set is known, and chains may rest", () => {
    const year = 365 * 86_400;
    const chain = chainOf(() => equal("a", "b"), { secondsAt: (height) => height * year });
    expect(trust(afterFirst(chain), chain.step(1, 2)).height).toBe(2);
    expect(submit(afterFirst(chain), chain, 2).height).toBe(2);
  });

  it("does not begin at a genesis, nor at sealed bytes without a time", () => {
    expect(() => trust(genesisOf(steady), steady.step(0, 5))).toThrow(refusal(BoundaryError.wrongHeight));
    expect(() => trust({ ...afterFirst(steady), time: ZERO_TIME }, steady.step(1, 5))).toThrow(
      refusal(BoundaryError.wrongHeight),
    );
    expect(trust({ ...afterFirst(steady), time: ZERO_TIME }, steady.step(1, 2), steady.step(2, 9)).height).toBe(9);
  });
});

describe("what one request may cost is bounded", () => {
  const chain = chainOf(() => equal("a"));
  const only = (lightBlock: Uint8Array, trusted: Uint8Array = new Uint8Array(0)): TrustStep => ({
    lightBlock,
    trusted,
  });

  it("by a number of validators over all its steps, counted before any signature", () => {
    const { lightBlock } = chain.step(1, 2);
    const { validators } = chain.set(2);
    const sets = (count: number): TrustStep => {
      const many = Array.from({ length: count }, () => validators[0] as (typeof validators)[number]);
      return { lightBlock, trusted: encodeValidatorSet({ ...chain.set(2), validators: many }) };
    };
    // One validator in each light block.
    const third = (count: number) => () =>
      trust(afterFirst(chain), chain.step(1, 2), chain.step(2, 3), {
        ...sets(count),
        lightBlock: chain.step(3, 9).lightBlock,
      });
    expect(third(TrustLimit.validators - 5)).toThrow(refusal(BoundaryError.invalidBlock));
    expect(third(TrustLimit.validators - 4)).toThrow(refusal(BoundaryError.malformedFrame));
  });

  it("and no bytes of a light block lead to anything but a refusal or the same checkpoint", () => {
    const from = afterFirst(chain);
    const real = encodeLightBlock(chain.light(7));
    const good = trust(from, only(real));
    const check = (bytes: Uint8Array) => {
      try {
        expect(trust(from, only(bytes))).toEqual(good);
      } catch (thrown) {
        expect(thrown).toMatchObject({ codespace: "boundary" });
      }
    };
    const changed = fc.tuple(fc.nat(real.length - 1), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(changed, ([i, by]) => check(real.map((byte, j) => (i === j ? byte ^ by : byte)))),
      { numRuns: 400 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), check));
    for (let cut = 0; cut < real.length; cut += 5) check(real.slice(0, cut));
    expect(() => trust(from)).toThrow(refusal(BoundaryError.invalidBlock));
  });
});

describe("a validator set", () => {
  const chain = chainOf(() => equal("a", "b", "c"));
  /** The set with its last validator twice. */
  const doubled = ({ validators }: LightBlock) => {
    const last = validators.validators.at(-1) as (typeof validators.validators)[number];
    return { ...validators, validators: [...validators.validators, last] };
  };

  it("of a genesis has each validator once", () => {
    const set = encodeValidatorSet(doubled(chain.light(1)));
    expect(() => trustGenesis(chain.chainId, set, 1)).toThrow(refusal(BoundaryError.invalidBlock));
  });

  it("that names the right keys under other addresses is refused", () => {
    const real = chain.light(9).validators;
    const validators = real.validators.map((each) => ({ ...each, address: sha256(fromUtf8("x")).slice(0, 20) }));
    const step = { ...chain.step(1, 9), trusted: encodeValidatorSet({ ...real, validators }) };
    expect(() => trust(afterFirst(chain), step)).toThrow(refusal(BoundaryError.invalidBlock));
  });
});

// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { cacheByHeight, shared } from "../src/heightCache.ts";

/** A read that counts, and answers when it is told to. */
function counted() {
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  let answer: ((height: number) => string | undefined) | undefined = (height) => `block ${height}`;
  const read = async (height: number): Promise<string | undefined> => {
    asked.push(height);
    await new Promise<void>((resolve) => waiting.push(resolve));
    if (answer === undefined) throw new Error("no store");
    return answer(height);
  };
  const go = async () => {
    for (const one of waiting.splice(0)) one();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const become = (next: typeof answer): void => {
    answer = next;
  };
  return { asked, read, go, become };
}

describe("reads by height", () => {
  it("are asked once by all that ask at the same time, and not again", async () => {
    const { asked, read, go } = counted();
    const cache = cacheByHeight(16, read);
    const both = [cache.get(3), cache.get(3), cache.get(4)];
    await go();
    expect(await Promise.all(both)).toEqual(["block 3", "block 3", "block 4"]);
    expect(await cache.get(3)).toBe("block 3");
    expect(asked).toEqual([3, 4]);
  });

  it("are asked again when there was no answer, and after a failure", async () => {
    const { asked, read, go, become } = counted();
    const cache = cacheByHeight(16, read);
    const ask = async (height: number) => {
      const answer = cache.get(height).catch((thrown: Error) => thrown.message);
      await go();
      return answer;
    };
    become(() => undefined);
    expect(await ask(5)).toBeUndefined();
    become(undefined);
    expect(await ask(5)).toBe("no store");
    become((height) => `block ${height}`);
    expect(await ask(5)).toBe("block 5");
    expect(asked).toEqual([5, 5, 5]);
  });

  it("are bounded", async () => {
    const { asked, read, go } = counted();
    const cache = cacheByHeight(4, read);
    for (const height of [1, 2, 3, 4, 5, 6, 7, 8, 9, 1]) {
      const answer = cache.get(height);
      await go();
      expect(await answer).toBe(`block ${height}`);
    }
    expect(asked).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 1]);
  });
});

it("a shared read runs once for all that ask while it runs", async () => {
  const { asked, read, go } = counted();
  const once = shared(() => read(asked.length));
  const both = [once(), once()];
  await go();
  expect(await Promise.all(both)).toEqual(["block 0", "block 0"]);
  const next = once();
  await go();
  expect(await next).toBe("block 1");
});

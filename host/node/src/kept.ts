import { RecentMap } from "@sotto/crypto";

/**
 * A read by height whose answer does not change once there is one: asked once while it is used, and once for all that ask at the same
 * time. Keeps the `most` that were used last.
 */
export function keptByHeight<T>(
  most: number,
  read: (height: number) => Promise<T | undefined>,
): (height: number) => Promise<T | undefined> {
  const kept = new RecentMap<number, T>(most);
  const asked = new Map<number, Promise<T | undefined>>();
  async function ask(height: number): Promise<T | undefined> {
    try {
      const found = await read(height);
      if (found !== undefined) kept.set(height, found);
      return found;
    } finally {
      asked.delete(height);
    }
  }
  return (height) => {
    const known = kept.get(height);
    if (known !== undefined) return Promise.resolve(known);
    const answer = asked.get(height) ?? ask(height);
    asked.set(height, answer);
    return answer;
  };
}

/** A read that all callers share that ask while it runs. */
export function shared<T>(read: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= read().finally(() => {
      asked = undefined;
    });
    return asked;
  };
}

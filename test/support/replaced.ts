// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a function while a method of an object is another one. For tests that share their process,
 * in which a spy of vitest could stay behind: `run` must end when it returns.
 */
export function withReplaced<T extends object, K extends keyof T, R>(
  object: T,
  name: K,
  method: T[K],
  run: () => R,
): R {
  const kept = object[name];
  object[name] = method;
  try {
    return run();
  } finally {
    object[name] = kept;
  }
}

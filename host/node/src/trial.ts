// SPDX-License-Identifier: Apache-2.0
// A trial: a request first runs on a quick lane, with little work. A handler with trials takes the
// work as its first argument (undefined: no bound), and returns null when the work was not enough:
// then the answer is unknown.

type Handler = (...args: never[]) => unknown;

/** A handler's arguments after the work of the trial. */
export type TriedArgs<F extends Handler> = Parameters<F> extends [unknown, ...infer Rest] ? Rest : never;

/** A handler's answer when the work was enough. */
export type TriedAnswer<F extends Handler> = Exclude<Awaited<ReturnType<F>>, null>;

/** All arguments of a handler. */
export const withTrial = <F extends Handler>(work: number | undefined, args: TriedArgs<F>): Parameters<F> =>
  [work, ...args] as unknown as Parameters<F>; // The inverse of TriedArgs.

/** Calls with a trial, and a second time without when the work was not enough. */
export async function tryFirst<F extends Handler>(
  trial: () => Promise<Awaited<ReturnType<F>>>,
  whole: () => Promise<Awaited<ReturnType<F>>>,
): Promise<TriedAnswer<F>> {
  const tried = await trial();
  return (tried === null ? await whole() : tried) as TriedAnswer<F>; // Without a bound the answer is never null.
}

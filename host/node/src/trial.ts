// A trial: a request is run first where nothing takes long, with little work. A handler that can be tried takes the work as its first
// argument (undefined: no bound), and answers null when it gave up: nothing is known of the answer then.

type Handler = (...args: never[]) => unknown;

/** A handler's arguments behind the work of the trial. */
export type TriedArgs<F extends Handler> = Parameters<F> extends [unknown, ...infer Rest] ? Rest : never;

/** A handler's answer when it has not given up. */
export type TriedAnswer<F extends Handler> = Exclude<Awaited<ReturnType<F>>, null>;

/** All arguments of a handler. */
export const withTrial = <F extends Handler>(work: number | undefined, args: TriedArgs<F>): Parameters<F> =>
  [work, ...args] as unknown as Parameters<F>; // What TriedArgs took apart.

/** Asks with a trial, and again without when it gave up. */
export async function tryFirst<F extends Handler>(
  trial: () => Promise<Awaited<ReturnType<F>>>,
  whole: () => Promise<Awaited<ReturnType<F>>>,
): Promise<TriedAnswer<F>> {
  const tried = await trial();
  return (tried === null ? await whole() : tried) as TriedAnswer<F>; // Without a bound nothing gives up.
}

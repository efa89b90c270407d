// SPDX-License-Identifier: Apache-2.0
import { setCompilers } from "../compilers.ts";
import type { EndpointsData } from "../runEndpoints.ts";
import { prepareThreads } from "./kinds.ts";
import { serveThread, threadData } from "./port.ts";

// The endpoints, the pace of blocks and the start of the other threads: a thread, so that its heap
// has a bound, which the program's first thread cannot have without flags of V8.
const data = await threadData<EndpointsData>();
setCompilers();
const prepared = prepareThreads(data.config);
// What follows takes half a second to load, in which the prepared threads load, too.
const { runEndpoints } = await import("../runEndpoints.ts");
try {
  serveThread(await runEndpoints(data, prepared));
} finally {
  await Promise.all([...prepared.values()].map((thread) => thread.drop()));
}

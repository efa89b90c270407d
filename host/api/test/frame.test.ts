// SPDX-License-Identifier: Apache-2.0
/** The APIs serve an additional module without a change in them. */
import { toUtf8 } from "@sotto/bytes";
import { expect, test } from "vitest";
import { counterChain } from "../../../test/frame/counter/chain.ts";
import { openNode } from "../../../test/support/node.ts";
import { createRest, createRoutes } from "../src/index.ts";

async function textOf({ body }: { readonly body: unknown }): Promise<string> {
  if (body instanceof Uint8Array) return toUtf8(body) ?? "";
  if (typeof body === "string") return body;
  let text = "";
  for await (const piece of body as AsyncIterable<Uint8Array | string>) {
    text += typeof piece === "string" ? piece : toUtf8(piece);
  }
  return text;
}

test("the counter is served over REST and ABCI", async () => {
  const node = openNode(counterChain);
  try {
    const rest = createRest(node.backend, createRoutes(node.backend));
    node.produce();
    const answer = await rest({
      method: "GET",
      url: "/test/counter/value",
      headers: {},
      body: new Uint8Array(0),
    } as never);
    expect(answer.status).toBe(200);
    expect(await textOf(answer)).toBe('{"value":"7"}');
    const { code, value: raw } = await node.backend.abciQuery({
      path: "/sotto.test.counter.DueQuery/Due",
      data: new Uint8Array(0),
      height: 0,
      prove: false,
    });
    expect([code, raw.length]).toEqual([0, 0]);
  } finally {
    await node.close();
  }
});

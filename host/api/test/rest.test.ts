import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRest, createRoutes, type Rest } from "../src/index.ts";
import { openNode, payment, type TestNode } from "./node.ts";

let node: TestNode;
let rest: Rest;

const get = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await rest({ method: "GET", url, headers, body: new Uint8Array(0) });
  return { ...answer, text: toUtf8(answer.body) ?? "" };
};

beforeAll(() => {
  node = openNode();
  rest = createRest(node.backend, createRoutes(node.backend));
  node.produce([]);
});
afterAll(() => node.close());

describe("x", () => {
  it("y", async () => {
    for (const url of [
      "/cosmos/base/tendermint/v1beta1/blocks/latest?",
      "/cosmos/base/tendermint/v1beta1/node_info",
      "/cosmos/auth/v1beta1/accounts?pagination.limit=2",
      "/cosmos/bank/v1beta1/balances/x",
      "/registration/v1beta1/tx-key",
      "/cosmos/base/node/v1beta1/config",
      "/cosmos/base/node/v1beta1/status",
      "/cosmos/base/tendermint/v1beta1/validatorsets/latest",
      "/cosmos/bank/v1beta1/denoms_metadata",
      "/compute/v1beta1/codes",
      "/nothing",
      "/cosmos/tx/v1beta1/txs/ABCD",
      "/compute/v1beta1/query/secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03?query=AAAA",
    ]) {
      const r = await get(url);
      console.log(url, r.status, r.text.slice(0, 1500));
    }
    const { backend } = node;
    const tx = payment(0n);
    const r = await rest({
      method: "POST",
      url: "/cosmos/tx/v1beta1/txs",
      headers: {},
      body: fromUtf8(JSON.stringify({ txBytes: Buffer.from(tx).toString("base64"), mode: "BROADCAST_MODE_SYNC" })),
    });
    console.log(r.status, toUtf8(r.body));
    node.produce();
    console.log((await get("/cosmos/tx/v1beta1/txs/" + toHex(sha256(tx)).toUpperCase())).text);
    console.log(node.faults);
  });
});

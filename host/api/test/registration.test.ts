// SPDX-License-Identifier: Apache-2.0
/** A node registers, and finds its seeds over REST and gRPC. */
import { create } from "@bufbuild/protobuf";
import { parseAddress } from "@sotto/address";
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import {
  Query,
  QueryEncryptedSeedResponseSchema,
  RaAuthenticateSchema,
} from "@sotto/proto/secret.registration.v1beta1";
import { afterAll, beforeAll, expect, it } from "vitest";
import { a, CHAIN_ID, openNode, sign, type TestNode, textOf } from "../../../test/support/node.ts";
import { freshEnclave, nodeRequest } from "../../../test/support/registering.ts";
import { createRest, createRoutes, grpcMethods } from "../src/index.ts";

let node: TestNode;
const joining = freshEnclave().createNode(nodeRequest(CHAIN_ID));
const PATH = "/registration/v1beta1/encrypted-seed/";

beforeAll(() => {
  node = openNode();
  node.produce([]);
});
afterAll(() => node.close());

const get = async (url: string) => {
  const rest = createRest(node.backend, createRoutes(node.backend));
  const { status, body } = await rest({ method: "GET", url, headers: {}, body: fromUtf8("") });
  return { status, json: JSON.parse(textOf(body)) };
};
const inPath = (key: Uint8Array): string => PATH + encodeURIComponent(toBase64(key));

it("first unknown, then with its seeds, the same over both", async () => {
  expect(await get(inPath(joining.publicKey))).toMatchObject({
    status: 500,
    json: { message: expect.stringContaining("Node has not been authenticated yet") },
  });
  const { certificate } = joining;
  const message = create(RaAuthenticateSchema, { sender: parseAddress(a.text), certificate });
  const result = node.produce([sign(packAny(RaAuthenticateSchema, message), 0n, 200_000n)]);
  const seed = result.txResults[0]?.events
    .flatMap(({ attributes }) => attributes)
    .find(([key]) => key === "encrypted_seed")?.[1];
  const { status, json } = await get(inPath(joining.publicKey));
  expect([status, `0x${toHex(Buffer.from(json.encrypted_seed, "base64"))}`]).toEqual([200, seed]);

  const { input } = Query.method.encryptedSeed;
  const method = grpcMethods(node.backend, createRoutes(node.backend)).find(
    ({ path }) => path === "/secret.registration.v1beta1.Query/EncryptedSeed",
  );
  const answer = await method?.call(encode(input, create(input, { pubKey: joining.publicKey })), undefined);
  const { encryptedSeed } = decode(QueryEncryptedSeedResponseSchema, answer?.value ?? new Uint8Array(0));
  expect(toBase64(encryptedSeed)).toBe(json.encrypted_seed);
});

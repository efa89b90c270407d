// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { ParamsSchema, type SendEnabled, SendEnabledSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { openStore } from "@sotto/store";
import { afterAll, expect, test } from "vitest";
import { Branch, createCtx, freezeRows, GasMeter, NO_LIMIT, protoValue, stateOf } from "../src/index.ts";

const store = openStore({ path: undefined, stores: ["test"], pruning: { keepVersions: undefined }, noSync: true });
afterAll(() => store.close());

const params = stateOf("test").item(0x01, protoValue(ParamsSchema));
const BLOCK = { chainId: "test-1", height: 1, time: 1n };

/** A context over a branch. */
function over(branch: Branch) {
  return createCtx({ mode: "deliver", block: BLOCK, gas: new GasMeter(NO_LIMIT), branch });
}

test("a row that a dropped branch has read cannot be changed for the branches below it", () => {
  freezeRows();
  const below = new Branch(store.snapshot());
  const ctx = over(below);
  const sendEnabled = [create(SendEnabledSchema, { denom: "uscrt", enabled: true })];
  params.set(ctx, create(ParamsSchema, { sendEnabled, defaultSendEnabled: true }));
  const branch = below.branch();
  const read = params.get(over(branch));
  expect(read).toBe(params.get(ctx));
  expect(() => {
    // @ts-expect-error A row that was read is read-only, at any depth.
    if (read !== undefined) read.defaultSendEnabled = false;
  }).toThrow(TypeError);
  expect(() => {
    // @ts-expect-error As above.
    read?.sendEnabled.push(create(SendEnabledSchema, { denom: "other" }));
  }).toThrow(TypeError);
  expect(() => {
    const [first] = (read?.sendEnabled ?? []) as SendEnabled[];
    if (first !== undefined) first.enabled = false;
  }).toThrow(TypeError);
  expect(params.get(ctx)).toMatchObject({ defaultSendEnabled: true, sendEnabled: [{ denom: "uscrt", enabled: true }] });
});

test("a changed row is a new one", () => {
  const ctx = over(new Branch(store.snapshot()));
  params.set(ctx, create(ParamsSchema, { defaultSendEnabled: true }));
  const read = params.get(ctx);
  if (read === undefined) throw new Error("no row");
  params.set(ctx, { ...read, defaultSendEnabled: false });
  expect(params.get(ctx)?.defaultSendEnabled).toBe(false);
  expect(read.defaultSendEnabled).toBe(true);
});

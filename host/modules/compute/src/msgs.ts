// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { sha256 } from "@sotto/crypto";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import { CodeInfoSchema, type Msg } from "@sotto/proto/secret.compute.v1beta1";
import { fundsOf } from "./checks.ts";
import { ComputeError } from "./errors.ts";
import { senderEvent, storeCodeEvents } from "./events.ts";
import { governance } from "./governance.ts";
import { FROM_TX } from "./inputs.ts";
import type { ComputeKeeper } from "./keeper.ts";
import { state } from "./state.ts";
import { checkCode, MAX_SUBMITTED, unpack } from "./upload.ts";

/** 0.8 gas a byte. */
const DEFAULT_COMPILE_COST = "800000000000000000";
const SCALE = 10n ** 18n;

/**
 * SDK gas for `length` bytes at a price in the wire form of a Dec (scaled by 10^18), rounded half
 * to even.
 */
function compileGas(price: string, length: number): number {
  // Compat: a price below 0 costs all gas (x/compute keeper/keeper.go Create, uint64).
  if (price.startsWith("-")) return Number.MAX_SAFE_INTEGER;
  const exact = BigInt(price) * BigInt(length);
  const whole = exact / SCALE;
  const twice = (exact % SCALE) * 2n;
  return Number(twice > SCALE || (twice === SCALE && whole % 2n === 1n) ? whole + 1n : whole);
}

const withData = (data: Uint8Array | undefined) => (data === undefined ? {} : { data });

export const msgs = (compute: ComputeKeeper): Handlers<typeof Msg, WriteCtx> => ({
  storeCode(ctx, { sender, wasmByteCode, source, builder }) {
    const code = unpack(wasmByteCode);
    const params = compute.params(ctx);
    const limit = Number(params?.maxContractSize ?? BigInt(MAX_SUBMITTED));
    if (code.length > limit) throw ComputeError.maxContractSize();
    ctx.gas.consume(compileGas(params?.compileCost ?? DEFAULT_COMPILE_COST, code.length), "Compiling WASM Bytecode");
    checkCode(code);
    const codeHash = ctx.mode === "simulate" ? sha256(code) : compute.needs.putBlob(code);
    const codeId = state.nextCodeId.get(ctx) ?? 1n;
    state.nextCodeId.set(ctx, codeId + 1n);
    state.codes.set(ctx, codeId, create(CodeInfoSchema, { codeHash, creator: sender, source, builder }));
    for (const event of storeCodeEvents(formatAddress(sender), codeId)) ctx.emit(event);
    return { codeId };
  },

  instantiateContract(ctx, { sender, codeId, label, initMsg, initFunds, admin }) {
    const input = { sender, codeId, label, msg: initMsg, funds: fundsOf(initFunds), admin };
    const { contract, data } = compute.instantiate(ctx, input, FROM_TX);
    return { address: formatAddress(contract), ...withData(data) };
  },

  executeContract: (ctx, { sender, contract, msg, sentFunds }) =>
    withData(compute.execute(ctx, { sender, contract, msg, funds: fundsOf(sentFunds) }, FROM_TX)),

  migrateContract(ctx, { sender, contract, codeId, msg }) {
    const input = { sender: mustAddress(sender), contract: mustAddress(contract), codeId, msg };
    ctx.emit(senderEvent(sender));
    return withData(compute.migrate(ctx, input, FROM_TX));
  },

  updateAdmin(ctx, { sender, newAdmin, contract }) {
    const input = { sender: mustAddress(sender), contract: mustAddress(contract), newAdmin };
    ctx.emit(senderEvent(sender));
    compute.updateAdmin(ctx, input, FROM_TX);
    return {};
  },

  clearAdmin(ctx, { sender, contract }) {
    const input = { sender: mustAddress(sender), contract: mustAddress(contract), newAdmin: "" };
    ctx.emit(senderEvent(sender));
    compute.updateAdmin(ctx, input, FROM_TX);
    return {};
  },

  ...governance,
});

// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import type { WriteCtx } from "@sotto/kernel";
import { coinsWhere } from "@sotto/math/coins";
import { CallKind } from "@sotto/protocol";
import { mustCode, mustContract, refOf } from "../contracts.ts";
import { ComputeError } from "../errors.ts";
import { executeEvent, messageEvent } from "../events.ts";
import type { ExecuteInput, Origin } from "../inputs.ts";
import { begin, type CallPath, pay, runCall } from "./path.ts";
import { assertSigned, callBase } from "./sender.ts";

export function execute(path: CallPath, ctx: WriteCtx, input: ExecuteInput, origin: Origin): Uint8Array | undefined {
  const { sender, contract, funds } = input;
  const { needs } = path;
  begin(ctx, ComputeError.executeFailed);
  assertSigned(needs, ctx, origin, sender);
  const address = formatAddress(contract);
  ctx.emit(messageEvent(formatAddress(sender), address));
  const info = mustContract(ctx, contract);
  const { codeHash } = mustCode(ctx, info.codeId);
  // Compat: relayers use coins with the prefix `cw20:` for their records; these coins are not funds
  // (x/compute keeper.go Execute).
  const moved = coinsWhere(funds, (denom) => !denom.startsWith("cw20:"));
  pay(path, ctx, { from: sender, to: contract, all: funds }, moved);
  const base = callBase(ctx, origin, sender, ComputeError.executeFailed);
  const request = { ...base, kind: CallKind.execute, contract: refOf(ctx, contract, info, codeHash) };
  return runCall(path, ctx, {
    contract,
    depth: origin.depth,
    failed: ComputeError.executeFailed,
    send: (last, host) => needs.enclave.call({ ...request, ...last }, host),
    record({ isV1 }) {
      if (isV1) ctx.emit(executeEvent(address));
    },
  });
}

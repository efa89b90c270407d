// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import type { WriteCtx } from "@sotto/kernel";
import { chargeInstance } from "../call.ts";
import { mustCode, mustContract, refOf } from "../contracts.ts";
import { ComputeError } from "../errors.ts";
import { replyEvent } from "../events.ts";
import type { ReplyInput } from "../inputs.ts";
import { currentTxCounter } from "../records.ts";
import { type CallPath, runCall } from "./path.ts";

export function reply(path: CallPath, ctx: WriteCtx, input: ReplyInput): Uint8Array | undefined {
  const { contract, depth, ...outcome } = input;
  const info = mustContract(ctx, contract);
  const { codeHash } = mustCode(ctx, info.codeId);
  chargeInstance(ctx);
  const request = { ...outcome, contract: refOf(ctx, contract, info, codeHash), txCounter: currentTxCounter(ctx) };
  return runCall(path, ctx, {
    contract,
    depth,
    failed: ComputeError.replyFailed,
    isReply: true,
    send: ({ gasLimit }, host) => path.needs.enclave.reply({ ...request, gasLimit }, host),
    record: () => ctx.emit(replyEvent(formatAddress(contract))),
  });
}

// SPDX-License-Identifier: Apache-2.0
import { getAddress, mustAddress } from "@sotto/address";
import { fromHex, fromUtf8 } from "@sotto/bytes";
import { ChainError, plainError, SdkError } from "@sotto/errors";
import type { Frozen } from "@sotto/kernel";
import { HASH_TEXT } from "@sotto/message";
import type { MsgExecuteContract, Params, Schedule } from "@sotto/proto/secret.cron";

/**
 * Limits of Sotto: the calls of one schedule must fit in one block beside the transactions of
 * users. The reference has no limits.
 */
export const MAX_NAME_BYTES = 128;
export const MAX_CALLS = 16;
export const MAX_TEXT_BYTES = 16_384;

const invalid = (text: string): ChainError => SdkError.invalidRequest(text);

/** Runs a check; its failure gets the text in front. */
export function named<T>(text: string, run: () => T): T {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(text) : thrown;
  }
}

/** The reference finds these faults when it executes, and then skips the schedule silently. */
function assertCall({ contract, msg }: Frozen<MsgExecuteContract>, index: number): void {
  const which = `message ${index}`;
  if (getAddress(contract) === undefined) throw SdkError.invalidAddress(`${which}: contract ${contract.slice(0, 128)}`);
  const { length } = fromUtf8(msg);
  if (length > MAX_TEXT_BYTES) throw invalid(`${which} has ${length} bytes, at most ${MAX_TEXT_BYTES}`);
  if (msg.length <= HASH_TEXT || fromHex(msg.slice(0, HASH_TEXT)) === undefined) {
    throw invalid(`${which} must be the code hash of the contract in hex, ${HASH_TEXT} characters, and then JSON`);
  }
}

export function assertName(name: string): void {
  if (name === "") throw invalid("name is invalid");
  const { length } = fromUtf8(name);
  if (length > MAX_NAME_BYTES) throw invalid(`name has ${length} bytes, at most ${MAX_NAME_BYTES}`);
}

/** The texts of the reference come first (x/cron types/tx.go, Validate). */
export function assertSchedule({ name, period, msgs }: Pick<Frozen<Schedule>, "name" | "period" | "msgs">): void {
  assertName(name);
  if (period === 0n) throw invalid("period is invalid");
  if (msgs.length === 0) throw invalid("msgs should not be empty");
  if (msgs.length > MAX_CALLS) throw invalid(`there are ${msgs.length} msgs, at most ${MAX_CALLS}`);
  msgs.forEach(assertCall);
}

/** x/cron types/params.go, Validate. */
export function assertParams({ securityAddress, limit }: Frozen<Params>): void {
  if (securityAddress !== "") {
    named("invalid security address: invalid address", () => mustAddress(securityAddress));
  }
  if (limit === 0n) throw plainError("invalid limit: limit cannot be zero");
}

// SPDX-License-Identifier: Apache-2.0
import { join } from "node:path";
import { openBlockLog } from "@sotto/blocks";
import { beU64, fromUtf8 } from "@sotto/bytes";
import { encodeValidatorSet } from "@sotto/comet";
import { Lmdb } from "@sotto/store";

/**
 * As after a kill between CometBFT's save of a block and the node's: the log ends one block
 * earlier. Returns its last height.
 */
export function forgetLastBlock(folder: string): number {
  const path = join(folder, "blocks");
  const log = openBlockLog({ path, readOnly: true });
  const { height: end } = log;
  const validators = log.validators(end);
  log.close();
  if (validators === undefined) throw new Error("the log has no block");
  const lmdb = new Lmdb({ path, readOnly: false, noSync: false, name: "the block log" });
  const chain = lmdb.table("chain");
  lmdb.write(() => {
    chain.put(fromUtf8("last"), beU64(BigInt(end - 1)));
    chain.put(fromUtf8("nextValidators"), encodeValidatorSet(validators));
  });
  lmdb.close();
  const shorter = openBlockLog({ path, readOnly: true });
  const { height } = shorter;
  shorter.close();
  return height;
}

// SPDX-License-Identifier: Apache-2.0
/** For every invariant of every module: rows that break it, and the text of the violation. */
import { create } from "@bufbuild/protobuf";
import { AnySchema } from "@bufbuild/protobuf/wkt";
import { beU64, concat, fromUtf8 } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import type { Branch } from "@sotto/kernel";
import { BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { ConsensusParamsSchema } from "@sotto/proto/tendermint.types";
import { change, type Fault, gone, key, NONE, of, put, stranger, type Value } from "./faultRows.ts";
import { stakingFaults } from "./stakingFaults.ts";

const flipped = (value: Uint8Array): Uint8Array => value.map((byte, i) => (i === 9 ? byte ^ 1 : byte));
const text = fromUtf8;

/** Gives the first base account another account's address. */
function renamed(value: Uint8Array): Value | "other" {
  const any = decode(AnySchema, value);
  if (any.typeUrl !== `/${BaseAccountSchema.typeName}`) return "other";
  const account = { ...decode(BaseAccountSchema, any.value), address: "secret1other" };
  return encode(AnySchema, packAny(BaseAccountSchema, account));
}

function signedByModule(value: Uint8Array): Value | "other" {
  const any = decode(AnySchema, value);
  if (any.typeUrl !== `/${ModuleAccountSchema.typeName}`) return "other";
  const account = decode(ModuleAccountSchema, any.value);
  if (account.baseAccount !== undefined) account.baseAccount.sequence = 1n;
  return encode(AnySchema, packAny(ModuleAccountSchema, account));
}

function secondLabel(branch: Branch): void {
  const [contract] = branch.store("compute").iterate(Uint8Array.of(0x02), Uint8Array.of(0x03));
  if (contract === undefined) throw new Error("no contract");
  put("compute", key(0x07, text("x")), contract[0].slice(1))(branch);
}

const blockParams = (maxBytes: bigint, maxGas: bigint) =>
  put(
    "consensus",
    text("Consensus"),
    encode(ConsensusParamsSchema, create(ConsensusParamsSchema, { block: { maxBytes, maxGas } })),
  );

export const faults: readonly Fault[] = [
  of("auth/account-numbers", /is not in the index/, change("acc", 0x61, gone)),
  of("auth/account-numbers", /the next one is 1$/, put("acc", key(0x02), beU64(1n))),
  of("auth/account-numbers", /but no account has it/, put("acc", concat(text("accountNumber"), beU64(99n)), stranger)),
  of(
    "auth/account-numbers",
    /the number 1 leads to 09.*, but secret.* has it/,
    put("acc", concat(text("accountNumber"), beU64(1n)), stranger),
  ),
  of("auth/account-numbers", /has the address secret1other/, change("acc", 0x01, renamed)),
  of("auth/module-accounts", /has signed/, change("acc", 0x01, signedByModule)),
  of(
    "bank/total-supply",
    /add up to \d+, the supply is \d+$/,
    change("bank", 0x02, (amount) => concat(amount, text("0"))),
  ),
  of("bank/total-supply", /there is no supply/, change("bank", 0x00, gone)),
  of(
    "bank/positive-balances",
    / has 0 /,
    change("bank", 0x02, () => text("0")),
  ),
  of(
    "bank/positive-balances",
    / has -5 /,
    change("bank", 0x02, () => text("-5")),
  ),
  of("bank/denom-owners", /is not in the index/, change("bank", 0x03, gone)),
  of("bank/denom-owners", /without a balance/, change("bank", 0x02, gone)),
  of(
    "circuit/addresses",
    /^circuit\/addresses: 0303 has permissions: /,
    put("circuit", key(0x01, Uint8Array.of(3, 3)), NONE),
  ),
  of("compute/codes", /the bytes of code 1 are missing/, change("compute", 0x01, flipped)),
  of("compute/codes", /code 2 follows code 0/, change("compute", 0x01, gone)),
  of("compute/codes", /the next code is 77/, put("compute", key(0x04, text("lastCodeId")), beU64(77n))),
  of(
    "compute/contracts",
    /has code \d+, which does not exist/,
    change("compute", 0x02, (value) => concat(value, Uint8Array.of(0x08, 77))),
  ),
  of("compute/contracts", /has no key/, change("compute", 0x06, gone)),
  of("compute/contracts", /history/, change("compute", 0x09, gone)),
  of("compute/contracts", /is listed nowhere/, change("compute", 0x0a, gone)),
  of("compute/contracts", /the next one is 77/, put("compute", key(0x04, text("lastContractId")), beU64(77n))),
  of("compute/labels", /has no label/, change("compute", 0x07, gone)),
  of("compute/labels", /a label of .*does not exist/, put("compute", key(0x07, text("x")), stranger)),
  of("compute/labels", /has more labels than/, secondLabel),
  of("compute/orphans", /rows of/, put("compute", key(0x03, stranger, Uint8Array.of(1, 1)), stranger)),
  of("compute/orphans", /a key of/, put("compute", key(0x06, stranger), NONE)),
  of("compute/orphans", /a history of/, put("compute", key(0x09, stranger, beU64(1n)), NONE)),
  of(
    "compute/orphans",
    /an entry under a code of/,
    put("compute", key(0x0a, beU64(1n), beU64(1n), beU64(1n), stranger), NONE),
  ),
  of("consensus/params", /there are no parameters/, put("consensus", text("Consensus"), NONE)),
  of("consensus/params", /at most 0 bytes/, blockParams(0n, -1n)),
  of("consensus/params", /at most -2 gas/, blockParams(1n, -2n)),
  of("cron/count", /there are 0 schedules, the row says 7/, put("cron", key(0x02), Uint8Array.of(0x08, 7))),
  of("cron/due", /ghost is not due at 9/, put("cron", key(0x04, beU64(9n), text("ghost")), NONE)),
  of("cron/next", /ghost runs in the next block/, put("cron", key(0x05, new Uint8Array(4)), text("ghost"))),
  of("register/master-keys", /is missing/, change("register", 0x02, gone)),
  of("register/master-keys", /MasterKey is/, change("register", 0x02, flipped)),
  of("register/nodes", /has no certificate of its own/, put("register", key(0x01, Uint8Array.of(1, 7)), NONE)),
  ...stakingFaults,
];

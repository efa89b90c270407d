import { create } from "@bufbuild/protobuf";
import { type Any, AnySchema } from "@bufbuild/protobuf/wkt";
import { decode, encode } from "@sotto/codec";
import { assert, SdkError } from "@sotto/errors";
import { type BaseAccount, BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";

export const BASE = "/cosmos.auth.v1beta1.BaseAccount";
export const MODULE = "/cosmos.auth.v1beta1.ModuleAccount";

/** The base account inside an account of any known type. */
export function baseOf(account: Any): BaseAccount {
  const known = bases.get(account);
  if (known !== undefined) return known;
  const base = readBase(account);
  bases.set(account, base);
  return base;
}

/** Bases of accounts that were read, as long as the account itself is kept. */
const bases = new WeakMap<Any, BaseAccount>();

function readBase(account: Any): BaseAccount {
  if (account.typeUrl === BASE) return decode(BaseAccountSchema, account.value);
  if (account.typeUrl === MODULE) {
    const { baseAccount } = decode(ModuleAccountSchema, account.value);
    assert(baseAccount !== undefined, "a module account has no base account");
    return baseAccount;
  }
  throw SdkError.invalidType(`unknown account type ${account.typeUrl}`);
}

function rebuilt(account: Any, base: BaseAccount): Any {
  if (account.typeUrl === BASE) return create(AnySchema, { typeUrl: BASE, value: encode(BaseAccountSchema, base) });
  const module = decode(ModuleAccountSchema, account.value);
  return create(AnySchema, { typeUrl: MODULE, value: encode(ModuleAccountSchema, { ...module, baseAccount: base }) });
}

/** The account with another base, which must be one that was read or made by `create`, and is not changed afterwards. */
export function withBase(account: Any, base: BaseAccount): Any {
  const changed = rebuilt(account, base);
  bases.set(changed, base);
  return changed;
}

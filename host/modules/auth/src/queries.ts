import { formatAddress, moduleAddress, parseAddress, prefix } from "@sotto/address";
import { SdkError } from "@sotto/errors";
import { type Handlers, paginate, type ReadCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.auth.v1beta1";
import { baseOf } from "./account.ts";
import type { AuthKeeper } from "./keeper.ts";
import { state } from "./state.ts";

export const queries = (auth: AuthKeeper): Handlers<typeof Query, ReadCtx> => {
  const mustAccount = (ctx: ReadCtx, text: string) => {
    if (text === "") throw SdkError.invalidRequest("Address cannot be empty");
    const account = auth.account(ctx, parseAddress(text));
    // Relayers look for the gRPC status NotFound in this text (clients.md 5.3).
    if (account === undefined) throw SdkError.keyNotFound(`account ${text} not found`);
    return account;
  };
  const moduleAccount = (ctx: ReadCtx, name: string) => {
    const account = auth.isModule(name) ? auth.account(ctx, moduleAddress(name)) : undefined;
    if (account === undefined) throw SdkError.keyNotFound(`account ${name.slice(0, 64)} not found`);
    return account;
  };
  return {
    accounts(ctx, { pagination }) {
      const page = paginate(ctx, state.accounts, pagination, {}, (_address, account) => account);
      return { accounts: [...page.rows], pagination: page.pagination };
    },
    account: (ctx, { address }) => ({ account: mustAccount(ctx, address) }),
    accountAddressByID(ctx, { accountId }) {
      const address = state.byNumber.get(ctx, accountId);
      if (address === undefined)
        throw SdkError.keyNotFound(`account address not found with account number ${accountId}`);
      return { accountAddress: formatAddress(address) };
    },
    params: (ctx) => ({ params: auth.params(ctx) }),
    moduleAccounts(ctx) {
      const found = auth.moduleNames.map((name) => auth.account(ctx, moduleAddress(name)));
      return { accounts: found.filter((account) => account !== undefined) };
    },
    moduleAccountByName: (ctx, { name }) => ({ account: moduleAccount(ctx, name) }),
    bech32Prefix: () => ({ bech32Prefix: prefix.account }),
    addressBytesToString: (_ctx, { addressBytes }) => ({ addressString: formatAddress(addressBytes) }),
    addressStringToBytes: (_ctx, { addressString }) => ({ addressBytes: parseAddress(addressString) }),
    accountInfo: (ctx, { address }) => ({ info: baseOf(mustAccount(ctx, address)) }),
  };
};

// SPDX-License-Identifier: Apache-2.0
import { formatAddress, moduleAddress, prefix } from "@sotto/address";
import { GrpcError, plainError } from "@sotto/errors";
import { addressArgument, type Handlers, paginate, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import type { Query } from "@sotto/proto/cosmos.auth.v1beta1";
import type { AuthKeeper } from "./keeper.ts";

export const queries = (auth: AuthKeeper): Handlers<typeof Query, ReadCtx> => {
  const mustAccount = (ctx: ReadCtx, text: string, empty: string) => {
    if (text === "") throw GrpcError.invalidArgument(empty);
    const account = auth.account(ctx, addressArgument(text));
    // Relayers search the error's text for the gRPC status NotFound.
    if (account === undefined) throw GrpcError.notFound(`account ${text} not found`);
    return account;
  };
  /**
   * Compat: the reference creates a missing account of a module, with the next number, and drops it
   * after the query (x/auth keeper/grpc_query.go).
   */
  const moduleAccount = (ctx: WriteCtx, name: string) => {
    const address = moduleAddress(name);
    const known = auth.account(ctx, address);
    if (known !== undefined) return known;
    auth.ensureModule(ctx, name);
    return auth.account(ctx, address);
  };
  return {
    accounts(ctx, { pagination }) {
      const page = paginate(ctx, auth.state.accounts, pagination, {}, (_address, account) => account);
      return { accounts: [...page.rows], pagination: page.pagination };
    },
    account: (ctx, { address }) => ({ account: mustAccount(ctx, address, "Address cannot be empty") }),
    accountAddressByID(ctx, { id, accountId }) {
      if (id !== 0n)
        throw GrpcError.invalidArgument("requesting with id isn't supported, try to request using account-id");
      const address = auth.state.byNumber.get(ctx, accountId);
      if (address === undefined) throw GrpcError.notFound(`account address not found with account number ${accountId}`);
      return { accountAddress: formatAddress(address) };
    },
    params: (ctx) => ({ params: auth.params(ctx) }),
    moduleAccounts(ctx) {
      const scratch = ctx.scratch();
      const found = [...auth.moduleNames].sort((a, b) => (a < b ? -1 : 1)).map((name) => moduleAccount(scratch, name));
      return { accounts: found.filter((account) => account !== undefined) };
    },
    moduleAccountByName(ctx, { name }) {
      if (name === "") throw GrpcError.invalidArgument("module name is empty");
      if (!auth.isModule(name)) throw GrpcError.notFound(`account ${name} not found`);
      return { account: moduleAccount(ctx.scratch(), name) };
    },
    bech32Prefix: () => ({ bech32Prefix: prefix.account }),
    addressBytesToString(_ctx, { addressBytes }) {
      if (addressBytes.length === 0) throw plainError("empty address bytes is not allowed");
      return { addressString: formatAddress(addressBytes) };
    },
    addressStringToBytes: (_ctx, { addressString }) => ({ addressBytes: addressArgument(addressString) }),
    accountInfo: (ctx, { address }) => ({
      info: { ...auth.baseOf(mustAccount(ctx, address, "address cannot be empty")), address },
    }),
  };
};

/** The state of a chain as the module parts of a genesis file, in the text that a node reads at its start. */
import { create, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";
import { gatewayJson } from "@sotto/codec";
import { Branch, createCtx, GasMeter, type Genesis, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { chainTypes } from "@sotto/tx";
import { auth } from "@sotto/x-auth";
import { bank } from "@sotto/x-bank";
import { registration } from "@sotto/x-registration";
import { CHAIN_ID, type RecordedChain } from "../determinism/recordedChain.ts";

function part<K, G extends DescMessage>(schema: G, genesis: Genesis<K, G>, keeper: K, ctx: ReadCtx): string {
  const exported: MessageInitShape<G> = genesis.export(keeper, ctx);
  return gatewayJson(schema, create(schema, exported), chainTypes);
}

/** What an export reads is all in the state: the keepers need nothing of the rest of the chain for it. */
export function exportGenesis(chain: RecordedChain): Map<string, string> {
  const snapshot = chain.store.snapshot();
  try {
    const block = { chainId: CHAIN_ID, height: snapshot.version, time: 0n };
    const ctx = createCtx({ mode: "query", block, gas: new GasMeter(NO_LIMIT), branch: new Branch(snapshot) });
    const accounts = auth.keeper({ moduleAccounts: [] });
    const coins = bank.keeper({
      isBlocked: () => false,
      lockedCoins: accounts.lockedCoins,
      hasAccount: accounts.hasAccount,
      createAccount: accounts.createAccount,
    });
    return new Map([
      [auth.name, part(auth.proto.genesis, auth.genesis, accounts, ctx)],
      [bank.name, part(bank.proto.genesis, bank.genesis, coins, ctx)],
      [
        registration.name,
        part(registration.proto.genesis, registration.genesis, registration.keeper(chain.started), ctx),
      ],
    ]);
  } finally {
    snapshot.close();
  }
}

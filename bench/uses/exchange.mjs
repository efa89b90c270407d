// SPDX-License-Identifier: Apache-2.0
import { entropy } from "@sotto/contract-client";
import { ExchangeClient } from "@sotto/exchange-client";
import { MOST_WASM } from "../lib/products.mjs";

const EPOCH = 30;

/** @type {import("../lib/products.mjs").Product} */
export const product = {
  name: "exchange",
  wasm: "exchange",
  mostWasm: MOST_WASM,
  async run(stage) {
    const tokens = [await stage.token("BASE"), await stage.token("QUOTE")];
    const [base, quote] = tokens.map(({ address, codeHash: code_hash }) => ({ address, code_hash }));
    const pair = await stage.deploy({
      base,
      quote,
      entropy: entropy(),
      min_base: "1",
      min_quote: "1",
      epoch_seconds: EPOCH,
    });
    const [lp, ...traders] = ["alice", "bob", "carol", "dave"].map(
      (name) => new ExchangeClient(stage.client(name), pair),
    );
    const nextEpoch = async () => {
      stage.chain.time.advance(EPOCH);
      await lp.keepOnce();
    };
    for (const each of [lp, ...traders]) {
      await each.deposit("base", 10n ** 12n);
      await each.deposit("quote", 10n ** 12n);
    }
    const { id } = await traders[0].order({ side: "sell", amount: 1_000n });
    await traders[0].cancel(id);
    await lp.addLiquidity({ base: 10n ** 9n, quote: 10n ** 9n });
    await nextEpoch();
    for (const [i, trader] of traders.entries())
      await trader.order({ side: i === 0 ? "buy" : "sell", amount: 10n ** 6n });
    await traders[0].cover();
    await nextEpoch();
    for (const trader of traders) await trader.sync();
    await nextEpoch();
    await lp.removeLiquidity({ shares: 10n ** 6n });
    await lp.withdraw({ base: 5n });
    await traders[0].withdraw({});
  },
};

// SPDX-License-Identifier: Apache-2.0
export {
  type Act,
  type Balances,
  ExchangeClient,
  type Fill,
  type KeeperOptions,
  type Liquidity,
  type Order,
  type OrderRequest,
  type PairInfo,
  type Price,
  type Side,
} from "./client.ts";
export { type Decimals, limitOf, priceText } from "./price.ts";

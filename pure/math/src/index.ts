export {
  addCoins,
  amountOf,
  type Coin,
  type Coins,
  coinFault,
  coinsFault,
  coversCoins,
  type DecCoin,
  formatCoin,
  formatCoins,
  isDenom,
  type Parsed,
  parseCoins,
  parseDecCoin,
  parseDecCoins,
  sortCoins,
  subCoins,
  sumCoins,
  type WireCoin,
  wireCoinsFault,
} from "./coins.ts";
export { type Dec, dec, type ParsedDec } from "./dec.ts";
export { NumberFault } from "./fault.ts";
export { int, parseInteger } from "./int.ts";

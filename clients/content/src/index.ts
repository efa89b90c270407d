// SPDX-License-Identifier: Apache-2.0
export { ContentClient, KeysRefused, type SearchingClient } from "./client.ts";
export {
  ContainerRefused,
  type Header,
  type ItemInfo,
  open,
  openAll,
  type Published,
  type Sealed,
  type SealOptions,
  seal,
} from "./container.ts";
export { evidenceOfCopy, evidenceOfKeys, evidenceText, Found } from "./evidence.ts";
export { hpkeOpen, type Wrapped } from "./hpke.ts";
export { type Device, type KeySet, newDevice, unwrapKeys, variantKey, WrongDevice } from "./keys.ts";
export { lowestBits, type Mark, pcm16, raw8 } from "./marks.ts";
export {
  type Accused,
  type Config,
  type Currency,
  type Licence,
  type LicenceStatus,
  type ListedItem,
  type Sales,
  type Setup,
  type Share,
  setupMessage,
  type Terms,
} from "./messages.ts";

// SPDX-License-Identifier: Apache-2.0
export { ArgumentError } from "./argumentError.ts";
export type {
  ApiBackend,
  BlockNews,
  Broadcast,
  ConsensusState,
  Form,
  MempoolInfo,
  NodeInfo,
  RouteInfo,
  Search,
  StoredBlock,
  StoredCommit,
  StoredMeta,
  StoredResults,
  StoredTx,
} from "./backend.ts";
export { NodeError } from "./errors.ts";
export {
  elementsOf,
  firstValue,
  goBase64,
  goHex,
  kindOf,
  latin1,
  membersOf,
  misfit,
  oneValue,
  quoteBytes,
  shown,
  stringOf,
  utf8Of,
} from "./goJson.ts";
export {
  type Body,
  bodyLength,
  HEIGHT_HEADER,
  type HttpRequest,
  type HttpResponse,
  parseHeight,
  type Refusal,
  type WholeResponse,
} from "./http.ts";
export { percentDecode } from "./percent.ts";
export { type JsonText, type Pieces, PieceWriter, textBody, textBytes, textPieces } from "./pieces.ts";
export { CHANNELS, COMET_VERSION, P2P_PROTOCOL } from "./release.ts";
export {
  type Answer,
  type ApiRoute,
  type AsyncHandlers,
  chainRoute,
  faultStatus,
  HISTORY,
  type JsonAnswer,
  routesOf,
  serviceRoutes,
} from "./route.ts";
export { Code, codeName, httpStatus, StatusError, statusOf } from "./status.ts";
export { earlier, mustMeta, noBlock, upperHex } from "./stored.ts";

// SPDX-License-Identifier: Apache-2.0
import { formatAddress, prefix } from "@sotto/address";
import {
  type ApiBackend,
  type ApiRoute,
  CHANNELS,
  COMET_VERSION,
  Code,
  earlier,
  HISTORY,
  P2P_PROTOCOL,
  StatusError,
  serviceRoutes,
} from "@sotto/backend";
import { fromHex } from "@sotto/bytes";
import { BLOCK_PROTOCOL, type Validator } from "@sotto/comet";
import type { PageRequest } from "@sotto/proto/cosmos.base.query.v1beta1";
import { type ABCIQueryRequest, Service } from "@sotto/proto/cosmos.base.tendermint.v1beta1";
import { knownHeight } from "./history.ts";
import { packConsensusKey } from "./stored.ts";

// Source of behaviour and texts: cosmos-sdk v0.50, client/grpc/cmtservice.

/** The SDK release whose interface this node serves. */
const SDK_VERSION = "v0.50.13";
const DEFAULT_LIMIT = 100;
/** Limit: CometBFT rpc/core/env.go maxPerPage. */
const MAX_PER_PAGE = 100;

const never = (): never => {
  throw new StatusError(Code.internal, "block without a header");
};

const validatorOf = ({ address, publicKey, votingPower, proposerPriority }: Validator) => ({
  address: formatAddress(address, prefix.consensus),
  pubKey: packConsensusKey(publicKey),
  votingPower,
  proposerPriority,
});

async function validatorsAt(backend: ApiBackend, height: number, pagination: PageRequest | undefined) {
  const asked = pagination?.limit ?? 0n;
  const limit = asked === 0n ? DEFAULT_LIMIT : asked > BigInt(MAX_PER_PAGE) ? MAX_PER_PAGE : Number(asked);
  const set = await backend.validators(height);
  if (set === undefined) {
    const end = earlier(height, backend.earliestHeight());
    throw new StatusError(Code.notFound, `validators of height ${height} are not available on this node${end}`);
  }
  const total = set.validators.length;
  const pages = Math.max(1, Math.ceil(total / limit));
  const page = (pagination?.offset ?? 0n) / BigInt(limit) + 1n;
  if (page > BigInt(pages)) {
    throw new StatusError(Code.unknown, `page should be within [1, ${pages}] range, given ${page}`);
  }
  const from = (Number(page) - 1) * limit;
  return {
    blockHeight: BigInt(height),
    validators: set.validators.slice(from, from + limit).map(validatorOf),
    pagination: { total: BigInt(total) },
  };
}

function nodeInfo({ info }: ApiBackend) {
  const { application } = info;
  return {
    defaultNodeInfo: {
      protocolVersion: { p2p: BigInt(P2P_PROTOCOL), block: BigInt(BLOCK_PROTOCOL), app: 0n },
      defaultNodeId: info.id,
      listenAddr: info.listenAddr,
      network: info.network,
      version: COMET_VERSION,
      channels: fromHex(CHANNELS) ?? never(),
      moniker: info.moniker,
      other: { txIndex: "on", rpcAddress: info.rpcAddress },
    },
    applicationVersion: {
      name: application.name,
      appName: application.appName,
      version: application.version,
      gitCommit: application.gitCommit,
      cosmosSdkVersion: SDK_VERSION,
    },
  };
}

const AREAS = new Set(["app", "store", "p2p", "custom"]);

/** Raw reads only: the routes have their own endpoints. */
async function abciQuery(backend: ApiBackend, { path, data, height, prove }: ABCIQueryRequest) {
  if (path === "") throw new StatusError(Code.invalidArgument, "empty query path");
  if (!AREAS.has(path.split("/", 2)[1] ?? "")) {
    throw new StatusError(Code.invalidArgument, `unsupported ABCI query path: ${path.slice(0, 128)}`);
  }
  const safe = height > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(height);
  const result = await backend.abciQuery({ path, data, height: safe, prove });
  return {
    code: result.code,
    log: result.log,
    key: result.key,
    value: result.value,
    proofOps:
      result.ops.length === 0
        ? undefined
        : { ops: result.ops.map(({ type, key, data: proof }) => ({ type, key, data: proof })) },
    height: BigInt(result.height),
    codespace: result.codespace,
  };
}

/** Routes of cosmos.base.tendermint.v1beta1.Service. */
export const cometRoutes = (backend: ApiBackend): ApiRoute[] =>
  serviceRoutes(backend, Service, {
    getNodeInfo: async () => nodeInfo(backend),
    getSyncing: async () => ({ syncing: false }),
    getLatestBlock: HISTORY,
    getBlockByHeight: HISTORY,
    // Compat: the latest set is the set of the next block (rpc/core Validators).
    getLatestValidatorSet: ({ pagination }) => validatorsAt(backend, backend.latestHeight() + 1, pagination),
    getValidatorSetByHeight: ({ height, pagination }) =>
      validatorsAt(backend, knownHeight(backend.latestHeight(), height), pagination),
    aBCIQuery: (request) => abciQuery(backend, request),
  });

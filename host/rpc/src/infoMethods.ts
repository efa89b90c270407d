// SPDX-License-Identifier: Apache-2.0
import { type ApiBackend, CHANNELS, COMET_VERSION, P2P_PROTOCOL, type StoredMeta } from "@sotto/backend";
import { toBase64, toUtf8 } from "@sotto/bytes";
import { BLOCK_PROTOCOL, consensusAddress, findValidator, type Time } from "@sotto/comet";
import { abciQuery } from "./abci.ts";
import { hex, int, object, publicKeyJson, queryResultJson, text, time } from "./json.ts";
import type { Method } from "./method.ts";
import { RpcError } from "./rpcError.ts";

/** Limit: CometBFT rpc/core/env.go genesisChunkSize. */
const CHUNK_SIZE = 16 * 1024 * 1024;
const EPOCH: Time = { seconds: 0, nanos: 0 };
const NOTHING = new Uint8Array(0);

const nodeInfoJson = ({ info }: ApiBackend): string =>
  object([
    ["protocol_version", `{"p2p":${int(P2P_PROTOCOL)},"block":${int(BLOCK_PROTOCOL)},"app":"0"}`],
    ["id", text(info.id)],
    ["listen_addr", text(info.listenAddr)],
    ["network", text(info.network)],
    ["version", text(COMET_VERSION)],
    ["channels", text(CHANNELS)],
    ["moniker", text(info.moniker)],
    ["other", `{"tx_index":"on","rpc_address":${text(info.rpcAddress)}}`],
  ]);

const syncFields = (name: "latest" | "earliest", height: number, stored: StoredMeta | undefined) =>
  [
    [`${name}_block_hash`, hex(stored?.blockId.hash ?? NOTHING)],
    [`${name}_app_hash`, hex(stored?.header.appHash ?? NOTHING)],
    [`${name}_block_height`, int(height)],
    [`${name}_block_time`, time(stored?.header.time ?? EPOCH)],
  ] as const;

const status: Method = {
  parameters: [],
  async call({ backend }) {
    const latest = backend.latestHeight();
    const earliest = latest === 0 ? 0 : backend.earliestHeight();
    const at = (height: number) => (height === 0 ? undefined : backend.meta(height));
    const [newest, oldest, set] = await Promise.all([at(latest), at(earliest), backend.validators(latest + 1)]);
    const address = consensusAddress(backend.info.validator);
    const power = set === undefined ? undefined : findValidator(set, address)?.votingPower;
    return object([
      ["node_info", nodeInfoJson(backend)],
      [
        "sync_info",
        object([
          ...syncFields("latest", latest, newest),
          ...syncFields("earliest", earliest, oldest),
          ["catching_up", "false"],
        ]),
      ],
      [
        "validator_info",
        object([
          ["address", hex(address)],
          ["pub_key", publicKeyJson(backend.info.validator)],
          ["voting_power", int(power ?? 0n)],
        ]),
      ],
    ]);
  },
};

const abciInfo: Method = {
  parameters: [],
  async call({ backend }) {
    const { application } = backend.info;
    const height = backend.latestHeight();
    const meta = height === 0 ? undefined : await backend.meta(height);
    const response = object([
      ["data", text(application.name)],
      ["version", text(application.version)],
      ["last_block_height", height === 0 ? undefined : int(height)],
      ["last_block_app_hash", meta === undefined ? undefined : `"${toBase64(meta.appHash)}"`],
    ]);
    return `{"response":${response}}`;
  },
};

const query: Method = {
  parameters: [
    ["path", "string"],
    ["data", "hex"],
    ["height", "int64"],
    ["prove", "bool"],
  ],
  async call({ backend, routes }, given) {
    const request = {
      path: given.string("path"),
      data: given.bytes("data"),
      height: Number(given.int("height") ?? 0),
      prove: given.bool("prove"),
    };
    return `{"response":${queryResultJson(await abciQuery(backend, routes, request))}}`;
  },
};

const genesisChunked: Method = {
  parameters: [["chunk", "uint"]],
  async call({ backend }, given) {
    const { genesisSize } = backend;
    const total = Math.max(1, Math.ceil(genesisSize / CHUNK_SIZE));
    const chunk = given.int("chunk") ?? 0;
    if (chunk >= total) throw new RpcError(`there are ${total - 1} chunks, ${chunk} is invalid`);
    const start = Number(chunk) * CHUNK_SIZE;
    const data = toBase64(await backend.genesis(start, Math.min(start + CHUNK_SIZE, genesisSize)));
    return `{"chunk":${int(chunk)},"total":${int(total)},"data":"${data}"}`;
  },
};

/** Data of the node and of its application. */
export const infoMethods = {
  health: { parameters: [], call: async () => "{}" },
  status,
  // This node has no peers.
  net_info: { parameters: [], call: async () => '{"listening":false,"listeners":[],"n_peers":"0","peers":[]}' },
  genesis: {
    parameters: [],
    async call({ backend }) {
      if (backend.genesisSize > CHUNK_SIZE) {
        throw new RpcError("genesis response is large, please use the genesis_chunked API instead");
      }
      return `{"genesis":${toUtf8(await backend.genesis(0, backend.genesisSize)) ?? "null"}}`;
    },
  },
  genesis_chunked: genesisChunked,
  abci_info: abciInfo,
  abci_query: query,
} as const satisfies Readonly<Record<string, Method>>;

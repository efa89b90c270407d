// SPDX-License-Identifier: Apache-2.0
import { once } from "node:events";
import { closeSync, existsSync, fsyncSync, openSync, realpathSync, renameSync, rmSync, writeSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import type { Writable } from "node:stream";
import { create } from "@bufbuild/protobuf";
import { type ChainQueries, createQueryApplication, STORES } from "@sotto/app";
import { type BlockLog, openBlockLog } from "@sotto/blocks";
import { fromUtf8 } from "@sotto/bytes";
import { decode, encode, type Json } from "@sotto/codec";
import { formatTime, medianTime } from "@sotto/comet";
import { assert, EnvironmentFault } from "@sotto/errors";
import { genesisDocument } from "@sotto/local";
import { QueryParamsResponseSchema } from "@sotto/proto/cosmos.consensus.v1";
import { PubKeySchema } from "@sotto/proto/cosmos.crypto.ed25519";
import { QueryValidatorsRequestSchema, QueryValidatorsResponseSchema } from "@sotto/proto/cosmos.staking.v1beta1";
import type { ConsensusParams } from "@sotto/proto/tendermint.types";
import { openStore, syncFolder } from "@sotto/store";
import { paths } from "./config.ts";
import { reasonOf } from "./folder.ts";
import { validatorJson } from "./genesisFields.ts";
import { takeHome } from "./lock.ts";
import { NO_ENCLAVE } from "./threads/shared.ts";

export interface ExportOptions {
  readonly home: string;
  /** Height of the state; undefined: the last one. */
  readonly height: number | undefined;
  /** File; undefined: `stream`. */
  readonly output: string | undefined;
  readonly stream: Writable;
}

const NANOS = 1_000_000_000n;
const POWER_REDUCTION = 1_000_000n;
/** Validators of one query. */
const PAGE = 1_000n;

const object = (fields: Readonly<Record<string, Json>>): Json => new Map(Object.entries(fields));

function paramsJson({ block, evidence, validator, version, abci }: ConsensusParams): Json {
  const age = evidence?.maxAgeDuration;
  return object({
    block: object({ max_bytes: String(block?.maxBytes ?? 0n), max_gas: String(block?.maxGas ?? 0n) }),
    evidence: object({
      max_age_num_blocks: String(evidence?.maxAgeNumBlocks ?? 0n),
      max_age_duration: String((age?.seconds ?? 0n) * NANOS + BigInt(age?.nanos ?? 0)),
      max_bytes: String(evidence?.maxBytes ?? 0n),
    }),
    validator: object({ pub_key_types: [...(validator?.pubKeyTypes ?? [])] }),
    version: object({ app: String(version?.app ?? 0n) }),
    abci: object({ vote_extensions_enable_height: String(abci?.voteExtensionsEnableHeight ?? 0n) }),
  });
}

function ask(queries: ChainQueries, path: string, request: Uint8Array, height: number): Uint8Array {
  const route = queries.routes.get(path);
  assert(route !== undefined, `the chain has no query ${path}`);
  return queries.run(route, request, height).value;
}

/** The bonded validators by power, as the next set of consensus (x/staking WriteValidators). */
function validatorsJson(queries: ChainQueries, height: number): Json[] {
  const found: { readonly json: Json; readonly power: bigint }[] = [];
  let key: Uint8Array | undefined = new Uint8Array(0);
  while (key !== undefined) {
    const request = { status: "BOND_STATUS_BONDED", pagination: { key, limit: PAGE } };
    const bytes: Uint8Array = ask(
      queries,
      "/cosmos.staking.v1beta1.Query/Validators",
      encode(QueryValidatorsRequestSchema, create(QueryValidatorsRequestSchema, request)),
      height,
    );
    const { validators, pagination } = decode(QueryValidatorsResponseSchema, bytes);
    for (const { consensusPubkey, tokens, description } of validators) {
      assert(consensusPubkey !== undefined, "a validator without a key");
      const power = BigInt(tokens) / POWER_REDUCTION;
      const { key: pubKey } = decode(PubKeySchema, consensusPubkey.value);
      found.push({ json: validatorJson(pubKey, power, description?.moniker ?? ""), power });
    }
    key = pagination === undefined || pagination.nextKey.length === 0 ? undefined : pagination.nextKey;
  }
  return found.sort((a, b) => (a.power > b.power ? -1 : a.power < b.power ? 1 : 0)).map(({ json }) => json);
}

/** The fields of the file. The new chain goes on with the next height, at that block's time. */
function fieldsOf(queries: ChainQueries, log: BlockLog, height: number): ReadonlyMap<string, Json> {
  const meta = log.meta(height);
  const { genesis } = log;
  const time = meta === undefined ? undefined : medianTime(meta.commit, meta.validators);
  if (genesis === undefined || time === undefined) {
    throw new EnvironmentFault(`the block log of the chain lacks block ${height}`);
  }
  const answer = ask(queries, "/cosmos.consensus.v1.Query/Params", new Uint8Array(0), height);
  const { params } = decode(QueryParamsResponseSchema, answer);
  assert(params !== undefined, "a state without parameters of consensus");
  return new Map<string, Json>([
    ["genesis_time", formatTime(time)],
    ["chain_id", genesis.chainId],
    ["initial_height", String(height + 1)],
    ["consensus_params", paramsJson(params)],
    ["validators", validatorsJson(queries, height)],
    ["app_hash", ""],
  ]);
}

/** Characters that are written at once. */
const BATCH = 1 << 18;

/** Joins pieces of a few characters. */
function* batches(pieces: Iterable<string>): Generator<string> {
  let batch = "";
  for (const piece of pieces) {
    batch += piece;
    if (batch.length < BATCH) continue;
    yield batch;
    batch = "";
  }
  yield `${batch}\n`;
}

/**
 * Throws EnvironmentFault when the file cannot be written; it is written completely or not at all.
 */
function writeFile(path: string, texts: Iterable<string>): void {
  const draft = `${path}.new`;
  const run = <T>(work: () => T): T => {
    try {
      return work();
    } catch (thrown) {
      throw new EnvironmentFault(`cannot write ${path}: ${reasonOf(thrown)}; name another file with --output FILE`, {
        cause: thrown,
      });
    }
  };
  const file = run(() => openSync(draft, "w", 0o644));
  try {
    for (const text of texts) {
      const bytes = fromUtf8(text);
      for (let at = 0; at < bytes.length; ) {
        const from = at;
        at += run(() => writeSync(file, bytes, from));
      }
    }
    run(() => fsyncSync(file));
    run(() => renameSync(draft, path));
  } finally {
    closeSync(file);
    rmSync(draft, { force: true });
  }
  syncFolder(dirname(path));
}

async function writeStream(stream: Writable, texts: Iterable<string>): Promise<void> {
  for (const text of texts) if (!stream.write(text)) await once(stream, "drain");
}

/** A path whose folder has no other name; undefined when there is no such folder. */
function realPath(path: string): string | undefined {
  try {
    return join(realpathSync.native(dirname(path)), basename(path));
  } catch {
    return undefined;
  }
}

/** Refuses to replace a file of the chain, such as its own genesis: the next start reads it. */
function assertNotOfChain(home: string, output: string): void {
  const target = realPath(output);
  const isIn = (own: string | undefined): boolean =>
    own !== undefined && target !== undefined && (target === own || target.startsWith(own + sep));
  if (!Object.values(paths(home)).some((own) => isIn(realPath(own)))) return;
  throw new EnvironmentFault(`${output} belongs to the chain in ${home}; name another file with --output FILE`);
}

/** The chain of a folder, read by this thread. */
function openChain(home: string, height: number | undefined) {
  const where = paths(home);
  const none = new EnvironmentFault(`the folder ${home} holds no chain with a block; name its folder with --home DIR`);
  if (!existsSync(where.state) || !existsSync(where.log)) throw none;
  const store = openStore({ path: where.state, stores: STORES, pruning: { keepVersions: undefined }, readOnly: true });
  const log = openBlockLog({ path: where.log, readOnly: true });
  const { genesis } = log;
  if (store.version === 0 || genesis === undefined) throw none;
  const wanted = height ?? store.version;
  if (wanted > store.version || wanted < log.first) {
    throw new EnvironmentFault(`--height: the chain has the heights ${log.first} to ${store.version}`);
  }
  const queries = createQueryApplication({
    store,
    chainId: genesis.chainId,
    enclave: NO_ENCLAVE,
    // Only InitGenesis reads them.
    keys: { ioPublicKey: new Uint8Array(0), seedExchangePublicKey: new Uint8Array(0) },
    verified: new Set<string>(),
    revealErrors: false,
    queryGasLimit: 0,
    minimumGasPrice: undefined,
  });
  return { log, queries, height: wanted };
}

/**
 * Writes the state of a stopped chain as a genesis file. Throws EnvironmentFault when its node runs
 * or the folder has no chain. Memory does not grow with the state.
 */
export async function exportGenesis({ home, height: asked, output, stream }: ExportOptions): Promise<void> {
  // To take a folder makes it.
  if (!existsSync(paths(home).state)) {
    throw new EnvironmentFault(`the folder ${home} holds no chain with a block; name its folder with --home DIR`);
  }
  if (output !== undefined) assertNotOfChain(home, output);
  const release = await takeHome(home);
  try {
    const { log, queries, height } = openChain(home, asked);
    const texts = batches(genesisDocument(fieldsOf(queries, log, height), queries.exportGenesis(height)));
    if (output === undefined) await writeStream(stream, texts);
    else writeFile(output, texts);
  } finally {
    release();
  }
}

/** An in-process chain: the real application, store and enclave, with blocks made by the test. */
import { readFileSync } from "node:fs";
import {
  create,
  type DescMessage,
  type DescMethod,
  type MessageInitShape,
  type MessageShape,
} from "@bufbuild/protobuf";
import { parseAddress } from "@sotto/address";
import {
  type ChainDefinition,
  type ChainQueries,
  createApplication,
  createCheckApplication,
  createQueryApplication,
  Extra,
  secretChain,
} from "@sotto/app";
import { fromUtf8, toHex, toUtf8 } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { encodeValidatorSet } from "@sotto/comet";
import { sha256, X25519Key } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import {
  type Application,
  type BlockResult,
  type CheckApplication,
  freezeRows,
  storesOf,
  type TxResult,
} from "@sotto/kernel";
import {
  agreeMessageKey,
  decryptError,
  decryptOutput,
  encryptMessage,
  findQueryError,
  findTxErrors,
  type MessageKey,
  openAttribute,
} from "@sotto/message";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { Query as BankQuery } from "@sotto/proto/cosmos.bank.v1beta1";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  Query as ComputeQuery,
  MsgExecuteContractResponseSchema,
  MsgExecuteContractSchema,
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractResponseSchema,
  MsgMigrateContractSchema,
  MsgStoreCodeResponseSchema,
  MsgStoreCodeSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { type Channel, type EnclaveClient, enclaveClient, type StartAnswer } from "@sotto/protocol";
import { openStore, type StateStore } from "@sotto/store";
import { inlineChannel } from "@sotto/transport";
import { BlockMaker, GENESIS_TIME } from "./blocks.ts";
import { type Account, account, type Coin, type Packed, pack, type Signer, signTx, type TxInput } from "./signing.ts";

freezeRows();

export const a = account("a");
export const b = account("b");
export const c = account("c");
export const d = account("d");
export const accounts: readonly Account[] = [a, b, c, d];

export const FUNDS = 1_000_000_000_000n;

export interface ChainSetup {
  readonly chainId?: string;
  readonly seed?: Uint8Array;
  /** Folder of the database; a temporary one without. */
  readonly path?: string;
  readonly channel?: Channel;
  readonly revealErrors?: boolean;
  readonly queryGasLimit?: number;
  readonly minimumGasPrice?: { readonly denom: string; readonly perMillion: bigint };
  /** tendermint.types.ConsensusParams */
  readonly consensusParams?: Uint8Array;
  /** cosmos.bank.v1beta1.Metadata as genesis JSON. */
  readonly denomMetadata?: readonly unknown[];
  /** Type URLs of messages that the genesis switches off. */
  readonly switchedOff?: readonly string[];
  /** Coins of the funded besides uscrt. */
  readonly coins?: readonly Coin[];
  /** Whether blocks take the verdicts of `check` over signatures, as in a node; else they verify again. */
  readonly sharesVerdicts?: boolean;
  /** Addresses that are funded besides a, b, c and d. */
  readonly funded?: readonly string[];
  /** The genesis state of modules, as JSON by name, in place of the test's own accounts. */
  readonly appState?: ReadonlyMap<string, string>;
  /** Another chain than the network's. */
  readonly definition?: ChainDefinition;
}

const wasmOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../contracts/built/${name}.wasm`, import.meta.url)));
export const wasm = {
  token: wasmOf("private-token"),
  v1: wasmOf("probe-v1"),
  v010: wasmOf("probe-v010"),
} as const;
export const hashOf = (code: Uint8Array): string => toHex(sha256(code));

export const text = (bytes: Uint8Array): string => {
  const out = toUtf8(bytes);
  if (out === undefined) throw new Error("not UTF-8");
  return out;
};

const genesisState = (setup: ChainSetup): ReadonlyMap<string, string> => {
  const funded = [...accounts.map(({ address }) => address), ...(setup.funded ?? [])];
  const owners = funded.map((address) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address }));
  const coins = [...(setup.coins ?? []), { denom: "uscrt", amount: String(FUNDS) }];
  const balances = funded.map((address) => ({ address, coins }));
  const denom_metadata = setup.denomMetadata ?? [];
  return new Map([
    ["auth", JSON.stringify({ accounts: owners })],
    ["bank", JSON.stringify({ params: { default_send_enabled: true }, balances, denom_metadata })],
    ["circuit", JSON.stringify({ disabled_type_urls: setup.switchedOff ?? [] })],
  ]);
};

/** A message that was encrypted, with the key that opens what comes back. */
export interface Encrypted {
  readonly wire: Uint8Array;
  readonly key: MessageKey;
}

let nonces = 0;

/** A client of the chain that encrypts like secret.js. */
export class Client {
  readonly #key: X25519Key;
  readonly #io: Uint8Array;

  constructor(name: string, io: Uint8Array) {
    this.#key = new X25519Key(sha256(fromUtf8(`client ${name}`)));
    this.#io = io;
  }

  encrypt(codeHash: string, message: unknown): Encrypted {
    return this.encryptText(codeHash, JSON.stringify(message));
  }

  encryptText(codeHash: string, json: string): Encrypted {
    const key = agreeMessageKey(this.#key, this.#io, sha256(fromUtf8(`nonce ${nonces++}`))) as MessageKey;
    return { wire: encryptMessage(key, codeHash, json), key };
  }
}

export interface Ran {
  readonly result: TxResult;
  readonly height: number;
}

export const contractOf = (address: string): Uint8Array => parseAddress(address);

export class TestChain {
  readonly setup: ChainSetup;
  readonly chainId: string;
  readonly store: StateStore;
  readonly enclave: EnclaveClient;
  readonly started: StartAnswer;
  readonly app: Application;
  readonly queries: ChainQueries;
  readonly maker: BlockMaker;
  readonly client: Client;
  readonly #options;
  #check: CheckApplication | undefined;

  constructor(setup: ChainSetup = {}, resume?: TestChain) {
    this.setup = setup;
    this.chainId = setup.chainId ?? "sotto-test-1";
    const { path, definition = secretChain } = setup;
    const stores = storesOf(definition.modules);
    this.store = openStore({ path, stores, pruning: { keepVersions: undefined }, noSync: true });
    this.enclave = enclaveClient(setup.channel ?? inlineChannel(createEnclavePeer()));
    this.maker = resume?.maker ?? new BlockMaker(this.chainId);
    this.started = this.enclave.start({
      chainId: this.chainId,
      sealed: this.store.extra(Extra.sealed),
      driver: "sim",
      driverOptions: setup.seed ?? sha256(fromUtf8("seed of a test chain")),
      validators: encodeValidatorSet(this.maker.validators),
      initialHeight: 1,
    });
    this.#options = {
      chainId: this.chainId,
      store: this.store,
      enclave: this.enclave,
      keys: this.started,
      verified: new Set<string>(),
      revealErrors: setup.revealErrors ?? true,
      queryGasLimit: setup.queryGasLimit ?? 10_000_000,
      minimumGasPrice: setup.minimumGasPrice,
    };
    this.app = createApplication(this.#options, definition);
    this.queries = createQueryApplication(this.#options, definition);
    this.client = new Client("test", this.started.ioPublicKey);
    if (this.store.version === 0) this.#initChain();
  }

  #initChain(): void {
    const { appHash } = this.app.initChain({
      chainId: this.chainId,
      time: GENESIS_TIME,
      initialHeight: 1,
      appState: this.setup.appState ?? genesisState(this.setup),
      consensusParams: this.setup.consensusParams ?? new Uint8Array(0),
      validators: [],
    });
    this.maker.start(appHash);
    // The genesis state becomes readable with the first block.
    this.block();
  }

  /** Executes and commits one block. */
  block(...txs: readonly Uint8Array[]): BlockResult {
    const decided = this.maker.make(txs);
    const result = this.app.finalizeBlock(decided);
    const appHash = this.app.commit();
    this.maker.accept(decided, result.txResults, appHash);
    return result;
  }

  /** Executes and commits a block with one transaction. */
  deliver(tx: Uint8Array): TxResult {
    const [result] = this.block(tx).txResults;
    return result as TxResult;
  }

  get check(): CheckApplication {
    const verified = this.setup.sharesVerdicts === true ? this.#options.verified : new Set<string>();
    this.#check ??= createCheckApplication({ ...this.#options, verified }, this.setup.definition);
    return this.#check;
  }

  base(address: string) {
    const { account: any } = this.ask(AuthQuery.method.account, { address });
    if (any === undefined) throw new Error("no account");
    return decode(BaseAccountSchema, any.value);
  }

  signer(by: Account, mode?: number): Signer {
    const { accountNumber, sequence } = this.base(by.address);
    return { by, accountNumber, sequence, ...(mode === undefined ? {} : { mode }) };
  }

  /** A transaction of one account, signed in direct mode for the state of now. */
  tx(by: Account, messages: readonly Packed[], changes: Partial<TxInput> = {}): Uint8Array {
    return signTx({ chainId: this.chainId, messages, signers: [this.signer(by)], ...changes });
  }

  run(by: Account, message: Packed, changes: Partial<TxInput> = {}): TxResult {
    return this.deliver(this.tx(by, [message], changes));
  }

  /** Asks through the door that gRPC and REST use. */
  ask<M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>, height = 0): MessageShape<M["output"]> {
    const path = `/${method.parent.typeName}/${method.name}`;
    const route = this.queries.routes.get(path);
    if (route === undefined) throw new Error(`no route ${path}`);
    const { value } = this.queries.run(route, encode(method.input, create(method.input, request)), height);
    return decode(method.output, value) as MessageShape<M["output"]>;
  }

  balance(address: string, denom = "uscrt"): bigint {
    return BigInt(this.ask(BankQuery.method.balance, { address, denom }).balance?.amount ?? "0");
  }

  storeCode(code: Uint8Array, by: Account = a): bigint {
    const result = this.run(by, storeMessage(by, code), { gas: 20_000_000n });
    return responseOf(MsgStoreCodeResponseSchema, succeeded(result)).codeId;
  }

  /** Smart query; throws the ChainError of a failed one. */
  query(address: string, codeHash: string, message: unknown, height = 0): string {
    const { wire, key } = this.client.encrypt(codeHash, message);
    try {
      const asked = { contractAddress: address, query: wire };
      const { data } = this.ask(ComputeQuery.method.querySecretContract, asked, height);
      return text(opened(decryptOutput(key, data)));
    } catch (thrown) {
      const found = thrown instanceof Error ? findQueryError(thrown.message) : undefined;
      if (found === undefined) throw thrown;
      throw new QueryFailed(text(opened(decryptError(key, found))), (thrown as Error).message);
    }
  }

  close(): void {
    this.store.close();
  }
}

/** A smart query that the contract answered with an error. */
export class QueryFailed extends Error {
  readonly plain: string;

  constructor(plain: string, message: string) {
    super(message);
    this.plain = plain;
  }
}

const opened = (bytes: Uint8Array | undefined): Uint8Array => {
  if (bytes === undefined) throw new Error("does not decrypt");
  return bytes;
};

export function succeeded(result: TxResult): TxResult {
  if (result.code !== 0) throw new Error(`failed with ${result.codespace}/${result.code}: ${result.log}`);
  return result;
}

/** The response of one message of a transaction. */
export function responseOf<D extends DescMessage>(schema: D, { data }: TxResult, index = 0): MessageShape<D> {
  const response = decode(TxMsgDataSchema, data).msgResponses[index];
  if (response?.typeUrl !== `/${schema.typeName}`) throw new Error(`response is ${response?.typeUrl}`);
  return decode(schema, response.value);
}

export const storeMessage = (
  by: Account,
  code: Uint8Array,
  extra: { source?: string; builder?: string } = {},
): Packed => pack(MsgStoreCodeSchema, { sender: by.raw, wasmByteCode: code, ...extra });

/** A deployed contract with a client of its own: what tests talk to. */
export class Contract {
  readonly chain: TestChain;
  readonly address: string;
  readonly codeHash: string;
  readonly codeId: bigint;
  /** Result of the instantiation. */
  readonly created: TxResult;
  readonly createdData: string;

  constructor(
    chain: TestChain,
    parts: { address: string; codeHash: string; codeId: bigint; created: TxResult; createdData: string },
  ) {
    this.chain = chain;
    this.address = parts.address;
    this.codeHash = parts.codeHash;
    this.codeId = parts.codeId;
    this.created = parts.created;
    this.createdData = parts.createdData;
  }

  message(by: Account, message: unknown, funds: readonly Coin[] = []): { packed: Packed; key: MessageKey } {
    const { wire, key } = this.chain.client.encrypt(this.codeHash, message);
    return { key, packed: executeMessage(by, this.address, wire, funds) };
  }

  /** Executes, expecting success. */
  execute(message: unknown, options: RunOptions = {}): Executed {
    const ran = this.try(message, options);
    succeeded(ran.result);
    return ran;
  }

  try(message: unknown, { by = a, funds = [], ...changes }: RunOptions = {}): Executed {
    const { packed, key } = this.message(by, message, funds);
    const result = this.chain.run(by, packed, { gas: 5_000_000n, ...changes });
    return new Executed(result, key, MsgExecuteContractResponseSchema);
  }

  migrate(message: unknown, codeId: bigint, codeHash: string, { by = a, ...changes }: RunOptions = {}): Executed {
    const { wire, key } = this.chain.client.encrypt(codeHash, message);
    const packed = pack(MsgMigrateContractSchema, { sender: by.address, contract: this.address, codeId, msg: wire });
    const result = this.chain.run(by, packed, { gas: 5_000_000n, ...changes });
    return new Executed(result, key, MsgMigrateContractResponseSchema);
  }

  query(message: unknown): string {
    return this.chain.query(this.address, this.codeHash, message);
  }
}

export interface RunOptions extends Partial<TxInput> {
  readonly by?: Account;
  readonly funds?: readonly Coin[];
}

type DataResponse = typeof MsgExecuteContractResponseSchema | typeof MsgMigrateContractResponseSchema;

/** The result of a call as its sender sees it. */
export class Executed {
  readonly result: TxResult;
  readonly key: MessageKey;
  readonly #schema: DataResponse;

  constructor(result: TxResult, key: MessageKey, schema: DataResponse) {
    this.result = result;
    this.key = key;
    this.#schema = schema;
  }

  /** Text of the decrypted data. */
  get data(): string {
    return text(opened(decryptOutput(this.key, responseOf(this.#schema, this.result).data)));
  }

  get isEmpty(): boolean {
    return responseOf(this.#schema, this.result).data.length === 0;
  }

  /** What the probe printed. */
  get outputs(): (string | null)[] {
    return JSON.parse(this.data);
  }

  /** The error as secret.js shows it. */
  get error(): string {
    return shownError(this.result.log, this.key);
  }

  /** Attributes of the `wasm` events, decrypted where they are encrypted. */
  get logs(): [string, string][] {
    return wasmLogs(this.result, this.key);
  }
}

/** The raw log with `encrypted: <b64>` replaced, as secret.js does it. */
export function shownError(log: string, key: MessageKey): string {
  const [found] = findTxErrors(log);
  if (found === undefined) return log;
  return log.replace(/encrypted: (.+?):/, `${text(opened(decryptError(key, found.ciphertext)))}:`);
}

const shown = (key: MessageKey, value: string): string => {
  const plain = openAttribute(key.siv, value);
  return plain === undefined ? value : text(plain);
};

export const wasmLogs = ({ events }: TxResult, key: MessageKey): [string, string][] =>
  events
    .filter(({ type }) => type === "wasm")
    .flatMap(({ attributes }) => attributes.map(([k, v]): [string, string] => [shown(key, k), shown(key, v)]));

export const executeMessage = (by: Account, address: string, msg: Uint8Array, funds: readonly Coin[] = []): Packed =>
  pack(MsgExecuteContractSchema, { sender: by.raw, contract: contractOf(address), msg, sentFunds: [...funds] });

export interface Deployment {
  readonly by?: Account;
  readonly label?: string;
  readonly admin?: string;
  readonly funds?: readonly Coin[];
  readonly gas?: bigint;
}

let labels = 0;

/** Instantiates code that is stored. */
export function instantiate(
  chain: TestChain,
  codeId: bigint,
  code: Uint8Array,
  message: unknown,
  options: Deployment = {},
): Contract {
  const { by = a, label = `label ${labels++}`, admin = "", funds = [], gas = 5_000_000n } = options;
  const codeHash = hashOf(code);
  const { wire, key } = chain.client.encrypt(codeHash, message);
  const packed = pack(MsgInstantiateContractSchema, {
    sender: by.raw,
    codeId,
    label,
    initMsg: wire,
    initFunds: [...funds],
    admin,
  });
  const created = chain.run(by, packed, { gas });
  if (created.code !== 0) throw new Error(`${created.codespace}/${created.code}: ${shownError(created.log, key)}`);
  const response = responseOf(MsgInstantiateContractResponseSchema, created);
  const createdData = text(opened(decryptOutput(key, response.data)));
  return new Contract(chain, { address: response.address, codeHash, codeId, created, createdData });
}

/** Stores and instantiates. */
export const deploy = (
  chain: TestChain,
  code: Uint8Array,
  message: unknown = { ops: [] },
  options: Deployment = {},
): Contract => instantiate(chain, chain.storeCode(code), code, message, options);

/** The probe's field of this name: ops that run in the reply. */
const THEN = "then";
export const thenDo = (...ops: readonly object[]): Record<string, unknown> => ({ [THEN]: ops });

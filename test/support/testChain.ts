// SPDX-License-Identifier: Apache-2.0
/** A chain whose blocks the test makes, with funded accounts. Blocks may be forged (`maker`). */
import type { DescMethod, MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { ChainQueries } from "@sotto/app";
import { decode } from "@sotto/codec";
import {
  type Account,
  type ApplicationParts,
  account,
  ask,
  Client,
  type Coin,
  type OpenApplication,
  openApplication,
  opened,
  type Packed,
  responseOf,
  type Signer,
  signTx,
  startRequest,
  storeMessage,
  succeeded,
  type TxInput,
  text,
} from "@sotto/contract-test/parts";
import {
  type BlockResult,
  type CheckApplication,
  freezeRows,
  type NetworkApplication,
  type TxResult,
} from "@sotto/kernel";
import { decryptError, decryptOutput, findQueryError } from "@sotto/message";
import { Query as AuthQuery, BaseAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { Query as BankQuery } from "@sotto/proto/cosmos.bank.v1beta1";
import { Query as ComputeQuery, MsgStoreCodeResponseSchema } from "@sotto/proto/secret.compute.v1beta1";
import type { EnclaveClient, StartAnswer } from "@sotto/protocol";
import type { StateStore } from "@sotto/store";
import { BlockMaker, GENESIS_TIME } from "./blockMaker.ts";
import { mintPart, stakeBalance, stakingPart } from "./stake.ts";

freezeRows();

export const a = account("a");
export const b = account("b");
export const c = account("c");
export const d = account("d");
export const accounts: readonly Account[] = [a, b, c, d];

export const FUNDS = 1_000_000_000_000n;

export interface ChainSetup extends Partial<Omit<ApplicationParts, "validators">> {
  /** tendermint.types.ConsensusParams */
  readonly consensusParams?: Uint8Array;
  /** cosmos.bank.v1beta1.Metadata as genesis JSON. */
  readonly denomMetadata?: readonly unknown[];
  /** Type URLs of messages that the genesis disables. */
  readonly disabledTypes?: readonly string[];
  /** Coins of the funded accounts besides uscrt. */
  readonly coins?: readonly Coin[];
  /**
   * Whether blocks use the verdicts of `check` on signatures, as in a node; otherwise they verify
   * again.
   */
  readonly sharesVerdicts?: boolean;
  /** Addresses with funds besides a, b, c and d. */
  readonly funded?: readonly string[];
  /** The genesis state of modules as JSON, by name, in place of the test's accounts. */
  readonly appState?: ReadonlyMap<string, string>;
}

/** The genesis of the test's accounts. Their validator is bonded, unless `bonded` is false. */
export const genesisState = (setup: ChainSetup = {}, bonded = true): ReadonlyMap<string, string> => {
  const funded = [...accounts.map(({ address }) => address), ...(setup.funded ?? [])];
  const owners = funded.map((address) => ({ "@type": "/cosmos.auth.v1beta1.BaseAccount", address }));
  const coins = [...(setup.coins ?? []), { denom: "uscrt", amount: String(FUNDS) }];
  const balances = [...funded.map((address) => ({ address, coins })), ...(bonded ? [stakeBalance] : [])];
  const denom_metadata = setup.denomMetadata ?? [];
  return new Map([
    ["auth", JSON.stringify({ accounts: owners })],
    ["bank", JSON.stringify({ params: { default_send_enabled: true }, balances, denom_metadata })],
    ...(bonded ? [["staking", JSON.stringify(stakingPart)] as const] : []),
    ["mint", JSON.stringify(mintPart())],
    ["circuit", JSON.stringify({ disabled_type_urls: setup.disabledTypes ?? [] })],
  ]);
};

export class TestChain {
  readonly chainId: string;
  readonly store: StateStore;
  readonly enclave: EnclaveClient;
  readonly started: StartAnswer;
  readonly app: NetworkApplication;
  readonly queries: ChainQueries;
  readonly maker: BlockMaker;
  readonly client: Client;
  readonly #setup: ChainSetup;
  readonly #opened: OpenApplication;
  #check: CheckApplication | undefined;

  /** `resume`: a closed chain whose state is in the folder. */
  constructor(setup: ChainSetup = {}, resume?: TestChain) {
    this.#setup = setup;
    this.chainId = setup.chainId ?? "sotto-test-1";
    this.maker = resume?.maker ?? new BlockMaker(this.chainId);
    this.#opened = openApplication({ ...setup, chainId: this.chainId, validators: this.maker.validators });
    this.store = this.#opened.store;
    this.enclave = this.#opened.enclave;
    this.started = this.#opened.started;
    this.app = this.#opened.app;
    this.queries = this.#opened.queries;
    this.client = new Client("test", this.started.ioPublicKey);
    if (this.store.version === 0) this.#initChain();
  }

  #initChain(): void {
    const { appHash } = this.app.initChain({
      chainId: this.chainId,
      time: GENESIS_TIME,
      initialHeight: 1,
      appState: this.#setup.appState ?? genesisState(this.#setup),
      consensusParams: this.#setup.consensusParams ?? new Uint8Array(0),
      validators: [],
    });
    this.maker.start(appHash);
    // The genesis state becomes readable with the first block.
    this.block();
  }

  /** Executes and commits one block of the chain's own transactions and these. */
  block(...txs: readonly Uint8Array[]): BlockResult {
    const decided = this.maker.make([...this.app.ownTxs().txs, ...txs]);
    const result = this.app.finalizeBlock(decided);
    const appHash = this.app.commit();
    this.maker.accept(decided, result.txResults, appHash);
    return result;
  }

  /** Executes and commits a block with one transaction. */
  deliver(tx: Uint8Array): TxResult {
    return this.block(tx).txResults.at(-1) as TxResult;
  }

  /**
   * Starts the enclave again from its last sealed state, as a host must before it submits another
   * block of the same height.
   */
  restartEnclave(): void {
    const sealed = this.store.extra("enclave/sealed");
    this.enclave.start(startRequest({ chainId: this.chainId, validators: this.maker.validators, sealed }));
  }

  get check(): CheckApplication {
    this.#check ??= this.#opened.openCheck(this.#setup.sharesVerdicts === true);
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

  /** A transaction of one account, signed in direct mode for the current state. */
  tx(by: Account, messages: readonly Packed[], changes: Partial<TxInput> = {}): Uint8Array {
    return signTx({ chainId: this.chainId, messages, signers: [this.signer(by)], ...changes });
  }

  run(by: Account, message: Packed, changes: Partial<TxInput> = {}): TxResult {
    return this.deliver(this.tx(by, [message], changes));
  }

  /** Runs a query as the APIs do. `height` 0: the latest. */
  ask<M extends DescMethod>(method: M, request: MessageInitShape<M["input"]>, height = 0): MessageShape<M["output"]> {
    return ask(this.queries, method, request, height);
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

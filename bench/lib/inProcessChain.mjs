// A whole chain in this process: application, store on disk, sequencer with its block log, sim
// enclave inline. The parts of a node's exec thread, without threads and sockets.
import { create } from "@bufbuild/protobuf";
import { createApplication, createQueryApplication, Extra, STORES } from "@sotto/app";
import { openBlockLog } from "@sotto/blocks";
import { fromUtf8, toHex } from "@sotto/bytes";
import { decode, encode, packAny } from "@sotto/codec";
import { consensusAddress, createValidatorSet, encodeValidatorSet } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import { localGenesis } from "@sotto/local";
import { Query as AuthQuery } from "@sotto/proto/cosmos.auth.v1beta1";
import { TxMsgDataSchema } from "@sotto/proto/cosmos.base.abci.v1beta1";
import {
  MsgInstantiateContractResponseSchema,
  MsgInstantiateContractSchema,
  MsgStoreCodeResponseSchema,
  MsgStoreCodeSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { enclaveClient } from "@sotto/protocol";
import { createSequencer } from "@sotto/sequencer";
import { openStore } from "@sotto/store";
import { inlineChannel } from "@sotto/transport";
import { Cipher, executeMessage, namedKey, sign } from "./client.mjs";
import { wasmOf } from "./contracts.mjs";

const CHAIN_ID = "secretdev-1";
const GENESIS_NS = 1_700_000_000_123_456_789n;

/** A store whose next commit includes additional rows of the bench. */
function withFiller(store) {
  let filler;
  const fillNext = (next) => {
    filler = next;
  };
  const commit = (changes, extra) => {
    const rows = filler;
    filler = undefined;
    return store.commit(rows === undefined ? changes : rows(changes), extra);
  };
  return new Proxy(store, {
    get: (target, name) => {
      if (name === "commit") return commit;
      if (name === "fillNext") return fillNext;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

export class InProcessChain {
  /** Milliseconds of the parts of the last block. @type {Map<string, number>} */
  spent = new Map();
  #sequencer;
  #queries;
  #log;
  #now = GENESIS_NS;

  /** @param {string} folder @param {number} senders */
  constructor(folder, senders) {
    const stores = openStore({ path: `${folder}/state`, stores: STORES, pruning: { keepVersions: undefined } });
    this.store = withFiller(stores);
    this.#log = openBlockLog({ path: `${folder}/blocks` });
    this.users = Array.from({ length: senders }, (_, i) => namedKey(`sender ${i}`));
    const key = new Ed25519Key(sha256(fromUtf8("bench validator")));
    const genesis = localGenesis({
      chainId: CHAIN_ID,
      timeNs: GENESIS_NS,
      validatorPubKey: key.publicKey,
      funded: this.users.map(({ text }) => text),
    });
    const publicKey = { type: "ed25519", bytes: key.publicKey };
    const enclave = enclaveClient(inlineChannel(createEnclavePeer()));
    const keys = enclave.start({
      chainId: CHAIN_ID,
      sealed: this.store.extra(Extra.sealed),
      driver: "sim",
      driverOptions: sha256(fromUtf8("bench enclave")),
      validators: encodeValidatorSet(
        createValidatorSet(
          genesis.validators.map(({ power }) => ({
            address: consensusAddress(publicKey),
            publicKey,
            votingPower: power,
          })),
        ),
      ),
      initialHeight: genesis.initialHeight,
    });
    const options = {
      chainId: CHAIN_ID,
      store: this.store,
      enclave,
      keys,
      // In a node the check thread has verified every signature before; the enclave verifies each
      // itself, here too.
      verified: { has: () => true, add: () => undefined },
      revealErrors: true,
      queryGasLimit: 10_000_000,
      minimumGasPrice: undefined,
    };
    let mark = 0;
    this.#queries = createQueryApplication(options);
    this.#sequencer = createSequencer({
      app: createApplication(options),
      log: this.#log,
      key: { publicKey: key.publicKey, sign: (message) => key.sign(message) },
      genesis,
      onPhase: (phase) => {
        const now = performance.now();
        if (phase === "made") this.spent.clear();
        this.spent.set(phase, now - (phase === "made" ? this.#started : mark));
        mark = now;
      },
    });
    this.ciphers = this.users.map((_, i) => new Cipher(`sender ${i}`, keys.ioPublicKey));
    this.block([]);
    this.sequences = this.users.map(({ text }) => this.#accountOf(text));
  }

  #started = 0;

  /**
   * Makes, logs, executes and commits one block; throws unless every transaction succeeds.
   * @param {Uint8Array[]} txs
   */
  block(txs) {
    this.#now += 1_000_000_000n;
    this.#started = performance.now();
    const { result } = this.#sequencer.produce(this.#now, txs);
    const bad = result.txResults.find(({ code }) => code !== 0);
    if (bad !== undefined) throw new Error(`a transaction failed: ${bad.codespace}/${bad.code} ${bad.log}`);
    return result.txResults;
  }

  #accountOf(address) {
    const { method, typeName } = { method: AuthQuery.method.accountInfo, typeName: AuthQuery.typeName };
    const route = this.#queries.routes.get(`/${typeName}/${method.name}`);
    const { value } = this.#queries.run(route, encode(method.input, create(method.input, { address })), 0);
    const { info } = decode(method.output, value);
    return { accountNumber: info.accountNumber, sequence: info.sequence };
  }

  /** A signed transaction of a user, which counts its sequence up. */
  tx(user, gas, message) {
    const account = this.sequences[user];
    const tx = sign({ chainId: CHAIN_ID, by: this.users[user], ...account, gas, messages: [message] });
    account.sequence += 1n;
    return tx;
  }

  /** Stores and instantiates the token; all users hold much of it. */
  deployToken() {
    const code = wasmOf("contracts/built/private-token.wasm");
    this.codeHash = toHex(sha256(code));
    const run = (gas, schema, init, response) => {
      const [result] = this.block([this.tx(0, gas, packAny(schema, create(schema, init)))]);
      return decode(response, decode(TxMsgDataSchema, result.data).msgResponses[0].value);
    };
    const sender = this.users[0].address;
    const { codeId } = run(20_000_000n, MsgStoreCodeSchema, { sender, wasmByteCode: code }, MsgStoreCodeResponseSchema);
    const { wire } = this.ciphers[0].encrypt(this.codeHash, {
      name: "Token",
      symbol: "TOK",
      decimals: 6,
      prng_seed: "AAAA",
      initial_balances: this.users.map(({ text }) => ({ address: text, amount: "1000000000000" })),
    });
    const init = { sender, codeId, label: "bench", initMsg: wire };
    this.token = run(10_000_000n, MsgInstantiateContractSchema, init, MsgInstantiateContractResponseSchema).address;
  }

  /** @param {number} user @param {string} recipient */
  transfer(user, recipient) {
    const { wire } = this.ciphers[user].encrypt(this.codeHash, { transfer: { recipient, amount: "1" } });
    return this.tx(user, 250_000n, executeMessage(this.users[user], this.token, wire));
  }

  close() {
    this.#log.close();
    this.store.close();
  }
}

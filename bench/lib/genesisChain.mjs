// SPDX-License-Identifier: Apache-2.0
// A chain that begins with a genesis file of many accounts: makes such a file, imports it into
// block 1, exports the state.
// Usage: node bench/lib/genesisChain.mjs make FILE ACCOUNTS | import FOLDER FILE | export FOLDER
// FILE Prints one line of JSON: seconds, seconds of the processor, and the process's peak of memory
// in MiB.
import "../../tools/contractThread.mjs";
import { closeSync, fstatSync, openSync, readSync, writeSync } from "node:fs";
import { formatAddress } from "@sotto/address";
import { createApplication, createQueryApplication, Extra, STORES } from "@sotto/app";
import { openBlockLog } from "@sotto/blocks";
import { fromUtf8 } from "@sotto/bytes";
import { consensusAddress, createValidatorSet, encodeValidatorSet } from "@sotto/comet";
import { Ed25519Key, sha256 } from "@sotto/crypto";
import { createEnclavePeer } from "@sotto/enclave";
import { genesisDocument, localGenesis, readGenesisDocument } from "@sotto/local";
import { enclaveClient } from "@sotto/protocol";
import { createSequencer } from "@sotto/sequencer";
import { openStore } from "@sotto/store";
import { inlineChannel } from "@sotto/transport";

const CHAIN_ID = "sotto-genesis-1";
const GENESIS_NS = 1_700_000_000_123_456_789n;
const CHUNK = 256 * 1024;
const key = new Ed25519Key(sha256(fromUtf8("bench validator")));
const {
  appState: _,
  json,
  ...genesis
} = localGenesis({
  chainId: CHAIN_ID,
  timeNs: GENESIS_NS,
  validatorPubKey: key.publicKey,
});
const { app_state: __, ...fields } = JSON.parse(json);

/** @param {string} file @param {Iterable<string>} pieces */
function writeFile(file, pieces) {
  const fd = openSync(file, "w");
  let waiting = "";
  for (const piece of pieces) {
    waiting += piece;
    if (waiting.length < CHUNK) continue;
    writeSync(fd, waiting);
    waiting = "";
  }
  writeSync(fd, waiting);
  closeSync(fd);
}

/** The fields of a document as `genesisDocument` takes them. */
const jsonMap = (value) => {
  if (Array.isArray(value)) return value.map(jsonMap);
  if (value === null || typeof value !== "object") return value;
  return new Map(Object.entries(value).map(([name, each]) => [name, jsonMap(each)]));
};

const addressOf = (i) => formatAddress(sha256(fromUtf8(`account ${i}`)).subarray(0, 20));

function* authPart(accounts) {
  yield '{"accounts":[';
  for (let i = 0; i < accounts; i++) {
    const account = { "@type": "/cosmos.auth.v1beta1.BaseAccount", address: addressOf(i), account_number: String(i) };
    yield (i === 0 ? "" : ",") + JSON.stringify(account);
  }
  yield "]}";
}

function* bankPart(accounts) {
  yield '{"balances":[';
  for (let i = 0; i < accounts; i++) {
    const coins = [{ denom: "uscrt", amount: String(1_000_000 + i) }];
    yield (i === 0 ? "" : ",") + JSON.stringify({ address: addressOf(i), coins });
  }
  yield "]}";
}

/** Bytes of a file by place. */
function fileSource(path) {
  const fd = openSync(path, "r");
  return {
    start: 0,
    end: fstatSync(fd).size,
    read(start, end) {
      const bytes = new Uint8Array(end - start);
      for (let at = 0; at < bytes.length; ) {
        const read = readSync(fd, bytes, at, bytes.length - at, start + at);
        if (read === 0) throw new Error(`${path} ends early`);
        at += read;
      }
      return bytes;
    },
  };
}

function openChain(folder) {
  const store = openStore({ path: `${folder}/state`, stores: STORES, pruning: { keepVersions: undefined } });
  const enclave = enclaveClient(inlineChannel(createEnclavePeer()));
  const publicKey = { type: "ed25519", bytes: key.publicKey };
  const keys = enclave.start({
    chainId: CHAIN_ID,
    sealed: store.extra(Extra.sealed),
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
    initialHeight: 1,
    newGenesis: false,
    trustingPeriod: 0,
    believesRows: false,
    answersPast: false,
  });
  const options = {
    chainId: CHAIN_ID,
    store,
    enclave,
    keys,
    verified: { has: () => true, add: () => undefined },
    revealErrors: true,
    queryGasLimit: 10_000_000,
    minimumGasPrice: undefined,
  };
  return { store, options };
}

const actions = {
  make: (file, accounts) =>
    writeFile(
      file,
      genesisDocument(jsonMap(fields), [
        ["auth", authPart(Number(accounts))],
        ["bank", bankPart(Number(accounts))],
      ]),
    ),
  /** The genesis and block 1, durable. */
  import(folder, file) {
    const { store, options } = openChain(folder);
    const log = openBlockLog({ path: `${folder}/blocks` });
    const { appState } = readGenesisDocument(fileSource(file));
    const validator = { publicKey: key.publicKey, sign: (message) => key.sign(message) };
    const app = createApplication(options);
    const sequencer = createSequencer({ app, log, keys: [validator], genesis: { ...genesis, appState } });
    sequencer.produce(GENESIS_NS + 1_000_000_007n, []);
    log.close();
    store.close();
  },
  export(folder, file) {
    const { store, options } = openChain(folder);
    writeFile(file, genesisDocument(jsonMap(fields), createQueryApplication(options).exportGenesis()));
    store.close();
  },
};

const [name, ...given] = process.argv.slice(2);
const start = performance.now();
actions[name](...given);
console.log(
  JSON.stringify({
    seconds: (performance.now() - start) / 1000,
    cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    rssMib: process.resourceUsage().maxRSS / 1024,
  }),
);

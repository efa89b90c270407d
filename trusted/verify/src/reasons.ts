// SPDX-License-Identifier: Apache-2.0
/**
 * Reasons to believe a value without a check: the host's gain by a lie, and the change that will
 * end it. A table of types, without code in the enclave. `npm run beliefs` lists it with all uses
 * in docs/threats.md.
 */
export interface Reasons {
  platform: {
    gain: "it chooses the driver that seals, and with `sim` the random of new keys. Such an enclave cannot prove anything to others, and refuses the chain ids of production networks";
    end: "attestation: a network sends its keys only to enclaves with hardware reports";
  };
  firstStart: {
    gain: "new keys for a network that has keys already. They cannot decrypt its data, and clients see another network key";
    end: "no change is needed: only its own enclaves have the keys of a network (ADR 111)";
  };
  genesis: {
    gain: "at the first start, a chain of its own validators. The keys are new, too";
    end: "no change is needed: keys that an enclave receives name their genesis (ADR 111)";
  };
  registration: {
    gain: "an enclave without keys, which runs nothing";
    end: "no change is needed: the host can also stop the enclave";
  };
  validatorKey: {
    gain: "a report that names the validator of another operator. Nothing depends on this part of a report";
    end: "lists of machines with owners";
  };
  newGenesis: {
    gain: "a chain of its own validators with the network's keys, where the driver allows it: with `sim`, whose sealed keys the host can read anyway. Drivers of hardware refuse another genesis";
    end: "no change is needed";
  };
  trustingPeriod: {
    gain: "at the first start, skips over a longer time: by validators that have unbonded. Later it can only lower the sealed period";
    end: "attestation: keys and checkpoint come from an enclave of the network";
  };
  absentRow: {
    gain: "in the first block of a chain and the queries before the second one, and where the host starts the enclave without proofs of rows: a contract misses a row that it wrote. In the same way an older row passes for the newest, because its tag is valid";
    end: "a header with the hash of the genesis state";
  };
  rowMode: {
    gain: "rows without proofs in all blocks, where the driver allows it: with `sim`. Drivers of hardware refuse such a start";
    end: "no change is needed";
  };
  pastMode: {
    gain: "answers over any older committed state, where the driver allows it: with `sim`. Drivers of hardware refuse such a start";
    end: "no change is needed";
  };
  lastOutcome: {
    gain: "in later transactions of the same block, and in queries until the next block, only: the writes of a transaction whose calls all succeeded count although the chain failed it, or do not count although it succeeded";
    end: "a counter that survives restarts, so that a host cannot run one block in several ways";
  };
  gasLimit: {
    gain: "it ends a call early, or lets it run for more gas than was paid for, at most for the gas of one call";
    end: "proofs of the chain's own state";
  };
  queryGas: {
    gain: "it ends a call early, or lets it run for more gas than was paid for, at most for the gas of one call";
    end: "proofs of the chain's own state";
  };
  transactionIndex: {
    gain: "another number in `transaction.index` of the contract's environment";
    end: "proofs of the chain's own state";
  };
  instanceId: {
    gain: "a new contract at another free address than the chain's. Where rows are believed, also at the address of a contract of the same code and creator";
    end: "ids from proven state";
  };
  queryBlock: {
    gain: "where rows are believed (`sim` only): queries from outside at a height and time of its choice, also of the future";
    end: "no change is needed";
  };
  queryDepth: {
    gain: "a query fails as if it were too deep. A smaller number than the enclave's own has no effect";
    end: "no change is needed: the host can also refuse a query";
  };
  chainAnswer: {
    gain: "it chooses the chain's answer to a contract, and can fail queries of other contracts. The ciphertext of a smart query's answer counts only when this enclave made it";
    end: "proofs of the chain's own state";
  };
  chainReply: {
    gain: "it chooses the outcome and data of a message to the chain. The outcome of a contract is in the enclave's record";
    end: "proofs of the chain's own state";
  };
  failureText: {
    gain: "it chooses the text of a failure that is not a contract's own";
    end: "proofs of the chain's own state";
  };
  replyEvents: {
    gain: "it chooses the events that a reply shows to a contract";
    end: "proofs of the chain's own state";
  };
}

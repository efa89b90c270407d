/**
 * What is believed without a check: what the host gains by a lie, and what will end it. A table of
 * types, which weighs nothing in the enclave. `npm run beliefs` lists it with all uses in
 * docs/threats.md.
 */
export interface Reasons {
  platform: {
    gain: "it chooses the driver that seals, and with `sim` the random of new keys. Such an enclave proves nothing to anybody, and refuses the chain ids of production networks";
    end: "attestation: a network gives its keys to reports of hardware alone";
  };
  firstStart: {
    gain: "new keys for a network that has keys already. They open nothing of it, and clients see another network key";
    end: "attestation: keys and checkpoint come from an enclave of the network";
  };
  genesis: {
    gain: "at the first start, a chain of its own validators. The keys are new, too";
    end: "attestation: keys and checkpoint come from an enclave of the network";
  };
  absentRow: {
    gain: "a contract that finds no row where it wrote one. In the same way an older row passes for the newest, as its tag holds";
    end: "rows with proofs against the verified application hash";
  };
  gasLimit: {
    gain: "it ends a call early, or lets it run for more than was paid, at most for the gas of one call";
    end: "proofs of the chain's own state";
  };
  queryGas: {
    gain: "it ends a call early, or lets it run for more than was paid, at most for the gas of one call";
    end: "proofs of the chain's own state";
  };
  transactionIndex: {
    gain: "another number in `transaction.index` of the contract's environment";
    end: "proofs of the chain's own state";
  };
  instanceId: {
    gain: "a second contract of one code and creator at the address of the first, with another state";
    end: "ids from proven state";
  };
  queryBlock: {
    gain: "queries at a height and time of its choice: locks by time hold in executes alone";
    end: "a recent header with each query";
  };
  queryDepth: {
    gain: "a query fails as if it were deep. A smaller number than the enclave's own does not count";
    end: "nothing: the host can refuse a query as well";
  };
  chainAnswer: {
    gain: "it chooses what the chain answers to a contract, and fails queries of other contracts. The ciphertext of a smart answer counts only when this enclave made it";
    end: "proofs of the chain's own state";
  };
  chainReply: {
    gain: "it chooses how a message to the chain ended, and with which data. How a contract ended is on record";
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

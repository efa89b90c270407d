// SPDX-License-Identifier: Apache-2.0
/** Depth at which a contract may no longer query (spec/calls.md 8.4). */
export const MAX_QUERY_DEPTH = 10;

/** Largest id of a code or a contract. */
export const MAX_ID = 0xffff_ffff;

/**
 * Deepest nesting of sub-messages: the host reverts runs below a hundred, as the reference does
 * (spec/calls.md 6.3).
 */
export const MAX_CALL_DEPTH = 101;

/**
 * Deepest nesting of calls and replies together. Each reply costs 40,000 SDK gas at least, so gas
 * ends it before.
 */
export const MAX_NESTING = 500;

/** External gas of an invalid JSON QueryRequest (contract-engine query_chain.rs). */
export const INVALID_QUERY_GAS = 500;

/**
 * Cached agreements with clients' public keys: a client reuses its key, and an agreement costs 30
 * us.
 */
export const IO_AGREEMENTS = 8_192;

/** Contracts whose derived keys are cached: about 4 kB and 12 us each. */
export const KNOWN_CONTRACTS = 1_024;

/** State keys whose encrypted form is cached, over all contracts. */
export const KNOWN_NAMES = 8_192;

/** Longest value that is cached in plaintext beside its ciphertext. */
export const MAX_KEPT_VALUE = 2_048;

/**
 * Longest state key. Encrypted and behind the contract's prefix it has 65 bytes more, and the
 * chain's stores take no key above 65,535 (cosmossdk.io/store types.MaxKeyLength).
 */
export const MAX_STATE_KEY = 65_470;

/**
 * Most rows that one call may change, and the bytes of their keys and values: they wait in memory
 * until the call ends, leave in one frame, and the chain charges for them only then. No transaction
 * could pay for more.
 */
export const MAX_CHANGES = 16_384;
export const MAX_CHANGED_BYTES = 8 * 1024 * 1024;

/** Longest state key whose encrypted form is cached. */
export const MAX_KEPT_NAME = 512;

/** Most bytes that an entry point may return: the limit of its input (spec/calls.md 5.3). */
export const MAX_RESULT = 2_048_000;

/**
 * Most attributes of one response, those of its events included, and the bytes of all their texts:
 * each text costs an encryption without a price, and the chain stores them.
 */
export const MAX_ATTRIBUTES = 4_096;
export const MAX_ATTRIBUTE_BYTES = 262_144;

/** Most sub-messages of one response. */
export const MAX_MESSAGES = 1_024;

/**
 * Most bytes that the unfinished calls of a transaction hold together, including running replies
 * and calls that wait for a reply: results, texts for callees, and HELD_BY_MESSAGE for the records
 * of a message here and at the host. Otherwise a hundred nested calls could hold a gigabyte, for
 * the gas of ten million instructions.
 */
export const MAX_HELD_BYTES = 16 * 1024 * 1024;
export const HELD_BY_MESSAGE = 1_024;

/**
 * Longest request to the chain, as for any message (spec/calls.md 8.2). Hazard: JSON in memory is a
 * hundred times its text at worst, so a region as large as a contract's memory would end the
 * process.
 */
export const MAX_REQUEST = 2_048_000;

// SPDX-License-Identifier: Apache-2.0
/** The names of all differences that the tester reports, each with its cause and its cure. */

export interface Kind {
  /** The thing that differs, as the beginning of a sentence. */
  readonly subject: string;
  /** The import of the contract, or the field, that makes it. */
  readonly source: string;
  readonly cure: string;
}

const PAD_ANSWER = "pad every answer of the contract to one fixed length, e.g. 256 bytes";
const SAME_ROWS =
  "constant access: read and write the same rows, in the same order, whatever the secret is; write unchanged rows again";
const SAME_CALLS =
  "send the same messages to the same contracts whatever the secret is, with an amount of zero where nothing is due";
const NO_CLEAR = "keep the secret out of it: encrypt the attribute (`add_attribute`), or give it one fixed value";
const EVAPORATE =
  "compute both sides of the branch and select with a mask, write amounts with a fixed number of digits, and end with `gas_evaporate` up to a fixed target";
const REFUSE_INSIDE =
  "refuse inside: let the transaction succeed, and say in the encrypted answer, at its fixed length, that it was refused";
const CLIENT_PADS = "padding: let the client fill a field `padding`, so that each message has the same fixed length";
const PULL =
  "do not pay at a moment that depends on the secret: let the receiver withdraw, or pay everybody at a fixed moment";
const SAME_SESSION =
  "make the same transactions, at the same moments, whatever the secret is; an act that does nothing is an act too";

const kind = (subject: string, source: string, cure: string): Kind => ({ subject, source, cure });

/** Differences by name. The names are part of the interface: allowances name them. */
export const wheres = {
  "number of transactions": kind("the number of transactions", "the session", SAME_SESSION),
  "number of blocks": kind("the number of blocks", "the session", SAME_SESSION),
  "block time": kind("the time of the block", "the session", SAME_SESSION),
  "message length": kind("the length of the encrypted message", "field `msg` of the transaction", CLIENT_PADS),
  "transaction in clear": kind(
    "a field of the transaction that is not encrypted",
    "the transaction",
    `${SAME_SESSION}; put secrets into the encrypted message only`,
  ),
  result: kind("success or failure", "the result of the transaction", REFUSE_INSIDE),
  "error length": kind("the length of the encrypted error", "the error of the contract", REFUSE_INSIDE),
  "error in clear": kind("the text of the failure", "the log of the transaction", REFUSE_INSIDE),
  "gas used": kind("the gas used", "gas", EVAPORATE),
  "answer length": kind("the length of the encrypted answer", "`data` of the response", PAD_ANSWER),
  "answer in clear": kind("the answer of a message to the chain", "the result of the transaction", SAME_CALLS),
  "number of events": kind(
    "the number of events",
    "events of the response",
    "emit the same events whatever the secret is",
  ),
  event: kind("an event", "events of the response", "emit the same events whatever the secret is"),
  "order of events": kind("the order of events", "events of the response", "emit events in one fixed order"),
  "number of attributes": kind(
    "the number of attributes",
    "attributes of the response",
    "emit the same number of attributes whatever the secret is",
  ),
  attribute: kind("the key of an attribute", "attributes of the response", NO_CLEAR),
  "order of attributes": kind(
    "the order of attributes",
    "attributes of the response",
    "emit attributes in one fixed order",
  ),
  "attribute in clear": kind("the value of an attribute that is not encrypted", "`add_attribute_plaintext`", NO_CLEAR),
  "attribute length": kind(
    "the length of an encrypted attribute",
    "`add_attribute`",
    "padding: give the value one fixed length",
  ),
  "declared opaque": kind(
    "an attribute that the test declares as opaque, but that is readable,",
    "`add_attribute_plaintext`",
    "write hex or base64 of at least 16 bytes that look random, e.g. a salted hash; or remove the declaration",
  ),
  "number of sub-messages": kind("the number of messages that contracts send", "messages of the response", SAME_CALLS),
  "sub-message": kind("the target of a message that a contract sends", "messages of the response", SAME_CALLS),
  "order of sub-messages": kind(
    "the order of the messages that contracts send",
    "messages of the response",
    "send messages in one fixed order",
  ),
  "sub-message length": kind(
    "the length of a message to another contract",
    "messages of the response",
    "padding: fill the message to the other contract up to a fixed length",
  ),
  "sub-message in clear": kind(
    "a message of a contract that is not encrypted",
    "messages of the response",
    "the chain's own messages (coins, staking) are public: pay with a private token, with amounts of 39 digits",
  ),
  "time of a payment": kind(
    "the transaction in which the same message of a contract is sent",
    "messages of the response",
    PULL,
  ),
  "number of rows": kind("the number of rows that are written", "`db_write`, `db_remove`", SAME_ROWS),
  "row written": kind("the rows that are written", "`db_write`, `db_remove`", SAME_ROWS),
  "row length": kind(
    "the length of a row that is written",
    "`db_write`",
    "padding: give each kind of row one fixed length",
  ),
  "row in clear": kind(
    "a row of the chain that is not encrypted",
    "the modules of the chain",
    `${SAME_CALLS}; native coins are public`,
  ),
  "number of calls": kind("the number of calls of contracts", "messages of the response", SAME_CALLS),
  call: kind("the contracts that are called", "messages of the response", SAME_CALLS),
  "order of calls": kind(
    "the order of the calls of contracts",
    "messages of the response",
    "send messages in one fixed order",
  ),
  "result of a call": kind("success or failure of a call", "the error of the contract", REFUSE_INSIDE),
  "number of reads": kind("the number of rows that are read", "`db_read`", SAME_ROWS),
  "row read": kind("the rows that are read", "`db_read`", SAME_ROWS),
  "order of reads": kind(
    "the order in which rows are read and queries are made",
    "`db_read`, `query_chain`",
    `${SAME_ROWS}; no branch on a secret before a read`,
  ),
  "length of a row read": kind(
    "the length of a row that is read",
    "`db_read`",
    "padding: give each kind of row one fixed length, and write the row before its first use",
  ),
  "rows of a call": kind("the rows that one call writes", "`db_write`, `db_remove`", SAME_ROWS),
  "length of a row of a call": kind(
    "the length of a row that one call writes",
    "`db_write`",
    "padding: give each kind of row one fixed length",
  ),
  "number of queries": kind(
    "the number of queries that a contract makes",
    "`query_chain`",
    "make the same queries, to the same contracts, whatever the secret is",
  ),
  "query of a contract": kind(
    "the target of a query that a contract makes",
    "`query_chain`",
    "make the same queries, to the same contracts, whatever the secret is",
  ),
  "length of a query": kind(
    "the length of a query that a contract makes",
    "`query_chain`",
    "padding: fill the query up to a fixed length",
  ),
  "length of a query's answer": kind(
    "the length of the answer to a contract's query",
    "`query_chain`",
    "pad the answers of queries to one fixed length",
  ),
  "exact gas": kind(
    "the exact gas of a call, in thousandths of a unit",
    "gas",
    `${EVAPORATE}; evaporation is exact to one unit only, so against a host the work itself must be constant`,
  ),
  "gas between steps": kind(
    "the gas between two steps of a call",
    "gas",
    "constant work: no branch on a secret between reads, queries and calls",
  ),
  "length of a call's answer": kind("the length of the answer of a call", "`data` of the response", PAD_ANSWER),
  "frame length": kind(
    "the length of a frame between host and enclave",
    "the trust boundary",
    "give each part of the answer a fixed length",
  ),
  "length of a transaction": kind("the length of the transaction", "the transaction", CLIENT_PADS),
  "length of the events": kind(
    "the length of the events",
    "events of the response",
    "give each attribute a fixed length",
  ),
  "answer to a query": kind(
    "the answer to a query of another user",
    "the query entry of the contract",
    "check a viewing key or a permit before anything is read. What was once readable stays readable: queries at old heights answer from old state, so open a result by an execute and never by time or by a later deletion",
  ),
} as const satisfies Readonly<Record<string, Kind>>;

/** The name of a difference. */
export type Where = keyof typeof wheres;

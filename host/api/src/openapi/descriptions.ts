// SPDX-License-Identifier: Apache-2.0
import { chainTexts } from "./chainTexts.ts";
import { ACCOUNT, PAGE, type RouteText } from "./routeText.ts";

export type { RouteText } from "./routeText.ts";

/** A contract that the first transactions could have made, a transaction that does not exist. */
const CONTRACT = "secret1mfk7n6mc2cg6lznujmeckdh4x0a5ezf6hx6y8q";
const HASH = "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855";
/** Account a sends 1 uscrt to account b; not signed. */
const TX_BYTES =
  "Co0BCooBChwvY29zbW9zLmJhbmsudjFiZXRhMS5Nc2dTZW5kEmoKLXNlY3JldDFhcDI2cXJscDhtY3EycGc2cjQ3dzQzbDB5OHprcW04YTQ1MHMwMxItc2VjcmV0MWZjM2Z6eTc4dHRwMGx3dXVqdzdlNTJyaHNweG44dWo1MnpmeW5lGgoKBXVzY3J0EgExEh0KBhIECgIIARITCg0KBXVzY3J0EgQyNTAwEMCaDBoA";
const AMINO =
  '{"type":"cosmos-sdk/StdTx","value":{"msg":[],"fee":{"amount":[],"gas":"0"},"signatures":[],"memo":"","timeout_height":"0"}}';
const DENOM = "uscrt";

const auth: Readonly<Record<string, RouteText>> = {
  Accounts: { summary: "All accounts, a page at a time.", example: PAGE },
  Account: { summary: "One account: number, sequence and public key.", example: { address: ACCOUNT } },
  AccountAddressByID: { summary: "The address of an account number.", example: { id: "0", account_id: "1" } },
  Params: { summary: "Limits of memos and signatures, and what a signature costs." },
  ModuleAccounts: { summary: "The accounts of modules." },
  ModuleAccountByName: { summary: "The account of one module.", example: { name: "fee_collector" } },
  Bech32Prefix: { summary: "How addresses of this chain begin." },
  AddressBytesToString: { summary: "The text of address bytes, given in base64.", example: { address_bytes: "AQI=" } },
  AddressStringToBytes: { summary: "The bytes of an address text.", example: { address_string: ACCOUNT } },
  AccountInfo: { summary: "One account, whatever its kind, as a base account.", example: { address: ACCOUNT } },
};

const bank: Readonly<Record<string, RouteText>> = {
  Balance: { summary: "What an account has of one coin.", example: { address: ACCOUNT, denom: DENOM } },
  AllBalances: { summary: "All coins of an account.", example: { address: ACCOUNT, ...PAGE } },
  SpendableBalances: { summary: "The coins that an account may spend now.", example: { address: ACCOUNT, ...PAGE } },
  SpendableBalanceByDenom: {
    summary: "What an account may spend of one coin.",
    example: { address: ACCOUNT, denom: DENOM },
  },
  TotalSupply: { summary: "How much there is of every coin.", example: PAGE },
  SupplyOf: { summary: "How much there is of one coin.", example: { denom: DENOM } },
  Params: { summary: "Whether coins may be sent by default." },
  DenomsMetadata: { summary: "Names and units of all coins.", example: PAGE },
  DenomMetadata: { summary: "Names and units of one coin.", example: { denom: DENOM } },
  DenomMetadataByQueryString: {
    summary: "The same; for names of coins that do not fit into a path.",
    example: { denom: DENOM },
  },
  DenomOwners: { summary: "Who has a coin, and how much.", example: { denom: DENOM, ...PAGE } },
  DenomOwnersByQuery: {
    summary: "The same; for names of coins that do not fit into a path.",
    example: { denom: DENOM, ...PAGE },
  },
  SendEnabled: { summary: "Which coins may be sent, where it was said coin by coin.", example: PAGE },
};

const record = (what: string): string => `${what} Answered by nodes that keep enclave records; this one keeps none.`;

const compute: Readonly<Record<string, RouteText>> = {
  ContractInfo: {
    summary: "Code, creator, label and admin of a contract.",
    example: { contract_address: CONTRACT },
  },
  ContractsByCodeId: { summary: "The contracts made from a code.", example: { code_id: "1" } },
  QuerySecretContract: {
    summary: "A contract's query. `query` is encrypted (secretjs does it), the answer too.",
    example: { contract_address: CONTRACT, query: "AAAA" },
  },
  Code: { summary: "An uploaded code with its wasm.", example: { code_id: "1" } },
  Codes: { summary: "All uploaded codes." },
  CodeHashByContractAddress: {
    summary: "The code hash that a message to a contract is encrypted for.",
    example: { contract_address: CONTRACT },
  },
  CodeHashByCodeId: {
    summary: "The code hash that an instantiate message is encrypted for.",
    example: { code_id: "1" },
  },
  LabelByAddress: { summary: "The label of a contract.", example: { contract_address: CONTRACT } },
  AddressByLabel: { summary: "The contract with a label.", example: { label: "my-token" } },
  ContractHistory: { summary: "The codes that a contract has had.", example: { contract_address: CONTRACT } },
  Params: { summary: "Parameters of the module." },
  AuthorizedMigration: {
    summary: "The code that governance allows a contract to migrate to.",
    example: { contract_address: CONTRACT },
  },
  AuthorizedAdminUpdate: {
    summary: "The admin that governance allows for a contract.",
    example: { contract_address: CONTRACT },
  },
  EcallRecord: { summary: record("What the enclave answered in a block."), example: { height: "1" } },
  EcallRecords: { summary: record("The same for several blocks."), example: { start_height: "1", end_height: "2" } },
  NetworkPubkey: { summary: record("The network's key at a height."), example: { height: "1", i_seed: "0" } },
  EncryptedSeed: { summary: record("The seed encrypted for a node."), example: { cert_hash: "AA" } },
  BlockTraces: { summary: record("What contracts did in a block."), example: { height: "1" } },
  MachineIDProof: { summary: record("A proof about a machine."), example: { height: "1", machine_id: "AA" } },
  AnalyzeCode: {
    summary: "Whether a code has IBC entry points, and the features that it needs.",
    example: { code_hash: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" },
  },
  BlockCreateResults: { summary: record("Results of uploads in a block."), example: { height: "1" } },
};

const tx: Readonly<Record<string, RouteText>> = {
  Simulate: {
    summary: "Gas that a transaction would use. Contract calls cannot be simulated: say their gas yourself.",
    body: `{"tx_bytes":"${TX_BYTES}"}`,
  },
  GetTx: { summary: "A transaction by its hash, with its result.", example: { hash: HASH } },
  BroadcastTx: {
    summary: "Sends a signed transaction. The answer says whether the mempool took it, not what becomes of it.",
    body: `{"tx_bytes":"${TX_BYTES}","mode":"BROADCAST_MODE_SYNC"}`,
  },
  GetTxsEvent: {
    summary: "Transactions by their events.",
    example: { query: `message.sender='${ACCOUNT}'`, limit: "10", page: "1" },
  },
  GetBlockWithTxs: { summary: "A block with its transactions decoded.", example: { height: "1", ...PAGE } },
  TxDecode: { summary: "A transaction from bytes to JSON.", body: `{"tx_bytes":"${TX_BYTES}"}` },
  TxEncode: {
    summary: "A transaction from JSON to bytes.",
    body: '{"tx":{"body":{"messages":[]},"auth_info":{"fee":{}},"signatures":[]}}',
  },
  TxEncodeAmino: {
    summary: "A transaction from amino JSON to amino bytes.",
    body: JSON.stringify({ amino_json: AMINO }),
  },
  TxDecodeAmino: { summary: "A transaction from amino bytes to amino JSON.", body: '{"amino_binary":"KCgWqQ=="}' },
};

const comet: Readonly<Record<string, RouteText>> = {
  GetNodeInfo: { summary: "Names and versions of the node and its application." },
  GetSyncing: { summary: "Whether the node is behind the chain." },
  GetLatestBlock: { summary: "The latest block." },
  GetBlockByHeight: { summary: "The block at a height.", example: { height: "1" } },
  GetLatestValidatorSet: { summary: "The validators of the next block.", example: PAGE },
  GetValidatorSetByHeight: { summary: "The validators of a height.", example: { height: "1", ...PAGE } },
  ABCIQuery: {
    summary: "A row of the state, with a proof when asked for.",
    example: { path: "/store/bank/key", data: "AHVzY3J0" },
  },
};

const ALL: Readonly<Record<string, Readonly<Record<string, RouteText>>>> = {
  ...chainTexts,
  "cosmos.auth.v1beta1.Query": auth,
  "cosmos.bank.v1beta1.Query": bank,
  "secret.compute.v1beta1.Query": compute,
  "cosmos.tx.v1beta1.Service": tx,
  "cosmos.base.tendermint.v1beta1.Service": comet,
  "cosmos.base.node.v1beta1.Service": {
    Config: { summary: "The least price of gas that the node takes, and what it keeps." },
    Status: { summary: "Height, time and hashes of the latest block." },
  },
  "cosmos.base.reflection.v1beta1.ReflectionService": {
    ListAllInterfaces: { summary: "The interfaces for which a message may hold one of several types." },
    ListImplementations: {
      summary: "The types that implement an interface.",
      example: { interface_name: "cosmos.crypto.PubKey" },
    },
  },
  "cosmos.base.reflection.v2alpha1.ReflectionService": {
    GetAuthnDescriptor: { summary: "The modes in which transactions are signed." },
    GetChainDescriptor: { summary: "The id of the chain." },
    GetCodecDescriptor: { summary: "Interfaces with the types that implement them." },
    GetConfigurationDescriptor: { summary: "The prefix of account addresses." },
    GetQueryServicesDescriptor: { summary: "Every service of the node with its methods." },
    GetTxDescriptor: { summary: "The type of transactions, and the types of their messages." },
  },
  "cosmos.circuit.v1.Query": {
    Account: { summary: "What an account may disable.", example: { address: ACCOUNT } },
    Accounts: { summary: "All accounts that may disable messages.", example: PAGE },
    DisabledList: { summary: "The disabled types of messages." },
  },
  "cosmos.consensus.v1.Query": { Params: { summary: "Limits of blocks, evidence and validator keys." } },
  "cosmos.params.v1beta1.Query": {
    Params: {
      summary: "Legacy: parameters live in their modules.",
      example: { subspace: "bank", key: "DefaultSendEnabled" },
    },
    Subspaces: { summary: "Legacy: the subspaces and their keys." },
  },
  "secret.registration.v1beta1.Query": {
    TxKey: { summary: "The network's key that messages are encrypted for." },
    RegistrationKey: { summary: "The key that new nodes exchange the seed with." },
    EncryptedSeed: {
      summary: "The seed, encrypted for a node that has registered.",
      example: { pub_key: "00".repeat(32) },
    },
  },
};

/** The text of a route; undefined for a route without a description. */
export const routeText = (service: string, method: string): RouteText | undefined => ALL[service]?.[method];

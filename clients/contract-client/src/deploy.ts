// SPDX-License-Identifier: Apache-2.0
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { broadcastError, TransactionFailed, UnexpectedAnswer } from "./errors.ts";
import { type ContractRef, checkInstance } from "./instance.ts";
import { inTurn } from "./queue.ts";
import type { SecretClient, TxOptions, TxResult } from "./secretClient.ts";
import { jsonSize, MessageTooLong, SETUP_SIZE } from "./text.ts";

export interface DeployOptions {
  /** Unique on the chain. */
  readonly label: string;
  /** Bytes of the set-up message as JSON; 2,048 by default. */
  readonly size?: number;
  readonly storeGas?: number;
  readonly gas?: number;
  readonly pollMs?: number;
}

export interface Code {
  readonly codeId: string;
  readonly codeHash: string;
}

export type Deployed = ContractRef & Code;

const STORE_GAS = 12_000_000;
const INSTANTIATE_GAS = 1_000_000;
const DEFAULT_POLL_MS = 500;

async function sent(client: SecretClient, action: string, send: () => Promise<TxResult>): Promise<TxResult> {
  const tx = await inTurn(client, send).catch((thrown: unknown): TxResult => {
    throw broadcastError(action, thrown);
  });
  if (tx.code !== 0) throw new TransactionFailed(action, tx);
  return tx;
}

function attribute({ arrayLog = [] }: TxResult, key: string): string {
  const found = arrayLog.find((each) => each.type === "message" && each.key === key);
  if (found === undefined) throw new UnexpectedAnswer(`the transaction has no ${key}`);
  return found.value;
}

/** Stores wasm. The hash that the chain computed must be that of the bytes. */
export async function storeCode(
  client: SecretClient,
  wasm: Uint8Array,
  { storeGas = STORE_GAS, pollMs = DEFAULT_POLL_MS }: Pick<DeployOptions, "storeGas" | "pollMs"> = {},
): Promise<Code> {
  const options: TxOptions = { gasLimit: storeGas, broadcastCheckIntervalMs: pollMs };
  const { compute } = client.tx;
  const tx = await sent(client, "store", () =>
    compute.storeCode({ sender: client.address, wasm_byte_code: wasm, source: "", builder: "" }, options),
  );
  const codeId = attribute(tx, "code_id");
  const { code_hash } = await client.query.compute.codeHashByCodeId({ code_id: codeId });
  const codeHash = bytesToHex(sha256(wasm));
  if (code_hash !== codeHash) throw new UnexpectedAnswer(`the chain stored code ${code_hash}, not ${codeHash}`);
  return { codeId, codeHash };
}

/**
 * Makes an instance without a chain admin: nobody can ever replace its code. A new version is a new
 * instance. The set-up message gets padding. Throws TransactionFailed, MessageTooLong.
 */
export async function instantiate(
  client: SecretClient,
  { codeId, codeHash }: Code,
  setUp: object,
  { label, size = SETUP_SIZE, gas = INSTANTIATE_GAS, pollMs = DEFAULT_POLL_MS }: DeployOptions,
): Promise<Deployed> {
  const bare = jsonSize({ ...setUp, padding: "" });
  if (bare > size) throw new MessageTooLong("instantiate", bare, size);
  const params = {
    sender: client.address,
    code_id: codeId,
    code_hash: codeHash,
    label,
    init_msg: { ...setUp, padding: " ".repeat(size - bare) },
  };
  const options: TxOptions = { gasLimit: gas, broadcastCheckIntervalMs: pollMs };
  const tx = await sent(client, "instantiate", () => client.tx.compute.instantiateContract(params, options));
  const made = { address: attribute(tx, "contract_address"), codeHash, codeId };
  await checkInstance(client, made);
  return made;
}

/** Stores and instantiates. */
export const deploy = async (
  client: SecretClient,
  wasm: Uint8Array,
  setUp: object,
  options: DeployOptions,
): Promise<Deployed> => instantiate(client, await storeCode(client, wasm, options), setUp, options);

// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@sotto/bytes";
import { cometCalls } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { type AccountKey, accounts, deriveAccount, type Signing } from "@sotto/local";
import { type NetworkNode, restUrl, rpcUrl } from "./files.ts";

const GAS = 500_000n;
/** 0.1 uscrt a gas. */
const FEE = 50_000n;
const LOOK_MS = 300;
const BOUND_MS = 60_000;
const ANSWER_MS = 10_000;

type Fields = Readonly<Record<string, unknown>>;

/** Whether a node serves its REST. */
export const isServing = (node: NetworkNode): Promise<boolean> =>
  fetch(`${restUrl(node)}/cosmos/base/tendermint/v1beta1/blocks/latest`, {
    signal: AbortSignal.timeout(ANSWER_MS),
  }).then(
    ({ ok }) => ok,
    () => false,
  );

/** JSON of a REST path; undefined: not found. */
async function rest(node: NetworkNode, path: string): Promise<Fields | undefined> {
  const answer = await fetch(restUrl(node) + path, { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined);
  if (answer === undefined) {
    throw new EnvironmentFault(
      `node ${node.number} does not answer at ${restUrl(node)}; start it with: sotto network start`,
    );
  }
  const body: unknown = await answer.json().catch(() => undefined);
  return answer.ok && typeof body === "object" && body !== null ? (body as Fields) : undefined;
}

async function stateOf(node: NetworkNode, { text }: AccountKey): Promise<Pick<Signing, "accountNumber" | "sequence">> {
  const found = (await rest(node, `/cosmos/auth/v1beta1/account_info/${text}`))?.["info"] as Fields | undefined;
  if (found === undefined) throw new EnvironmentFault(`the chain has no account ${text}; fund it first`);
  return {
    accountNumber: BigInt(String(found["account_number"] ?? 0)),
    sequence: BigInt(String(found["sequence"] ?? 0)),
  };
}

function mnemonicOf(name: string): string {
  const found = accounts.find((each) => each.name === name);
  if (found !== undefined) return found.mnemonic;
  throw new EnvironmentFault(
    `there is no account ${name}; choose one of ${accounts.map((each) => each.name).join(", ")}`,
  );
}

/** Waits for a transaction in a block. Throws EnvironmentFault when it fails or does not come. */
async function mustCommit(node: NetworkNode, name: string): Promise<void> {
  for (let spent = 0; spent < BOUND_MS; spent += LOOK_MS) {
    const found = (await rest(node, `/cosmos/tx/v1beta1/txs/${name}`))?.["tx_response"] as Fields | undefined;
    if (found !== undefined) {
      if (found["code"] === 0) return;
      throw new EnvironmentFault(`the transaction ${name} failed: ${String(found["raw_log"])}`);
    }
    await sleep(LOOK_MS);
  }
  throw new EnvironmentFault(
    `the transaction ${name} is in no block after ${BOUND_MS / 1000} s; see whether blocks go on with: sotto network status`,
  );
}

/**
 * Sends a transaction that a developer's account signs through a node, and waits until a block has
 * it. Returns its hash in upper-case hex. Throws EnvironmentFault with the reason of a refusal.
 */
export async function sendAs(
  node: NetworkNode,
  chainId: string,
  account: string,
  sign: (signing: Signing) => Uint8Array,
): Promise<string> {
  const from = deriveAccount(mnemonicOf(account));
  const state = await stateOf(node, from);
  const tx = sign({ ...state, chainId, from, denom: "uscrt", gasLimit: GAS, fee: FEE });
  const calls = cometCalls(rpcUrl(node));
  try {
    const sent = await calls.broadcast(tx);
    const why = "refused" in sent ? sent.refused : sent.code === 0 ? undefined : sent.log;
    if (why !== undefined) throw new EnvironmentFault(`the transaction of account ${account} is refused: ${why}`);
    const hash = toHex(sent.hash).toUpperCase();
    await mustCommit(node, hash);
    return hash;
  } finally {
    calls.close();
  }
}

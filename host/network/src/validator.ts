// SPDX-License-Identifier: Apache-2.0
import { setTimeout as sleep } from "node:timers/promises";
import { toHex } from "@sotto/bytes";
import { cometCalls, cometIdentity } from "@sotto/cometbft";
import { EnvironmentFault } from "@sotto/errors";
import { type AccountKey, accounts, deriveAccount, STAKE, signCreateValidator } from "@sotto/local";
import { loadNetwork, type NetworkNode, nodePaths, nodesOf, restUrl, rpcUrl } from "./files.ts";

export interface ValidatorOptions {
  readonly home: string;
  readonly number: number;
  /** Name of a funded account of the developer's genesis. */
  readonly from: string;
  /** In uscrt; undefined: that of a genesis validator. */
  readonly stake: bigint | undefined;
}

const GAS = 400_000n;
/** 0.1 uscrt a gas. */
const FEE = 40_000n;
const LOOK_MS = 300;
const BOUND_MS = 60_000;

type Fields = Readonly<Record<string, unknown>>;

/** JSON of a REST path; undefined: not found. */
async function rest(node: NetworkNode, path: string): Promise<Fields | undefined> {
  const url = restUrl(node) + path;
  const answer = await fetch(url, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
  if (answer === undefined) {
    throw new EnvironmentFault(
      `node ${node.number} does not answer at ${restUrl(node)}; start it with: sotto network start`,
    );
  }
  const body: unknown = await answer.json().catch(() => undefined);
  return answer.ok && typeof body === "object" && body !== null ? (body as Fields) : undefined;
}

interface AccountState {
  readonly accountNumber: bigint;
  readonly sequence: bigint;
}

async function accountOf(node: NetworkNode, { text }: AccountKey): Promise<AccountState> {
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
async function mustCommit(node: NetworkNode, hash: Uint8Array): Promise<void> {
  const name = toHex(hash).toUpperCase();
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
 * Makes a running full node a validator: an account of the developer's genesis signs the staking
 * transaction. Returns the hash of the transaction in a block. Throws EnvironmentFault.
 */
export async function makeValidator({ home, number, from, stake = STAKE }: ValidatorOptions): Promise<string> {
  const network = loadNetwork(home);
  const [node] = nodesOf(network, [number]);
  if (node === undefined) throw new EnvironmentFault(`the network has no node ${number}`);
  const calls = cometCalls(rpcUrl(node));
  try {
    const { isCatchingUp, height } = await calls.status();
    if (isCatchingUp) {
      throw new EnvironmentFault(
        `node ${number} is at block ${height} and still catches up; a validator that does so is jailed: wait until sotto network status says "in step"`,
      );
    }
    const key = deriveAccount(mnemonicOf(from));
    const tx = signCreateValidator({
      ...(await accountOf(node, key)),
      chainId: network.chainId,
      from: key,
      denom: "uscrt",
      gasLimit: GAS,
      fee: FEE,
      moniker: node.moniker,
      consensusKey: cometIdentity(nodePaths(home, number).comet).validatorPublicKey,
      stake,
    });
    const sent = await calls.broadcast(tx);
    const why = "refused" in sent ? sent.refused : sent.code === 0 ? undefined : sent.log;
    if (why !== undefined) throw new EnvironmentFault(`the staking transaction is refused: ${why}`);
    await mustCommit(node, sent.hash);
    return toHex(sent.hash).toUpperCase();
  } finally {
    calls.close();
  }
}

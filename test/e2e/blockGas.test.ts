// SPDX-License-Identifier: Apache-2.0
import { toHex } from "@sotto/bytes";
import { deriveAccount, signPayment } from "@sotto/local";
import { Wallet } from "secretjs";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { CHAIN_ID, clientOf, mnemonicOf, nativeBalance } from "./client.ts";
import { failedStart, heightOf, removeAll, rest, rpc, TestNode, until } from "./node.ts";

afterEach(removeAll);
afterAll(removeAll);

interface BlockParams {
  readonly max_gas: string;
}
interface Broadcast {
  readonly code: number;
  readonly codespace: string;
  readonly log: string;
}
interface Results {
  readonly txs_results: readonly { readonly code: number; readonly gas_wanted: string }[] | null;
}

/** The limit as both endpoints report it, and as the header's hash of parameters is made from. */
async function maxGasOf(node: TestNode): Promise<readonly string[]> {
  const { consensus_params } = await rpc<{ consensus_params: { block: BlockParams } }>(node, "consensus_params");
  const { genesis } = await rpc<{ genesis: { consensus_params: { block: BlockParams } } }>(node, "genesis");
  const { params } = await rest<{ params: { block: BlockParams } }>(node, "/cosmos/consensus/v1/params");
  return [consensus_params.block.max_gas, genesis.consensus_params.block.max_gas, params.block.max_gas];
}

const from = deriveAccount(mnemonicOf("b"));

/** Takes the payment of the account with its next sequences, one after the other. */
async function payments(node: TestNode): Promise<(to: string, gasLimit: bigint) => Promise<Broadcast>> {
  const { info } = await rest<{ info: { account_number: string; sequence: string } }>(
    node,
    `/cosmos/auth/v1beta1/account_info/${from.text}`,
  );
  let sequence = BigInt(info.sequence);
  return async (to, gasLimit) => {
    const tx = signPayment({
      chainId: CHAIN_ID,
      from,
      to,
      denom: "uscrt",
      amount: 1n,
      gasLimit,
      fee: gasLimit / 80n,
      accountNumber: BigInt(info.account_number),
      sequence,
    });
    const answer = await rpc<Broadcast>(node, `broadcast_tx_sync?tx=0x${toHex(tx)}`);
    if (answer.code === 0) sequence++;
    return answer;
  };
}

/** The gas limits of the transactions of each block above `height`. */
async function wantedByBlock(node: TestNode, height: number): Promise<bigint[][]> {
  const blocks: bigint[][] = [];
  for (let at = height + 1; at <= (await heightOf(node)); at++) {
    const { txs_results } = await rpc<Results>(node, `block_results?height=${at}`);
    for (const { code } of txs_results ?? []) expect(code).toBe(0);
    if (txs_results !== null) blocks.push(txs_results.map(({ gas_wanted }) => BigInt(gas_wanted)));
  }
  return blocks;
}

const above = (wanted: number, max: number) => ({
  codespace: "sdk",
  code: 41,
  log: `tx gas limit ${wanted} exceeds block max gas ${max}: invalid gas limit`,
});

describe("the gas of a block", () => {
  test("is limited from the start, and every endpoint says so", async () => {
    const node = await TestNode.start({ flags: ["--instant"] });
    expect(await maxGasOf(node)).toEqual(["1000000000", "1000000000", "1000000000"]);
    const pay = await payments(node);
    const to = new Wallet().address;
    expect(await pay(to, 1_000_000_001n)).toMatchObject(above(1_000_000_001, 1_000_000_000));
    expect(await pay(to, 1_000_000_000n)).toMatchObject({ code: 0, log: "" });
    await until(async () => ((await nativeBalance(clientOf(node, "a"), to)) === 1n ? true : undefined));
  });

  test("is shared by what waits: no block wants more, nothing is lost", async () => {
    const node = await TestNode.start({ flags: ["--block-time=200ms", "--block-gas=8000000"] });
    const before = await heightOf(node);
    const pay = await payments(node);
    const to = new Wallet().address;
    for (let i = 0; i < 11; i++) expect(await pay(to, 3_000_000n)).toMatchObject({ code: 0 });
    const client = clientOf(node, "a");
    await until(async () => ((await nativeBalance(client, to)) === 11n ? true : undefined));
    const blocks = await wantedByBlock(node, before);
    expect(blocks.flat()).toHaveLength(11);
    for (const wanted of blocks) expect(wanted.length).toBeLessThanOrEqual(2);
    expect(blocks.some((wanted) => wanted.length === 2)).toBe(true);
  });

  test("stays what it was when the chain goes on, and another is refused", async () => {
    const node = await TestNode.start({ flags: ["--instant", "--block-gas=8000000"] });
    const to = new Wallet().address;
    expect(await (await payments(node))(to, 50_000n)).toMatchObject({ code: 0 });
    await until(async () => ((await nativeBalance(clientOf(node, "a"), to)) === 1n ? true : undefined));
    await node.stop();

    const failed = await failedStart({ home: node.home, flags: ["--block-gas=9000000"] });
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain(`the blocks of the chain in ${node.home} have max_gas 8000000, not 9000000`);
    expect(failed.stderr).toContain("--reset");
    expect(failed.stderr).not.toContain("    at ");

    const again = await node.restart(["--instant"]);
    expect(await maxGasOf(again)).toEqual(["8000000", "8000000", "8000000"]);
    const pay = await payments(again);
    expect(await pay(from.text, 8_000_001n)).toMatchObject(above(8_000_001, 8_000_000));
    expect(await pay(from.text, 8_000_000n)).toMatchObject({ code: 0 });
    await again.stop();

    const fresh = await again.restart(["--instant", "--reset", "--block-gas=none"]);
    expect(await maxGasOf(fresh)).toEqual(["-1", "-1", "-1"]);
  });
});

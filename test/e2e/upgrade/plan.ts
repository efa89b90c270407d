// SPDX-License-Identifier: Apache-2.0
/** Governance of a developer's network plans an upgrade, whose program is in this folder. */
import { formatAddress, moduleAddress } from "@sotto/address";
import { toHex } from "@sotto/bytes";
import { accountOf, type Packed, pack, signTx } from "@sotto/contract-test/parts";
import { MsgSubmitProposalSchema, MsgVoteSchema, VoteOption } from "@sotto/proto/cosmos.gov.v1";
import { MsgSoftwareUpgradeSchema } from "@sotto/proto/cosmos.upgrade.v1beta1";
import { Wallet } from "secretjs";
import { mnemonicOf } from "../client.ts";
import { rest, rpc, type TestNode, until } from "../node.ts";

/** A node with CometBFT's RPC. */
export interface Governed {
  readonly node: Pick<TestNode, "rest" | "rpc">;
  readonly chainId: string;
}

/** Operator of the validator with this number, from 0: an address of the account `validator`. */
const operator = (number: number): Wallet => new Wallet(mnemonicOf("validator"), { hdAccountIndex: number });

async function send({ node, chainId }: Governed, by: Wallet, message: Packed): Promise<void> {
  const path = `/cosmos/auth/v1beta1/account_info/${by.address}`;
  const { info } = await rest<{ info: { account_number: string; sequence: string } }>(node, path);
  const signer = accountOf("operator", by.privateKey);
  const signers = [{ by: signer, accountNumber: BigInt(info.account_number), sequence: BigInt(info.sequence) }];
  const fee = [{ denom: "uscrt", amount: "100000" }];
  const tx = signTx({ chainId, messages: [message], signers, gas: 400_000n, fee });
  const sent = await rpc<{ hash: string; code: number; log: string }>(node, `broadcast_tx_sync?tx=0x${toHex(tx)}`);
  if (sent.code !== 0) throw new Error(sent.log);
  const found = await until(
    () => rpc<{ tx_result: { code: number; log: string } }>(node, `tx?hash=0x${sent.hash}`).catch(() => undefined),
    60_000,
  );
  if (found.tx_result.code !== 0) throw new Error(found.tx_result.log);
}

/**
 * Plans an upgrade by an expedited proposal, the first of the chain, with the votes of this many
 * validators. The vote takes 15 s.
 */
export async function planUpgrade(on: Governed, votes: number, name: string, height: number): Promise<void> {
  const authority = formatAddress(moduleAddress("gov"));
  const first = operator(0);
  await send(
    on,
    first,
    pack(MsgSubmitProposalSchema, {
      messages: [pack(MsgSoftwareUpgradeSchema, { authority, plan: { name, height: BigInt(height), info: "next" } })],
      initialDeposit: [{ denom: "uscrt", amount: "2500000000" }],
      proposer: first.address,
      title: name,
      summary: "a module and a migration more",
      expedited: true,
    }),
  );
  for (let number = 0; number < votes; number++) {
    const voter = operator(number);
    await send(on, voter, pack(MsgVoteSchema, { proposalId: 1n, voter: voter.address, option: VoteOption.YES }));
  }
}

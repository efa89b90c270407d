// SPDX-License-Identifier: Apache-2.0
/** A network of several validators in one node: jail and its end, restarts, a foreign validator. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { formatAddress, parseAddress, prefix } from "@sotto/address";
import { fromBase64 } from "@sotto/bytes";
import { consensusAddress } from "@sotto/comet";
import { Ed25519Key } from "@sotto/crypto";
import { operatorAccounts } from "@sotto/local";
import { type SecretNetworkClient, Wallet } from "secretjs";
import { afterAll, describe, expect, test } from "vitest";
import { clientOf, clientWith, mnemonicOf, must, withGas } from "./client.ts";
import { failedStart, heightOf, newHome, removeAll, rpc, TestNode, untilHeight } from "./node.ts";

afterAll(removeAll);

const POWER = "100000000000";
/** Slashing counts over 100 blocks, and jails no validator before. */
const JAILED_BY = 104;

interface SetAnswer {
  readonly total: string;
  readonly validators: readonly { readonly address: string; readonly voting_power: string }[];
}
const setAt = (node: TestNode, height: number) => rpc<SetAnswer>(node, `validators?height=${height}`);

/** Addresses of those that signed the block, in order, `""` for absent ones; and its round. */
async function votesAt(node: TestNode, height: number) {
  const { signed_header } = await rpc<{
    signed_header: { commit: { round: number; signatures: { validator_address: string }[] } };
  }>(node, `commit?height=${height}`);
  const { round, signatures } = signed_header.commit;
  return { round, voters: signatures.map(({ validator_address }) => validator_address) };
}

const OPERATORS = operatorAccounts(4).map((account) => formatAddress(parseAddress(account), prefix.validator));
const second = new Wallet(mnemonicOf("validator"), { hdAccountIndex: 1 });

async function validatorOf(client: SecretNetworkClient, operator: string) {
  const { validator } = await client.query.staking.validator({ validator_addr: operator });
  if (validator === undefined) throw new Error(`no validator ${operator}`);
  return validator;
}

/**
 * Hex and bech32 of a validator's consensus key, which secretjs gives as JSON of amino or proto.
 */
function consensusAddressOf(validator: { readonly consensus_pubkey?: unknown }) {
  const { key } = validator.consensus_pubkey as { readonly key: string };
  const bytes = consensusAddress({ type: "ed25519", bytes: fromBase64(key) ?? new Uint8Array() });
  return { hex: Buffer.from(bytes).toString("hex").toUpperCase(), text: formatAddress(bytes, prefix.consensus) };
}

const signingInfo = async (client: SecretNetworkClient, address: string) =>
  (await client.query.slashing.signingInfo({ cons_address: address })).val_signing_info;

const unjail = (client: SecretNetworkClient) =>
  client.tx.slashing.unjail({ validator_addr: OPERATORS[1] as string }, withGas(100_000));

/** Statuses as the REST endpoint names them. */
async function monikersOf(client: SecretNetworkClient, status: string) {
  const { validators = [] } = await client.query.staking.validators({ status });
  return validators.map(({ description }) => description?.moniker).sort();
}

/** A validator with a key that the node does not have. */
async function createForeign(node: TestNode) {
  const key = new Ed25519Key(new Uint8Array(32).fill(77));
  const client = clientOf(node, "b");
  const made = must(
    await client.tx.staking.createValidator(
      {
        description: { moniker: "elsewhere", identity: "", website: "", security_contact: "", details: "" },
        commission: { rate: 0.1, max_rate: 0.2, max_change_rate: 0.01 },
        min_self_delegation: "1",
        delegator_address: client.address,
        pubkey: Buffer.from(key.publicKey).toString("base64"),
        initial_delegation: { denom: "uscrt", amount: "1000000000000000" },
      },
      withGas(500_000),
    ),
  );
  const operator = formatAddress(parseAddress(client.address), prefix.validator);
  const address = Buffer.from(consensusAddress({ type: "ed25519", bytes: key.publicKey })).toString("hex");
  return { height: made.height, operator, address: address.toUpperCase() };
}

const later = (seconds: number) => ({
  NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "clockShift.mjs")).href}`,
  SOTTO_CLOCK_SHIFT: String(seconds),
});

describe("four validators", () => {
  let node: TestNode;
  /** Consensus address of the second one. */
  let gone = { hex: "", text: "" };

  test("sign every block, and the second one misses those of --miss until it is jailed", async () => {
    const flags = ["--validators=4", "--miss=2@4-60", "--miss=1@61", "--block-time=100ms"];
    node = await TestNode.start({ flags });
    const client = clientWith(node, second);
    expect(client.address).toBe(operatorAccounts(4)[1]);
    gone = consensusAddressOf(await validatorOf(client, OPERATORS[1] as string));
    await untilHeight(node, 8);
    const set = await setAt(node, 8);
    expect(set.validators.map(({ voting_power }) => voting_power)).toEqual([POWER, POWER, POWER, POWER]);
    const addresses = set.validators.map(({ address }) => address);
    expect(addresses).toEqual([...addresses].sort());
    expect((await votesAt(node, 3)).voters).toEqual(addresses);
    const blocks = await Promise.all([4, 5, 6, 7].map((height) => votesAt(node, height)));
    for (const { voters } of blocks) expect(voters).toEqual(addresses.map((each) => (each === gone.hex ? "" : each)));
    // Of four blocks one is its turn to propose: the next in turn does, a round later.
    expect(blocks.map(({ round }) => round).sort()).toEqual([0, 0, 0, 1]);
    expect(await monikersOf(client, "BOND_STATUS_BONDED")).toEqual(["sotto", "sotto-2", "sotto-3", "sotto-4"]);

    await untilHeight(node, JAILED_BY);
    expect((await votesAt(node, 61)).voters.filter((each) => each === "")).toHaveLength(1);
    expect(await validatorOf(client, OPERATORS[1] as string)).toMatchObject({
      jailed: true,
      status: "BOND_STATUS_UNBONDING",
      // A hundredth of its stake was burnt.
      tokens: "99000000000000000",
    });
    expect(await monikersOf(client, "BOND_STATUS_BONDED")).toEqual(["sotto", "sotto-3", "sotto-4"]);
    expect((await setAt(node, JAILED_BY)).validators.map(({ address }) => address)).toEqual(
      addresses.filter((each) => each !== gone.hex),
    );
    expect(await signingInfo(client, gone.text)).toMatchObject({ tombstoned: false });
    const early = await unjail(client);
    expect([early.code, early.rawLog]).toEqual([4, expect.stringContaining("validator still jailed")]);
  });

  test("are the same after a restart, where the jail has ended and the second one comes back", async () => {
    await node.stop();
    expect(node.stderr).toBe("");
    const { home, ports } = node;
    const other = await failedStart({ home, ports, flags: ["--validators=3"] });
    expect(other.stderr).toContain(`the chain in ${home} began with 4 validators, not 3`);
    node = await TestNode.start({ home, ports, flags: ["--block-time=100ms"], env: later(90) });
    expect((await setAt(node, await heightOf(node))).total).toBe("3");
    const client = clientWith(node, second);
    // The time of the first block is that of the last vote before the stop.
    await untilHeight(node, (await heightOf(node)) + 2);
    const { height } = must(await unjail(client));
    await untilHeight(node, height + 3);
    expect((await setAt(node, height + 2)).total).toBe("4");
    const { voters } = await votesAt(node, height + 2);
    expect(voters).toHaveLength(4);
    expect(voters).toContain(gone.hex);
    expect(await validatorOf(client, OPERATORS[1] as string)).toMatchObject({
      jailed: false,
      status: "BOND_STATUS_BONDED",
    });
  });

  test("sign without one whose key is elsewhere, and stop when it has over a third of the power", async () => {
    const { height, operator, address } = await createForeign(node);
    await untilHeight(node, height + 3);
    const { voters } = await votesAt(node, height + 2);
    expect([voters.length, voters.at(-1)]).toEqual([5, ""]);
    expect((await setAt(node, height + 2)).validators.at(-1)).toMatchObject({ address, voting_power: "1000000000" });

    const rich = clientOf(node, "c");
    const amount = { denom: "uscrt", amount: "300000000000000000" };
    // The chain ends two blocks later, so nobody waits for the result.
    await rich.tx.staking.delegate({ delegator_address: rich.address, validator_address: operator, amount }, {
      ...withGas(500_000),
      broadcastMode: "Sync",
      waitForCommit: false,
    } as never);
    const { code } = await node.ended;
    expect(code).toBe(1);
    const reason = /block [0-9]+ needs more than two thirds of the voting power [0-9]+, but its signers have [0-9]+: /;
    expect(node.stderr).toMatch(reason);
    expect(node.stderr).toContain(`${address} of power 301000000000 has no key in this node`);
    const again = await failedStart({ home: node.home, ports: node.ports, flags: ["--block-time=100ms"] });
    expect(again.stderr).toMatch(reason);
  });
});

test("flags of validators that cannot be are refused, and nothing is made or removed", async () => {
  const home = join(newHome(), "chain");
  for (const [flags, reason] of [
    [["--validators=101"], "a whole number from 1 to 100 is needed"],
    [["--validators=4", "--miss=3@9-8"], "the range ends at 8, before it begins at 9"],
    [["--validators=3", "--miss=3@8-9"], "the chain would stop at block 8, because validator 3 of 3 would be absent"],
  ] as const) {
    const failed = await failedStart({ home, flags });
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining(reason)]);
    expect(failed.stderr).not.toContain("    at ");
    expect(existsSync(join(home, "genesis.json"))).toBe(false);
  }
});

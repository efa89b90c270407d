// SPDX-License-Identifier: Apache-2.0
import { toBase64 } from "@sotto/bytes";
import { localGenesis } from "@sotto/local";
import { describe, expect, it } from "vitest";
import { genesisFaults } from "../src/genesisCheck.ts";

const KEYS = [1, 2, 3].map((byte) => new Uint8Array(32).fill(byte));
const NAMES = KEYS.map(toBase64);
const [first = new Uint8Array(0), ...further] = KEYS;
const { json } = localGenesis({ chainId: "net-1", timeNs: 1n, validatorPubKey: first, furtherPubKeys: further });

/** A genesis as tests change it. */
interface Document {
  chain_id: string;
  validators: { power: string; pub_key: { value: string } }[];
  app_state: { staking: { validators: object[] }; genutil?: { gen_txs: object[] } };
}

function faultsOf(change: (document: Document) => void, keys = NAMES): readonly string[] {
  const document = JSON.parse(json) as Document;
  change(document);
  return genesisFaults(JSON.stringify(document), "net-1", keys);
}

const genTx = (key: string, operator: string) => ({
  body: { messages: [{ pubkey: { key }, validator_address: operator }] },
});

describe("a genesis file", () => {
  it("with the validators of the folders has no fault", () => {
    expect(faultsOf(() => {})).toEqual([]);
  });

  it("that is no JSON, or of another chain, is named so", () => {
    expect(genesisFaults("{", "net-1", NAMES)[0]).toMatch(/^it is not JSON .*: get the network's file again$/);
    expect(
      faultsOf((document) => {
        document.chain_id = "net-2";
      }),
    ).toEqual(["it is of chain net-2, not net-1: get the network's file again"]);
  });

  it("without validators, or with another set than its state, is refused", () => {
    expect(
      faultsOf((document) => {
        document.validators = [];
      }, [])[0],
    ).toContain("it names no validators: write those of its transactions into its field validators");
    expect(
      faultsOf((document) => {
        document.app_state.staking.validators.pop();
      }),
    ).toEqual([`its field validators has the key ${NAMES[2]}, and neither its staking state nor a gentx has it`]);
  });

  it("that lacks the key of a folder is refused", () => {
    const other = toBase64(new Uint8Array(32).fill(9));
    expect(faultsOf(() => {}, [other])[0]).toContain(`it lacks the validator with the key ${other} of this folder`);
  });

  it("with a validator that comes twice, or has no power, is refused", () => {
    const twice = faultsOf(({ validators }) => {
      const [one] = validators;
      if (one !== undefined) validators.push(one);
    });
    expect(twice).toEqual([`its field validators has the key ${NAMES[0]} twice: remove one`]);
    const weak = faultsOf(({ validators: [one] }) => {
      if (one !== undefined) one.power = "0";
    });
    expect(weak).toEqual(["a validator has no power: set one above 0"]);
  });

  it("with a doubled gentx is refused, by its key and by its operator", () => {
    const faults = faultsOf(({ app_state: state }) => {
      state.genutil = { gen_txs: [genTx("a", "one"), genTx("a", "two"), genTx("b", "two")] };
    });
    expect(faults).toEqual([
      "two validators of its state or its gentxs have the key a: remove one",
      "the operator two has two validators or gentxs: remove one",
    ]);
  });
});

// SPDX-License-Identifier: Apache-2.0
/** The first start of a node whose driver, as one of hardware, lets keys begin one genesis only. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fromUtf8 } from "@sotto/bytes";
import type { ValidatorSet } from "@sotto/comet";
import { sha256 } from "@sotto/crypto";
import { createEnclave } from "@sotto/enclave";
import { createSim, type Platform } from "@sotto/platform";
import { type EnclaveClient, enclaveClient, type StartAnswer, serveEnclave } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { afterAll, describe, expect, it } from "vitest";
import { GENESIS_TIME, validatorKey, validatorSet } from "../support/blockMaker.ts";

interface Started {
  readonly keys: StartAnswer;
  onGenesis(validators: ValidatorSet): void;
}
/** A part of the node that its package does not export. */
const place = new URL("../../host/node/dist/threads/enclaveStart.js", import.meta.url).href;
const { startExecEnclave }: { startExecEnclave(start: object, enclave: EnclaveClient, sealed: undefined): Started } =
  await import(place);

const chainId = "hardware-1";
const folder = mkdtempSync(join(tmpdir(), "sotto-hardware-"));
afterAll(() => rmSync(folder, { recursive: true }));
const sealedPath = join(folder, "enclave.sealed");

const own = sha256(fromUtf8("consensus one"));
/** The set that the gentxs of the file make. */
const validators = validatorSet(validatorKey("one"), validatorKey("two"));
const named = validators.validators.map(({ publicKey, votingPower }) => ({
  pubKey: publicKey.bytes,
  power: votingPower,
}));

const start = (names: typeof named, changes: Partial<Platform>, seeds = [own]) => {
  const sim = (chain: string): Platform => createSim({ chainId: chain, sealingKey: new Uint8Array(32).fill(1) });
  const enclave = enclaveClient(
    inlineChannel(serveEnclave(createEnclave((_driver, chain) => ({ ...sim(chain), ...changes })))),
  );
  const genesis = {
    ...{ chainId, time: GENESIS_TIME, initialHeight: 1, consensusParams: new Uint8Array(0) },
    validators: names,
  };
  const driver = { driver: "sim", driverOptions: new Uint8Array(0) };
  const parts = { validatorSeeds: seeds, sealedPath, believesRows: false };
  return startExecEnclave({ chainId, driver, genesis, ...parts }, enclave, undefined);
};

const hardware = { driver: "hardware", keysMayBeginAgain: false, mayBelieveRows: false };

describe("a genesis file whose validators come from its gentxs alone", () => {
  it("is refused by a driver of hardware, with what to do, and leaves no keys behind", () => {
    const { onGenesis } = start([], hardware);
    expect(() => onGenesis(validators)).toThrow(/write those of its gentxs into its field validators/);
    expect(existsSync(sealedPath)).toBe(false);
  });

  it("is refused at once by a node that signs for no validator, which could begin with none", () => {
    for (const changes of [hardware, {}]) {
      expect(() => start([], changes, [])).toThrow(/names no validators, and this node signs for none/);
    }
    expect(existsSync(sealedPath)).toBe(false);
  });

  it("begins there with the validators in its field, also after a stop before the first block", () => {
    const first = start(named, hardware);
    first.onGenesis(validators);
    const sealed = readFileSync(sealedPath);
    const again = start(named, hardware);
    again.onGenesis(validators);
    expect(again.keys.ioPublicKey).toEqual(first.keys.ioPublicKey);
    expect(new Uint8Array(readFileSync(sealedPath))).toEqual(new Uint8Array(sealed));
    rmSync(sealedPath);
  });

  it("begins with sim, whose keys are saved once the set is known", () => {
    const { keys, onGenesis } = start([], {});
    expect(existsSync(sealedPath)).toBe(false);
    onGenesis(validators);
    expect(existsSync(sealedPath)).toBe(true);
    const again = start([], {});
    expect(again.keys.ioPublicKey).toEqual(keys.ioPublicKey);
    rmSync(sealedPath);
  });
});

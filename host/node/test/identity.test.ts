// SPDX-License-Identifier: Apache-2.0
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toHex } from "@sotto/bytes";
import { Ed25519Key } from "@sotto/crypto";
import { EnvironmentFault } from "@sotto/errors";
import { afterEach, describe, expect, test } from "vitest";
import { type Config, paths } from "../src/config.ts";
import { openGenesis } from "../src/genesisFile.ts";
import { loadIdentity } from "../src/identity.ts";

const home = mkdtempSync(join(tmpdir(), "sotto-identity-"));
const { genesis, validatorKey } = paths(home);
afterEach(() => {
  for (const name of readdirSync(home)) rmSync(join(home, name));
});

type Asked = Pick<
  Config,
  "home" | "chainId" | "blockGas" | "seed" | "driver" | "driverOptions" | "genesisAccounts" | "validators" | "misses"
>;
const asked: Asked = {
  home,
  chainId: "secretdev-1",
  blockGas: undefined,
  seed: undefined,
  driver: "sim",
  driverOptions: undefined,
  genesisAccounts: [],
  validators: undefined,
  misses: [],
};
// An identity follows from these fields alone.
const load = (other: Partial<Config> = {}) => loadIdentity({ ...asked, ...other } as Config);

const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (thrown) {
    return thrown;
  }
  throw new Error("nothing was thrown");
};
const openFiles = () =>
  readdirSync("/proc/self/fd").filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`) === genesis;
    } catch {
      return false; // the descriptor of this listing
    }
  }).length;

describe("the validator key file", () => {
  test("is read again", () => {
    const { validatorSeeds } = load();
    expect(load().validatorSeeds).toEqual(validatorSeeds);
  });

  test("that is damaged is refused without a word of its contents", () => {
    load();
    const text = readFileSync(validatorKey, "utf8");
    const secret: string = JSON.parse(text).priv_key.value;
    const damaged = [
      secret,
      text.replace(`"${secret}"`, secret),
      text.replace(secret, `${secret.slice(0, 40)}"${secret.slice(40)}`),
      text.replace(secret, secret.slice(4)),
      text.slice(0, text.indexOf(secret) + 30),
      JSON.stringify({ priv_key: { value: [secret] } }),
      JSON.stringify({ priv_key: secret }),
      "null",
      "",
    ];
    for (const contents of damaged) {
      writeFileSync(validatorKey, contents);
      const thrown = thrownBy(() => load());
      expect(thrown).toEqual(new EnvironmentFault(`${validatorKey} is not a validator key file`));
      expect((thrown as Error).cause).toBeUndefined();
    }
  });
});

describe("several validators", () => {
  const keysOf = ({ genesis: { validators } }: ReturnType<typeof load>) =>
    validators.map(({ pubKey, power }) => [toHex(pubKey), power] as const);

  test("belong to the chain in the folder: a start without the flag has the same", () => {
    const made = load({ validators: 4 });
    expect(keysOf(made).map(([, power]) => power)).toEqual(Array.from({ length: 4 }, () => 100_000_000_000n));
    const again = load();
    expect(again).toEqual(made);
    expect(again.validatorSeeds.map((seed) => toHex(new Ed25519Key(seed).publicKey))).toEqual(
      keysOf(made).map(([key]) => key),
    );
    expect(load({ validators: 4, misses: [{ validator: 4, from: 2, to: 9 }] }).misses).toHaveLength(1);
  });

  test("cannot become more or fewer", () => {
    const { genesis: made } = load();
    expect(() => load({ validators: 2 })).toThrow(
      `the chain in ${home} began with one validator, not 2, and that cannot change; leave --validators out`,
    );
    expect(load({ validators: 1 }).genesis).toEqual(made);
    rmSync(genesis);
    load({ validators: 3 });
    expect(() => load({ validators: 1 })).toThrow(`the chain in ${home} began with 3 validators, not 1`);
  });

  test("that may not miss a block leave no chain behind", () => {
    const misses = [{ validator: 2, from: 2, to: 9 }];
    expect(() => load({ validators: 3, misses })).toThrow("the chain would stop at block 2");
    expect(existsSync(genesis)).toBe(false);
    load({ validators: 1 });
    expect(() => load({ misses })).toThrow("there is no validator 2");
  });

  test("of an imported file may miss blocks by their powers, not by their number", () => {
    load({ validators: 4 });
    const document = JSON.parse(readFileSync(genesis, "utf8"));
    document.validators[0].power = "900000000000";
    writeFileSync(genesis, JSON.stringify(document));
    const missing = (...validators: readonly number[]) =>
      load({ misses: validators.map((validator) => ({ validator, from: 2, to: 9 })) });
    expect(missing(2, 3, 4).misses).toHaveLength(3);
    expect(() => missing(1)).toThrow("the chain would stop at block 2, because validator 1 of 4 would be absent");
    // A jailed one is not in the set.
    document.validators = document.validators.filter((_: unknown, i: number) => i !== 1);
    writeFileSync(genesis, JSON.stringify(document));
    expect(missing(2).misses).toHaveLength(1);
  });
});

describe("the genesis file", () => {
  test("with an invalid time is refused", () => {
    load();
    const text = readFileSync(genesis, "utf8");
    const { genesis_time: time } = JSON.parse(text);
    for (const wrong of ["nineteen characters", "2026-13-01T00:00:00", "2026-01-01T99:00:00", "2026-01-01 00:00:00"]) {
      writeFileSync(genesis, text.replace(time, `${wrong}Z`));
      expect(thrownBy(() => load())).toEqual(new EnvironmentFault("the genesis file has no readable genesis_time"));
    }
  });

  test("is not scanned to its end at a start", () => {
    const { genesis: made } = load();
    const text = readFileSync(genesis, "utf8");
    const begin = text.indexOf('"app_state":') + '"app_state":'.length;
    writeFileSync(genesis, `${text.slice(0, begin)}not JSON`);
    expect(load().genesis).toEqual(made);
  });

  test.runIf(process.platform === "linux")("is closed when the identity is loaded, and by its other readers", () => {
    load();
    expect(openFiles()).toBe(0);
    const other = openGenesis({ path: genesis });
    expect(openFiles()).toBe(1);
    other.close();
    expect(openFiles()).toBe(0);
    writeFileSync(genesis, "{}");
    expect(() => load()).toThrow(EnvironmentFault);
    expect(openFiles()).toBe(0);
  });
});

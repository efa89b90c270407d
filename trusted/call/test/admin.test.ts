// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { concat, fromBase64, toHex, toLatin1, toUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { EnclaveError } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import { Chain, failure, probeV1, probeV010, User } from "./chain.ts";

// The same contract under another hash: one more custom section.
const probeV2 = concat(probeV1, Uint8Array.of(0, 2, 1, 97));
const hash2 = toHex(sha256(probeV2));
const validation = `Execution error: Enclave: ${EnclaveError.failedValidation.summary}`;

const setup = (admin?: string) => {
  const chain = new Chain(probeV1, probeV2, probeV010);
  const user = new User(7);
  const contract = user.create(chain, 1, [{ set: { key: "k", value: "kept" } }], admin ?? user.text);
  const migrate = (by = user, code = probeV2, codeId = 2, ops: unknown[] = []) => {
    const msg = by.encrypt(code, { ops });
    return by.read(chain.deliver({ kind: "migrate", sender: by.address, contract, codeId, msg }).data);
  };
  const update = (newAdmin: string, by = user) =>
    chain.deliver({ kind: "updateAdmin", sender: by.address, contract, newAdmin });
  return { chain, user, contract, migrate, update };
};

describe("a migration", () => {
  it("runs the new code on the old state, and from then on only the new code answers", () => {
    const { chain, user, contract, migrate } = setup();
    const old = chain.ref(contract);
    chain.nextBlock();
    expect(migrate(user, probeV2, 2, [{ get: { key: "k" } }, { set: { key: "m", value: "migrated" } }])).toEqual([
      "kept",
    ]);
    expect(user.query(chain, contract, probeV2, { get: { key: "k" } }, { get: { key: "m" } })).toEqual([
      "kept",
      "migrated",
    ]);
    expect(failure(() => user.query(chain, contract, probeV1, { noop: {} })).message).toBe(
      EnclaveError.failedValidation.summary,
    );
    const now = chain.ref(contract);
    expect(toHex(now.ogKey)).toBe(toHex(old.ogKey));
    expect([now.currentKey.length, now.currentKeyProof.length]).toEqual([64, 32]);
    // A proof of another key, or an absent proof, is refused.
    const query = (change: object) =>
      chain.calls.query(
        {
          contract: { ...now, ...change },
          query: user.encrypt(probeV2, { noop: {} }),
          gasLimit: 1e10,
          depth: 1,
          height: 1,
          time: "1",
        },
        chain.host(contract),
      ).fault;
    expect(query({ currentKeyProof: new Uint8Array(32) })).toBe(EnclaveError.contractAuthentication.code);
    expect(query({ currentKey: now.ogKey })).toBe(EnclaveError.contractAuthentication.code);
    expect(query({ currentKey: new Uint8Array(0) })).toBe(EnclaveError.contractAuthentication.code);
    expect(query({})).toBe(0);
  });

  it("can be done again, to the same code too, and from v1 to v0.10 when that has a migrate", () => {
    const { chain, user, contract, migrate } = setup();
    migrate();
    migrate(user, probeV2, 2);
    expect(user.query(chain, contract, probeV2, { get: { key: "k" } })).toEqual(["kept"]);
    migrate(user, probeV1, 1);
    expect(user.query(chain, contract, probeV1, { get: { key: "k" } })).toEqual(["kept"]);
  });

  it("is the admin's alone", () => {
    const stranger = new User(8);
    const { migrate } = setup();
    expect(failure(() => migrate(stranger)).message).toBe(validation);
    expect(failure(() => setup("").migrate()).message).toBe(validation);
    expect(failure(() => setup(stranger.text).migrate()).message).toBe(validation);
    expect(() => setup(stranger.text).migrate(stranger)).not.toThrow();
  });

  it("needs the hash of the new code in the message, and leaves everything as it was when it fails", () => {
    const { chain, user, contract, migrate } = setup();
    const before = toLatin1(chain.ref(contract).codeHash);
    expect(failure(() => migrate(user, probeV1, 2)).message).toBe(validation);
    const failed = failure(() => migrate(user, probeV2, 2, [{ fail: { error: { text: { text: "no" } } } }]));
    expect(user.readError(failed.message)).toBe("no");
    expect(toLatin1(chain.ref(contract).codeHash)).toBe(before);
  });
});

describe("an admin", () => {
  const stranger = new User(8);

  it("can be changed and cleared by the admin, and the proof follows", () => {
    const { migrate, update } = setup();
    expect(failure(() => update(stranger.text, stranger)).message).toBe(validation);
    update(stranger.text);
    expect(failure(() => migrate()).message).toBe(validation);
    migrate(stranger);
    update("", stranger);
    expect(failure(() => migrate(stranger)).message).toBe(validation);
    expect(failure(() => update(stranger.text, stranger)).message).toBe(validation);
  });

  it("can be a contract, which migrates and resigns by messages of its own", () => {
    const chain = new Chain(probeV1, probeV2);
    const user = new User(7);
    const boss = user.create(chain, 1);
    const contract = user.create(chain, 1, [{ set: { key: "k", value: "kept" } }], formatAddress(boss));
    const text = formatAddress(contract);
    const order = (...ops: unknown[]) => user.execute(chain, boss, probeV1, ...ops);
    const sub = { id: 1, reply_on: "always", gas_limit: null };
    order({
      migrate_other: {
        contract: text,
        code_hash: hash2,
        code_id: 2,
        msg: '{"ops":[{"output":{"text":"moved"}}]}',
        sub,
      },
    });
    expect(user.query(chain, contract, probeV2, { get: { key: "k" } })).toEqual(["kept"]);
    const [replies] = user.query(chain, boss, probeV1, { replies: {} }) as [string];
    expect(toUtf8(fromBase64(JSON.parse(replies)[0].data) as Uint8Array)).toBe('["moved"]');
    order({ update_admin: { contract: text, admin: user.text, sub: null } });
    expect(failure(() => order({ clear_admin: { contract: text, sub: null } })).message).toContain(
      "failed to validate transaction",
    );
    const clear = { kind: "updateAdmin", sender: user.address, contract, newAdmin: "" } as const;
    expect(() => chain.deliver(clear)).not.toThrow();
    expect(failure(() => chain.deliver(clear)).message).toBe(validation);
  });
});

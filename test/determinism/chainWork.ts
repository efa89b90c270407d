// SPDX-License-Identifier: Apache-2.0
/**
 * Work whose result must be the same on every machine, outside of the engine: coins, signatures,
 * messages of contracts, migrations.
 */
import { formatAddress, moduleAddress } from "@sotto/address";
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { type Account, executeMessage, type Packed, pack, storeMessage } from "@sotto/contract-test/parts";
import { Ed25519Key, ed25519Verify, secp256k1PublicKey, secp256k1Sign, sha256 } from "@sotto/crypto";
import { MsgMultiSendSchema, MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { MsgClearAdminSchema, MsgUpdateAdminSchema } from "@sotto/proto/secret.compute.v1beta1";
import { SignMode } from "@sotto/tx";
import { gzip } from "pako";
import { type CodeOf, type Deployed, type Driver, type Op, uscrt } from "./driver.ts";
import { accounts } from "./recordedChain.ts";

const [first, second] = accounts as [Account, Account];

export const sendMessage = (from: string, to: string, amount: number | string, denom = "uscrt"): Packed =>
  pack(MsgSendSchema, { fromAddress: from, toAddress: to, amount: [{ denom, amount: String(amount) }] });

export function bankWork(driver: Driver): void {
  const stranger = formatAddress(sha256(fromUtf8("stranger")).subarray(0, 20));
  const send = (name: string, to: string, amount: number | string, changes = {}) =>
    driver.send(`bank ${name}`, (by) => [sendMessage(by.address, to, amount)], changes);
  send("to another", second.address, 5);
  send("to a stranger", stranger, "77");
  send("to oneself", first.address, 1);
  send("nothing", stranger, 0);
  send("too much", stranger, "99999999999999999999");
  send("to a module", formatAddress(moduleAddress("fee_collector")), 5);
  send("to nobody", "secret1nobody", 5);
  send("eip191", stranger, 3, { mode: SignMode.eip191 });
  send("amino", stranger, 3, { mode: SignMode.aminoJson });
  send("without gas", stranger, 3, { gas: 0n });
  for (const gas of [10_000, 30_000, 50_000, 60_000, 70_000]) send(`gas ${gas}`, stranger, 3, { gas: BigInt(gas) });
  send("with a memo", stranger, 3, { memo: "m".repeat(256) });
  send("with too long a memo", stranger, 3, { memo: "m".repeat(257) });
  send("too late", stranger, 3, { timeoutHeight: 2n });
  send("forged", stranger, 3, {
    forge: ([signature]: Uint8Array[]) => [(signature as Uint8Array).map((byte) => byte ^ 1)],
  });
  send("without a fee", stranger, 3, { fee: [] });
  send("with a fee nobody has", stranger, 3, { fee: [{ denom: "unothing", amount: "1" }] });
  driver.send("bank three messages, the last fails", (by) => [
    sendMessage(by.address, stranger, 1),
    sendMessage(by.address, stranger, 2),
    sendMessage(by.address, stranger, "99999999999999999999"),
  ]);
  driver.send("bank multi", (by) => [
    pack(MsgMultiSendSchema, {
      inputs: [{ address: by.address, coins: uscrt(10) }],
      outputs: [
        { address: stranger, coins: uscrt(4) },
        { address: second.address, coins: uscrt(6) },
      ],
    }),
  ]);
  driver.send("bank foreign", () => [sendMessage(second.address, stranger, 1)]);
  driver.send("unknown message", () => [{ typeUrl: "/none.Msg", value: Uint8Array.of(8, 1) }]);
  driver.send("malformed message", () => [{ typeUrl: "/cosmos.bank.v1beta1.MsgSend", value: Uint8Array.of(255, 255) }]);
  driver.queue("not a transaction", Uint8Array.of(1, 2, 3));
  driver.flush();
  // Several transactions of one account in one block, one of them twice.
  const of = (i: number) => driver.sign(first, [sendMessage(first.address, stranger, i)]);
  const [one, two, three] = [of(1), of(2), of(3)] as const;
  for (const [i, bytes] of [one, two, two, three, one].entries()) driver.queue(`in order ${i}`, bytes);
  driver.flush();
}

const sub = (id: number, reply_on: string, extra: Op = {}): Op => ({ id, reply_on, ...extra });
export const callOp = (to: Deployed, op: Op, more: Op = {}): Op => ({
  call: { contract: to.address, code_hash: to.codeHash, msg: JSON.stringify(op), funds: [], ...more },
});
/** The probe's field as a constant: an object literal with `then` looks like a promise. */
const THEN = "then";
const failing: Op = { fail: { error: { generic_err: { msg: "child failed" } } } };
const set = (key: string, value: string): Op => ({ set: { key, value } });
const batch = (...ops: Op[]): Op => ({ batch: { ops } });

/** Messages of contracts to contracts: all kinds of reply, depth, limits, and funds. */
export function submessageWork(driver: Driver, v1: Deployed, child: Deployed, v010: Deployed, code: CodeOf): void {
  const run = (name: string, op: Op, options = {}) =>
    driver.execute(`sub ${name}`, v1, op, { gas: 4_000_000n, ...options });
  for (const reply of ["always", "error", "success", "never"]) {
    run(`${reply} ok`, callOp(child, set("a", reply), { sub: sub(1, reply, { [THEN]: [set("replied", reply)] }) }));
    run(
      `${reply} fails`,
      batch(set("b", reply), callOp(child, failing, { sub: sub(2, reply, { [THEN]: [set("caught", reply)] }) })),
    );
    run(`${reply} panics`, callOp(child, { panic: { text: "x" } }, { sub: sub(3, reply) }));
    for (const gas_limit of [1000, 30_000, 60_000, 100_000]) {
      run(
        `${reply} limit ${gas_limit}`,
        callOp(child, { loop: { kind: "cpu" } }, { sub: sub(4, reply, { gas_limit }) }),
      );
    }
    run(`${reply} fails in the reply`, callOp(child, { noop: {} }, { sub: sub(5, reply, { [THEN]: [failing] }) }));
  }
  for (const gas of [100_000, 200_000, 300_000, 400_000, 500_000]) {
    const nested = callOp(child, callOp(child, { count: { rounds: 20_000 } }), { sub: sub(6, "always") });
    run(`nested, gas ${gas}`, nested, { gas: BigInt(gas) });
  }
  for (const depth of [1, 10, 99, 100]) {
    run(`self call ${depth}`, { self_call: { depth, [THEN]: [set("bottom", `${depth}`)] } }, { gas: 100_000_000n });
  }
  // The deeper one fails: a reply that runs into the contract's own error fails all calls above it.
  for (const depth of [2, 20]) {
    run(
      `self call ${depth} with replies`,
      { self_call: { depth, [THEN]: [set("bottom", "r")], reply_on: "always" } },
      { gas: 200_000_000n },
    );
  }
  driver.execute("sub v010 self call", v010, { self_call: { depth: 100, [THEN]: [] } }, { gas: 100_000_000n });
  driver.execute("sub v010 calls v1", v010, batch(callOp(child, set("by", "v010")), callOp(child, failing)), {
    gas: 4_000_000n,
  });
  for (const depth of [1, 9, 10]) run(`self query ${depth}`, { self_query: { depth } });
  const create = (label: string, more = {}) => ({
    create: {
      code_id: Number(code.codeId),
      code_hash: code.hash,
      label,
      msg: '{"ops":[]}',
      funds: [],
      admin: null,
      sub: null,
      ...more,
    },
  });
  run("create", create("made by a contract"));
  run(
    "create twice",
    batch(create("made twice", { sub: sub(7, "always") }), create("made twice", { sub: sub(8, "always") })),
  );
  run("send without money", { send: { to: first.address, amount: uscrt(5), sub: sub(9, "error") } });
  run(
    "with money",
    callOp(child, { send: { to: second.address, amount: uscrt(30), sub: null } }, { funds: uscrt(40) }),
    { funds: uscrt(100) },
  );
  run("burn", { burn: { amount: uscrt(7), sub: null } });
  run("custom", { custom: { sub: sub(10, "always") } });
  const stargate = sendMessage(v1.address, second.address, 2);
  run("stargate", { stargate: { type_url: stargate.typeUrl, value: toBase64(stargate.value), sub: null } });
  run("finalize", batch(set("final", "yes"), { finalize_tx: {} }, callOp(child, failing)));
  driver.flush();
  driver.query("replies", v1, { replies: {} });
  for (const key of ["a", "b", "replied", "caught", "bottom", "final"])
    driver.query(`get ${key}`, v1, { get: { key } });
}

/** The chain's data in `env`, and the results of its cryptography. */
export function environmentWork(driver: Driver, v1: Deployed, v010: Deployed): void {
  const both = (name: string, op: Op, options = {}) => {
    driver.execute(`env v1 ${name}`, v1, op, options);
    driver.execute(`env v010 ${name}`, v010, op, options);
  };
  both("env", { env: {} }, { funds: uscrt(12) });
  driver.execute(
    "env random",
    v1,
    batch({ random: {} }, { check_gas: {} }, { gas_evaporate: { amount: 1000 } }, { check_gas: {} }),
  );
  driver.execute("env gas reach", v1, { gas_reach: { amount: 100_000 } }, { gas: 300_000n });
  driver.execute(
    "env attributes",
    v1,
    batch(
      { attr: { key: "k", value: "v" } },
      { attr: { key: "p", value: "plain", plaintext: true } },
      { event: { ty: "kind", attributes: [{ key: "x", value: "y" }] } },
    ),
  );
  driver.execute(
    "env v010 attributes",
    v010,
    batch({ attr: { key: "k", value: "v" } }, { attr: { key: "p", value: "plain", plaintext: true } }),
  );
  both("balance", { balance: { address: second.address, denom: "uscrt" } });
  both("all balances", { all_balances: { address: second.address } });
  both("smart", { smart: { contract: v010.address, code_hash: v010.codeHash, msg: '{"output":{"text":"hi"}}' } });
  both("smart fails", {
    try: { op: { smart: { contract: v1.address, code_hash: v1.codeHash, msg: JSON.stringify(failing) } } },
  });
  both("smart panics", {
    try: { op: { smart: { contract: v1.address, code_hash: v1.codeHash, msg: '{"panic":{"text":"x"}}' } } },
  });
  both(
    "smart, endless",
    { smart: { contract: v1.address, code_hash: v1.codeHash, msg: '{"loop":{"kind":"cpu"}}' } },
    { gas: 150_000n },
  );
  both("unknown query", { try: { op: { query: { request: '{"none":{}}' } } } });
  driver.execute(
    "env addresses",
    v1,
    batch(
      { addr_validate: { address: first.address } },
      { addr_canonicalize: { address: first.address } },
      { addr_humanize: { canonical: toBase64(first.raw) } },
    ),
  );
  driver.execute(
    "env bad address",
    v1,
    batch(
      { try: { op: { addr_validate: { address: "secret1x" } } } },
      { try: { op: { addr_humanize: { canonical: "" } } } },
    ),
  );
  for (const op of cryptoOps()) both(Object.keys(op)[0] as string, { try: { op } });
  driver.flush();
}

function cryptoOps(): Op[] {
  const secret = sha256(fromUtf8("a contract's key"));
  const hash = sha256(fromUtf8("a message"));
  const publicKey = secp256k1PublicKey(secret) as Uint8Array;
  const { signature } = secp256k1Sign(hash, secret) as { signature: Uint8Array };
  const wrong = signature.map((byte, i) => (i === 5 ? byte ^ 1 : byte));
  const key = new Ed25519Key(secret);
  const signed = key.sign(hash);
  if (!ed25519Verify(hash, signed, key.publicKey)) throw new Error("the signature is wrong");
  const verify = (signature: Uint8Array, public_key: Uint8Array) => ({
    secp256k1_verify: { hash: toBase64(hash), signature: toBase64(signature), public_key: toBase64(public_key) },
  });
  const edVerify = (signature: Uint8Array) => ({
    ed25519_verify: { message: toBase64(hash), signature: toBase64(signature), public_key: toBase64(key.publicKey) },
  });
  const batchOf = (...signatures: Uint8Array[]) => ({
    ed25519_batch_verify: {
      messages: signatures.map(() => toBase64(hash)),
      signatures: signatures.map(toBase64),
      public_keys: signatures.map(() => toBase64(key.publicKey)),
    },
  });
  return [
    verify(signature, publicKey),
    verify(wrong, publicKey),
    verify(signature, publicKey.subarray(1)),
    ...[0, 1, 2, 3, 9].map((recovery_param) => ({
      secp256k1_recover: { hash: toBase64(hash), signature: toBase64(signature), recovery_param },
    })),
    { secp256k1_sign: { message: toBase64(hash), private_key: toBase64(secret) } },
    { secp256k1_sign: { message: toBase64(hash), private_key: toBase64(new Uint8Array(32)) } },
    edVerify(signed),
    edVerify(signed.map((byte, i) => (i === 40 ? byte ^ 1 : byte))),
    edVerify(signed.subarray(1)),
    batchOf(signed, signed),
    batchOf(signed, wrong),
    batchOf(),
    { ed25519_sign: { message: toBase64(hash), private_key: toBase64(secret) } },
  ];
}

/** Refused uploads, and uploads that differ only in their compression. */
export function uploadWork(driver: Driver, code: Uint8Array): void {
  const packed = gzip(code, { level: 6 });
  const store = (name: string, bytes: Uint8Array) =>
    driver.send(`upload ${name}`, (by) => [storeMessage(by, bytes)], { gas: 50_000_000n });
  store("gzip", packed);
  store("gzip, cut", packed.subarray(0, packed.length >> 1));
  store(
    "gzip, broken",
    packed.map((byte, i) => (i === 4000 ? byte ^ 0x5a : byte)),
  );
  store("bomb", gzip(new Uint8Array(20_000_000), { level: 6 }));
  store("cut", code.subarray(0, code.length >> 1));
  store("no wasm", Uint8Array.of(1, 2, 3, 4));
  store("empty module", Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
  driver.flush();
}

/**
 * Changes of code in both directions between the generations, with state that stays, and of admins.
 */
export function migrationWork(driver: Driver, v1: CodeOf, v010: CodeOf): void {
  const made = driver.instantiate(v010, "to migrate", { ops: [set("kept", "before")] });
  const as = (code: CodeOf): Deployed => ({ ...made, codeHash: code.hash, codeId: code.codeId });
  const ops = { ops: [{ get: { key: "kept" } }, set("at", "migration")] };
  driver.migrate("migrate by a stranger", made, v1, ops, { by: second });
  driver.migrate("migrate to v1", made, v1, ops);
  driver.flush();
  driver.query("after the first migration", as(v1), { get: { key: "kept" } });
  driver.execute("migrated, old hash", made, { noop: {} });
  driver.execute("migrated, new hash", as(v1), batch({ get: { key: "at" } }, { random: {} }));
  driver.migrate("migrate and fail", made, v1, { ops: [failing] });
  driver.flush();
  driver.migrate("migrate and run out", made, v1, { ops: [{ loop: { kind: "cpu" } }] }, { gas: 200_000n });
  driver.flush();
  driver.migrate("migrate back to v010", made, v010, ops);
  driver.flush();
  driver.execute("migrated back", as(v010), { get: { key: "kept" } });
  const other = driver.instantiate(v1, "mover");
  const moveAdmin = pack(MsgUpdateAdminSchema, {
    sender: first.address,
    contract: made.address,
    newAdmin: other.address,
  });
  driver.send("admin to a contract", () => [moveAdmin], { by: first });
  driver.flush();
  const migrate = {
    migrate_other: {
      contract: made.address,
      code_hash: v1.hash,
      code_id: Number(v1.codeId),
      msg: '{"ops":[]}',
      sub: sub(1, "always"),
    },
  };
  driver.execute("migrated by a contract", other, migrate);
  driver.flush();
  driver.execute("admin cleared by a contract", other, {
    clear_admin: { contract: made.address, sub: sub(2, "always") },
  });
  driver.send(
    "admin cleared by none",
    () => [pack(MsgClearAdminSchema, { sender: first.address, contract: made.address })],
    { by: first },
  );
  driver.flush();
  driver.query("after the last migration", as(v1), { get: { key: "kept" } });
}

/** Ciphertexts that are cut, changed, replayed or for another contract. */
export function ciphertextWork(driver: Driver, v1: Deployed, v010: Deployed): void {
  const { wire } = driver.encrypt(v1.codeHash, set("cipher", "text"));
  const run = (name: string, bytes: Uint8Array, to = v1) =>
    driver.send(`wire ${name}`, (by) => [executeMessage(by, to.address, bytes)]);
  run("whole", wire);
  run("again", wire);
  run("elsewhere", wire, v010);
  for (const cut of [0, 31, 32, 64, 80, wire.length - 1]) run(`cut ${cut}`, wire.subarray(0, cut));
  for (const at of [0, 40, 70, 90, wire.length - 1])
    run(
      `changed ${at}`,
      wire.map((byte, i) => (i === at ? byte ^ 1 : byte)),
    );
  for (const text of [
    "",
    "{",
    '{"noop":{}} ',
    '{"noop":{},"noop":{}}',
    '{"none":1}',
    `${"[".repeat(500)}`,
    '{"count":{"rounds":18446744073709551616}}',
  ]) {
    run(`text ${text.slice(0, 20)}`, driver.encryptText(v1.codeHash, text).wire);
  }
  run("no hash", driver.encryptText("", "{}").wire);
  driver.flush();
  driver.chain.say(`io key ${toHex(driver.chain.ioPublicKey)}`);
}

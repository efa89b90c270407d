// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { fromHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { MsgSendSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { AuthInfoSchema, TxBodySchema, TxRawSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { ExecTxResultSchema } from "@sotto/proto/tendermint.abci";

// Budget: encoding at least 1.5 times as fast as protobuf-es, decoding at least 0.8 times (it
// copies bytes and checks numbers).
const vectors = JSON.parse(readFileSync(new URL("../../../vectors/tx.json", import.meta.url), "utf8"));
const tx = fromHex(vectors.transactions[0].tx_raw);

const result = toBinary(
  ExecTxResultSchema,
  create(ExecTxResultSchema, {
    gasUsed: 123_456n,
    gasWanted: 200_000n,
    data: new Uint8Array(100),
    events: Array.from({ length: 6 }, (_, i) => ({
      type: `event${i}`,
      attributes: Array.from({ length: 4 }, (_, j) => ({
        key: `key${j}`,
        value: "secret1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq",
        index: true,
      })),
    })),
  }),
);

const ours = { read: decode, write: encode };
const theirs = { read: fromBinary, write: toBinary };

function readTx({ read }) {
  const raw = read(TxRawSchema, tx);
  const body = read(TxBodySchema, raw.bodyBytes);
  const auth = read(AuthInfoSchema, raw.authInfoBytes);
  return read(MsgSendSchema, body.messages[0].value).amount.length + auth.signerInfos.length;
}

function writeTx({ read, write }) {
  const raw = read(TxRawSchema, tx);
  const body = read(TxBodySchema, raw.bodyBytes);
  const auth = read(AuthInfoSchema, raw.authInfoBytes);
  const msg = read(MsgSendSchema, body.messages[0].value);
  return () =>
    write(MsgSendSchema, msg).length +
    write(TxBodySchema, body).length +
    write(AuthInfoSchema, auth).length +
    write(TxRawSchema, raw).length;
}

function rate(run) {
  let best = 0;
  for (let round = 0; round < 4; round++) {
    const start = process.hrtime.bigint();
    let count = 0;
    while (process.hrtime.bigint() - start < 250_000_000n) {
      for (let i = 0; i < 500; i++) run();
      count += 500;
    }
    best = Math.max(best, (count * 1e9) / Number(process.hrtime.bigint() - start));
  }
  return best;
}

for (const [name, run] of [
  ["tx decode", (codec) => () => readTx(codec)],
  ["tx encode", writeTx],
  [
    "ExecTxResult decode",
    ({ read }) =>
      () =>
        read(ExecTxResultSchema, result),
  ],
  [
    "ExecTxResult encode",
    ({ read, write }) => {
      const message = read(ExecTxResultSchema, result);
      return () => write(ExecTxResultSchema, message);
    },
  ],
]) {
  const [a, b] = [rate(run(ours)), rate(run(theirs))];
  console.log(
    `${name.padEnd(22)} ours ${Math.round(a / 1000)}k/s  protobuf-es ${Math.round(b / 1000)}k/s  ${(a / b).toFixed(2)}x`,
  );
}

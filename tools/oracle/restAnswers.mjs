// SPDX-License-Identifier: Apache-2.0
// Asks the SDK's gRPC gateway (cmd/gateway) how it reads paths, query strings, bodies and headers: it answers with the request
// that it made of them.
import { request } from "node:http";

const ADDRESS = "cosmos1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu";
const BANK = "/cosmos/bank/v1beta1";
const AUTH = "/cosmos/auth/v1beta1";
const TX = "/cosmos/tx/v1beta1";
const BASE = "/cosmos/base/tendermint/v1beta1";

const VALUES = [
  "", "0", "1", "-1", "+1", "%2B1", "01", "007", "1.5", "1e3", "0x10", "0b1", "0o7", "1_000", "x", "true", "false", "TRUE", "True", "tRUE", "t", "T", "f", "F", "yes", "null",
  "18446744073709551615", "18446744073709551616", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "%201", "1%20", "AQID", "AQI=", "AQI", "AQ==", "AQ", "A",
  "-_-_", "%2B%2F%2B%2F", "+/+/", "%%", "%zz", "%ff", "a;b", "%22x%22", "[1]", "{}", "ORDER_BY_ASC", "order_by_asc", "ORDER_BY_X", "2", "99",
];

const PARAMETERS = [
  "pagination.key", "pagination.offset", "pagination.limit", "pagination.count_total", "pagination.countTotal", "pagination.reverse", "pagination", "pagination.nosuch", "pagination.key.x", "Pagination.limit", "pagination.LIMIT",
  "pagination.", ".limit", "pagination..limit", "nosuch", "resolve_denom", "resolveDenom", "resolve.denom",
];

function* cases() {
  const path = `${BANK}/balances/${ADDRESS}`;
  for (const name of PARAMETERS) for (const value of VALUES) yield { get: `${path}?${name}=${value}` };
  for (const name of ["events", "query", "order_by", "orderBy", "page", "limit"]) for (const value of VALUES) yield { get: `${TX}/txs?${name}=${value}` };
  for (const value of VALUES) {
    yield { get: `${BASE}/blocks/${value}` };
    yield { get: `${TX}/txs/block/${value}` };
    yield { get: `${AUTH}/accounts/${value}` };
    yield { get: `${BANK}/balances/${value}/by_denom?denom=${value}` };
    yield { get: `${BASE}/abci_query?data=${value}&prove=${value}` };
    yield { get: `${BASE}/abci_query?height=${value}&path=${value}` };
    yield { get: `${AUTH}/address_by_id/${value}` };
    yield { get: `${AUTH}/account_info/${value}?address=x` };
    yield { get: `${AUTH}/bech32/${value}` };
    yield { get: `${BANK}/denoms_metadata/${value}` };
    yield { get: `${BANK}/send_enabled?denoms=${value}&denoms=b` };
    yield { get: path, height: value };
  }
  for (const query of [
    "pagination.limit=1&pagination.limit=2", "pagination.limit=x&pagination.limit=2", "pagination.limit=1&pagination.offset=2&pagination.count_total=1&pagination.reverse=1&pagination.key=AQ==", "&&", "?", "=", "=1", "a", "pagination.limit", "pagination.limit=", "&pagination.limit=1&",
    "pagination.limit=1;pagination.offset=2", "pagination%2Elimit=3", "pagination.limit=3#x", "address=other", "address=a&address=b", "pagination[limit]=1", "pagination.count_total", "%zz=1", "pagination.limit=1&%zz=1", "a=%zz", "pagination.limit=1&a=%zz",
    "pagination.key=AQ==&pagination.key=Ag==", "pagination.key=A+==", "pagination.key=A%20==", "pagination.key=AQ%3D%3D",
  ]) yield { get: `${path}?${query}` };
  for (const odd of [
    "/", "", `${path}/`, `/${path}`, path.replace("/balances", "//balances"), path.toUpperCase(), `${path}/nosuch`, `${BANK}/balances`, `${BANK}/balances/`, `${BANK}/balances//by_denom`, `${BANK}/./params`, `${BANK}/x/../params`, `${BANK}/params:x`, `${BANK}/params:`,
    `${BANK}/denoms_metadata/ibc/AB`, `${BANK}/denoms_metadata/ibc%2FAB`, `${BANK}/denoms_metadata_by_query_string?denom=ibc/AB`, `${BANK}/denoms_metadata/factory/a/b`, `${BANK}/supply/by_denom?denom=ibc/AB`, `${BANK}/supply`, `${BANK}/supply/x`, `${BANK}/denom_owners/ibc/AB`, `${BANK}/denom_owners/a?pagination.limit=1`,
    `${BANK}/denom_owners_by_query?denom=a`, `${BANK}/spendable_balances/a`, `${BANK}/spendable_balances/a/by_denom?denom=b`, `${AUTH}/params`, `${AUTH}/module_accounts`, `${AUTH}/module_accounts/bank`, `${AUTH}/bech32`, `${AUTH}/bech32/AQ`, `${AUTH}/accounts`, `${AUTH}/accounts/a%2Fb`, `${AUTH}/accounts/a%20b`, `${AUTH}/accounts/a+b`, `${AUTH}/accounts/%C3%A9`, `${AUTH}/accounts/%ff`, `${AUTH}/accounts/a:b`, `${AUTH}/accounts/*`,
    "/cosmos/base/node/v1beta1/config", "/cosmos/base/node/v1beta1/status", `${BASE}/node_info`, `${BASE}/syncing`, `${BASE}/blocks/latest`, `${BASE}/validatorsets/latest`, `${BASE}/validatorsets/5`, `${TX}/txs/AB`, "/nosuch", "/cosmos", "/cosmos/bank/v1beta1/nosuch",
  ]) for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]) yield { method, get: odd };
  const bodies = [
    "", "{}", "null", "[]", "1", '"x"', "x", "{", '{"tx_bytes":"AQID"}', '{"txBytes":"AQID"}', '{"tx_bytes":"AQI"}', '{"tx_bytes":"-_-_"}', '{"tx_bytes":[1,2]}', '{"tx_bytes":null}', '{"tx_bytes":1}', '{"tx_bytes":"AQID","mode":"BROADCAST_MODE_SYNC"}', '{"tx_bytes":"AQID","mode":2}',
    '{"tx_bytes":"AQID","mode":"2"}', '{"tx_bytes":"AQID","mode":"broadcast_mode_sync"}', '{"tx_bytes":"AQID","mode":"NOSUCH"}', '{"tx_bytes":"AQID","mode":99}', '{"tx_bytes":"AQID","mode":null}', '{"tx_bytes":"AQID","nosuch":1}', '{"TX_BYTES":"AQID"}', '{"tx_bytes":"AQID"} x', '{"tx_bytes":"AQID"}{"mode":2}',
    '{"tx_bytes":"AQID","tx_bytes":"BA=="}', '{"tx_bytes":"AQID","txBytes":"BA=="}', '{"tx":{}}', '{"tx":null}', '{"tx":1}', '{"mode":1.5}', '{"mode":1e0}', '{"mode":true}', '{"mode":[]}', '{"tx_bytes":"A Q="}', '{"tx_bytes":"AQ==\\n"}', "[1]", " ", '{"tx_bytes":"AQID",}',
  ];
  for (const post of bodies) {
    for (const name of ["txs", "simulate", "decode", "encode", "encode/amino", "decode/amino"]) yield { method: "POST", get: `${TX}/${name}`, post };
  }
  yield { method: "POST", get: `${TX}/txs?mode=2&tx_bytes=AQID`, post: "{}" };
  yield { method: "GET", get: path, post: '{"pagination":{"limit":"1"}}' };
}

function ask(base, { method, get, post, height }) {
  const url = new URL(base);
  const headers = { connection: "close" };
  if (height !== undefined) headers["x-cosmos-block-height"] = height;
  if (post !== undefined) Object.assign(headers, { "content-type": "application/json", "content-length": Buffer.byteLength(post) });
  return new Promise((resolve, reject) => {
    const sent = request({ host: url.hostname, port: url.port, path: get, method: method ?? "GET", headers }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, type: response.headers["content-type"], location: response.headers.location, body: Buffer.concat(parts).toString() }));
    });
    sent.on("error", reject);
    sent.end(post);
  });
}

if (process.argv[1] === import.meta.filename) {
  const byAnswer = new Map();
  for (const each of cases()) {
    const key = JSON.stringify(await ask(process.argv[2], each));
    byAnswer.set(key, [...(byAnswer.get(key) ?? []), each]);
  }
  const lines = [...byAnswer].map(([key, asked]) => `${key.slice(0, -1)},"asked":${JSON.stringify(asked)}}`);
  const source = "grpc-gateway v1.16 as cosmos-sdk v0.50.13 sets it up: see tools/oracle/restAnswers.mjs";
  process.stdout.write(`{"source":${JSON.stringify(source)},"answers":[\n${lines.join(",\n")}\n]}\n`);
}

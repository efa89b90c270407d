// SPDX-License-Identifier: Apache-2.0
// Asks a running CometBFT node what its RPC answers to systematic requests: each method, each argument, each kind of value.
import { once } from "node:events";
import { request } from "node:http";
import WebSocket from "ws";

/** Names and kinds of arguments, by method (rpc/core/routes.go). */
const METHODS = {
  health: {},
  status: {},
  net_info: {},
  genesis: {},
  abci_info: {},
  num_unconfirmed_txs: {},
  consensus_state: {},
  dump_consensus_state: {},
  blockchain: { minHeight: "int", maxHeight: "int" },
  genesis_chunked: { chunk: "uint" },
  block: { height: "int" },
  header: { height: "int" },
  commit: { height: "int" },
  block_results: { height: "int" },
  consensus_params: { height: "int" },
  validators: { height: "int", page: "int", per_page: "int" },
  block_by_hash: { hash: "bytes" },
  header_by_hash: { hash: "hex" },
  tx: { hash: "bytes", prove: "bool" },
  tx_search: { query: "string", prove: "bool", page: "int", per_page: "int", order_by: "string" },
  block_search: { query: "string", page: "int", per_page: "int", order_by: "string" },
  unconfirmed_txs: { limit: "int" },
  check_tx: { tx: "bytes" },
  broadcast_tx_sync: { tx: "bytes" },
  broadcast_tx_async: { tx: "bytes" },
  broadcast_tx_commit: { tx: "bytes" },
  abci_query: { path: "string", data: "hex", height: "int", prove: "bool" },
  broadcast_evidence: { evidence: "evidence" },
};

/** Values in JSON that no kind, or only some kinds take. */
const JSON_VALUES = [
  "null", "true", "false", "0", "1", "-1", "1.5", "1e3", '""', '"0"', '"1"', '"-1"', '"+1"', '"01"', '"-0"', '"1.0"', '"1e3"',
  '" 1"', '"1 "', '"null"', '"true"', '"99999999"', '"9223372036854775807"', '"9223372036854775808"', '"-9223372036854775809"',
  '"18446744073709551616"', '"123456789012345678901234567890"', '"0x01"', '"x"', '"AQ=="', '"AQ"', '"A Q="', '"AQ==\\n"', '"-_-_"',
  '"ab"', '"ABC"', '"\\u0061\\u0062"', '"<&>"', "[]", "[1]", "[1,2,255]", "[256]", "[-1]", "[1.5]", '["1"]', "[null]", "[[1]]", "{}",
  '{"a":1}', '{"type":"x","value":{}}', '{"type":"tendermint/DuplicateVoteEvidence","value":{}}',
  '{"TYPE":"tendermint/DuplicateVoteEvidence","Value":{}}', '{"type":1}', '{"value":{}}', '{"type":""}',
];

/** Values in a query string, as they stand there. */
const URI_VALUES = [
  "", "null", "true", "false", "0", "1", "-1", "+1", "%2B1", "01", "-0", "1.5", "1e3", '"1"', "%221%22", "%22%22", "%22", "%22abc", "'1'",
  "99999999", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "123456789012345678901234567890", "0x", "0x01", "0X0A",
  "0x1", "0xzz", "0xff", "x", "abc", "TRUE", "True", "[]", "[1,2]", "%5B1%5D", "{}", "1%20", "%201", "1;2", "%zz", "%", "%ff", "%22%ff%22",
  "AQ==", "%22AQ%3D%3D%22", "%22a%5Cu0062%22", "%22a%22b", "%22a%22%22", "_", "nil",
];

const rpc = (method, params, id = "1") =>
  `{"jsonrpc":"2.0","id":${id},"method":"${method}"${params === undefined ? "" : `,"params":${params}`}}`;

/** Values that make the reference wait for a block, or leave something in its mempool. */
const isSlow = (name) => name.startsWith("broadcast_tx") || name === "check_tx";

/** One argument of each type, to which all values are sent; others get some of them unless all are wanted. */
const TYPICAL = new Set(["block.height", "validators.page", "genesis_chunked.chunk", "block_by_hash.hash", "header_by_hash.hash", "tx.prove", "tx_search.query", "check_tx.tx", "broadcast_evidence.evidence"]);

function* argumentCases(isFull) {
  for (const [name, parameters] of Object.entries(METHODS)) {
    const names = Object.keys(parameters);
    for (const argument of names) {
      const step = name.endsWith("commit") && isSlow(name) ? 9 : isFull || TYPICAL.has(`${name}.${argument}`) ? 1 : 6;
      const values = (all) => all.filter((_, i) => (i + names.indexOf(argument)) % step === 0);
      for (const value of values(JSON_VALUES)) yield { post: rpc(name, `{"${argument}":${value}}`) };
      for (const value of values(URI_VALUES)) yield { get: `/${name}?${argument}=${value}` };
      yield { post: rpc(name, `{"${argument.toUpperCase()}":"0"}`) };
      yield { post: rpc(name, `{"${argument}":"x","${argument}":null}`) };
      yield { get: `/${name}?${argument.toUpperCase()}=x` };
      yield { get: `/${name}?${argument}=_&${argument}=1` };
    }
    for (const params of ["{}", "[]", "null", "1", '"x"', "true", '{"unknown":1}', "[1]", '["x",2,3,4,5,6]', "{"])
      yield { post: rpc(name, params) };
    if (!isSlow(name)) yield { post: rpc(name, `[${names.map(() => "null").join(",")}]`) };
    yield { get: `/${name}` };
    yield { get: `/${name}?` };
    yield { get: `/${name}?unknown=1` };
    yield { get: `/${name}/` };
    yield { get: `/${name.toUpperCase()}` };
    yield { get: `//${name}` };
  }
}

function* envelopeCases() {
  const ids = [
    "null", "0", "-0", "1", "-1", "1.5", "-1.5", "1e3", "1e0", "1.9e1", "9007199254740993", "123456789012345678901234567890", "1e400", "1e30",
    '""', '"x"', '"<&>\\u2028"', '"\\ud800"', "true", "false", "[]", "[1]", "{}", '{"a":1}',
  ];
  for (const id of ids) {
    yield { post: rpc("health", "{}", id) };
    yield { ws: rpc("health", "{}", id) };
  }
  const bodies = [
    "null", "[]", "[null]", "[null,null]", "{}", "1", '"x"', "true", "[1]", "[[]]", "[{}]", " ", "\n", "x", "{", "[", '{"', '{"a"', '{"a":', '{"a":1', '{"a":1,',
    '{"a":1,}', "[1,]", "[1", "{,}", "nul", "nulll", "tru", "truE", "-", "01", "1.", "1.e", "1e", "1e+", "+1", ".5", "0x1", "NaN", "'a'", '"\\x"', '"\\u12"',
    '"\\u12g4"', '"a\nb"', '"abc', "{'a':1}", "{a:1}", '{"a" 1}', '{"a":1 "b":2}', "[1 2]", "{}}", "{} {}", "[] []", "1 2", "/**/{}", "\ufeff{}", "é", '{"id":1}\u0000', "\u0001", "\t{}x",
    '{"id":1}', '{"id":1,"method":"health"}', '{"id":1,"method":"health"} ', '{"id":1,"method":"health"}x', '{"id":1,"method":"health"}{"id":2,"method":"health"}', '{"ID":1,"METHOD":"health"}', '{"Id":1,"Method":"health","Params":{}}',
    '{"id":1,"ID":2,"method":"health"}', '{"ID":2,"id":1,"method":"health"}', '{"id":1,"id":null,"method":"health"}', '{"id":1,"method":"health","method":null}',
    '{"id":1,"method":"status","method":"health"}', '{"id":1,"method":null}', '{"id":1,"method":1}', '{"method":1}', '{"id":1,"method":{}}', '{"id":1,"method":[]}', '{"id":1,"method":true}', '{"id":{},"method":1}',
    '{"id":1,"method":"health","jsonrpc":1}', '{"id":1,"method":"health","jsonrpc":null}', '{"id":1,"method":"health","jsonrpc":"1.0"}', '{"id":1,"method":"health","jsonrpc":{}}', '{"id":1,"method":"health","jsonrpc":[1,2]}',
    '{"id":1,"method":"health","JSONRPC":true}', '{"id":1,"method":1,"jsonrpc":1}', '{"id":1,"method":"health","params":null}', '{"id":1,"method":"health","params":1}', '{"id":1,"method":"health","params":[1]}',
    '{"id":1,"method":"nosuch"}', '{"id":1,"method":""}', '{"id":1,"method":"HEALTH"}', '{"id":1,"method":"subscribe","params":{"query":"x"}}', '{"id":1,"method":"unsubscribe_all"}',
    '{"id":1,"method":"dial_seeds","params":{}}', '{"id":1,"\\u006dethod":"health"}', '{"id":1,"method":"health","extra":{"deep":[1,2,{"x":null}]}}', '{"id":1,"method":"he\\u0061lth"}', '{"id":1,"method":"\\ud800"}',
    '{"method":"health"}', '[{"method":"health"}]', '[{"method":"health"},{"id":1,"method":"health"}]', '[{"id":1,"method":"health"},{"id":2,"method":"health"}]', '[{"id":1,"method":"nosuch"},{"id":2,"method":"health"}]',
    '[{"id":1,"method":"health"},1]', '[{"id":1,"method":"health"},{"id":{}}]', '[{"id":1,"method":"health"},null]', '[{"id":1,"method":"health"},null,{"id":2,"method":"health"}]', '[{"id":1,"method":"health"}', '[[{"id":1,"method":"health"}]]',
    `[${Array(10).fill('{"id":1,"method":"health"}').join(",")}]`, `[${Array(11).fill('{"id":1,"method":"health"}').join(",")}]`, `[${Array(11).fill("null").join(",")}]`, `[${Array(11).fill("1").join(",")}]`, `[${Array(11).fill('{"method":"health"}').join(",")}]`,
    '[{"id":1,"method":"genesis_chunked","params":{}},{"id":2,"method":"health","params":{}}]', '[{"id":1,"method":"genesis_chunked","params":{}},{"id":2,"method":"genesis_chunked","params":{}}]', '[{"method":"health"},{"id":2,"method":"genesis_chunked","params":{}}]',
    '{"id":1,"method":"block","params":{"height":"1"}}', '{"id":1,"method":"block","params":["1"]}', '{"id":1,"method":"block","params":{"height":null}}', '{"id":1,"method":"block","params":{"Height":"1"}}', '{"id":1,"method":"block","params":{"height" : "1" }}',
    '{"id":1,"method":"block","params":{"height":"1","height":"x"}}', '{"id":1,"method":"block","params":{"height":"x","height":"1"}}', '{"id":1,"method":"block","params":{"he\\u0069ght":"1"}}', '{"id":1,"method":"block","params":{"height":"1"},"params":null}',
    '{"id":1,"method":"validators","params":["1","1"]}', '{"id":1,"method":"validators","params":["1", "1" , 30,{"a": 1}]}', '{"id":1,"method":"validators","params":[1,"1",null]}', '{"id":1,"method":"block","params":{"height":"\\u0031"}}', '{"id":1,"method":"header_by_hash","params":{"hash":"\\u0061b"}}',
    `${"[".repeat(50)}${"]".repeat(50)}`, `{"id":1,"method":"health","params":{"a":${"[".repeat(100)}${"]".repeat(100)}}}`, `${"[".repeat(10001)}`,
  ];
  for (const body of bodies) {
    yield { post: body };
    yield { ws: body };
  }
  for (const query of ["tm.event='NewBlock'", "tm.event = 'NewBlock'", "", "x", "x=", "tm.event='Tx' OR a='b'", "a.b=1 AND", "a.b EXISTS", "a".repeat(513), "a.b='".padEnd(513, "x")]) {
    for (const method of ["subscribe", "unsubscribe"]) yield { ws: rpc(method, JSON.stringify({ query })) };
    yield { post: rpc("tx_search", JSON.stringify({ query })) };
    yield { post: rpc("block_search", JSON.stringify({ query })) };
  }
  for (const params of ["{}", "[]", "null", "1", '{"query":1}', '{"query":null}', '{"Query":"x"}', "[1]", '["x"]', '["a.b=1","x"]', '{"query":{}}', '{"query":["x"]}'])
    for (const method of ["subscribe", "unsubscribe", "unsubscribe_all"]) yield { ws: rpc(method, params) };
  for (const [name, parameters] of Object.entries(METHODS)) {
    for (const argument of Object.keys(parameters)) {
      if (isSlow(name)) continue;
      for (const value of ["null", "1", '"x"', '"-1"', "[1]", "{}", "1.5"]) yield { ws: rpc(name, `{"${argument}":${value}}`) };
    }
  }
}

function* endpointCases() {
  const paths = ["/", "/health", "/nosuch", "/subscribe", "/subscribe?query=%22x%22", "/unsubscribe", "/unsubscribe_all", "/block?height=1", "/websocket", "/a/b", "/health/x", "/favicon.ico", "/./health", "/a/../health", "/%68ealth", "/health%20", "/?x=1", "/dial_seeds", "/v1/health"];
  for (const path of paths) {
    for (const method of ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) yield { method, get: path };
    if (path !== "/") yield { post: rpc("health", "{}"), path };
  }
  for (const method of ["GET", "PUT", "DELETE", "PATCH"]) {
    yield { method, post: rpc("health", "{}") };
    yield { method, post: rpc("block", '{"height":"1"}') };
  }
  const form = "application/x-www-form-urlencoded";
  for (const type of [form, `${form}; charset=utf-8`, "text/plain", "application/json"]) {
    yield { method: "POST", path: "/block", post: "height=1", type };
    yield { method: "POST", path: "/block", post: "height=x", type };
    yield { method: "POST", path: "/block?height=1", post: "height=x", type };
    yield { method: "POST", path: "/block?height=x", post: "height=1", type };
    yield { method: "PUT", path: "/block", post: "height=x", type };
    yield { method: "PATCH", path: "/block", post: "height=x", type };
    yield { method: "GET", path: "/block", post: "height=x", type };
    yield { method: "DELETE", path: "/block", post: "height=x", type };
    yield { method: "POST", path: "/", post: rpc("health", "{}"), type };
  }
}

function ask(base, { method, get, post, path, type }) {
  const url = new URL(base);
  return new Promise((resolve, reject) => {
    const headers = { connection: "close" };
    if (post !== undefined) headers["content-length"] = Buffer.byteLength(post);
    if (type !== undefined) headers["content-type"] = type;
    const options = { host: url.hostname, port: url.port, path: get ?? path ?? "/", headers };
    const sent = request({ ...options, method: method ?? (post === undefined ? "GET" : "POST") }, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(parts).toString() }));
    });
    sent.on("error", reject);
    sent.end(post);
  });
}

async function askSocket(base, text) {
  const socket = new WebSocket(`${base.replace("http", "ws")}/websocket`, { perMessageDeflate: false });
  await once(socket, "open");
  const got = [];
  let resolve = () => {};
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  socket.on("message", (data) => {
    got.push(String(data));
    if (got.at(-1).includes('"id":"end"')) resolve();
  });
  socket.on("close", resolve);
  socket.on("error", resolve);
  socket.send(text);
  setTimeout(() => socket.send(rpc("health", "{}", '"end"')), 100);
  await promise;
  socket.terminate();
  return { body: got.filter((each) => !each.includes('"id":"end"') && !each.includes('"data":{"type"')).join("\n") };
}

/** What is of one chain alone. */
const normal = (text) =>
  text
    .replace(/(blockchain height|last block: height =) \d+/g, "$1 N")
    .replace(/range, given/g, "range, given")
    .replace(/can't be greater than max height \d+/g, "can't be greater than max height N");

/** An answer in few words: an error in full, of a result only that it is one. */
function shortOf(body) {
  let parsed;
  try {
    parsed = JSON.parse(body);
  } catch {
    return body.startsWith("<html>") || body.startsWith("<!doctype") ? "PAGE" : body;
  }
  const one = (answer) => {
    if (answer === null || typeof answer !== "object" || answer.result === undefined) return answer;
    return { ...answer, result: "RESULT" };
  };
  const short = Array.isArray(parsed) ? parsed.map(one) : one(parsed);
  return normal(JSON.stringify(short));
}

export function cases(isFull) {
  return [...argumentCases(isFull), ...envelopeCases(), ...endpointCases()];
}

export async function record(base, each) {
  const { status, headers, body } = each.ws === undefined ? await ask(base, each) : await askSocket(base, each.ws);
  const kept = {};
  for (const name of ["content-type", "cache-control", "x-content-type-options", "location", "allow"]) {
    if (headers?.[name] !== undefined) kept[name] = headers[name];
  }
  return { ...each, status, ...(headers === undefined ? {} : { headers: kept }), answer: shortOf(body) };
}

if (process.argv[1] === import.meta.filename) {
  const base = process.argv[2];
  const rows = [];
  const waiting = cases(process.argv[3] === "all").entries();
  const worker = async () => {
    for (const [i, each] of waiting) rows[i] = await record(base, each);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  // One line for each answer, with the requests that have it: most answers are the same.
  const byAnswer = new Map();
  for (const { status, headers, answer, ...asked } of rows) {
    const key = JSON.stringify({ status, headers, answer });
    byAnswer.set(key, [...(byAnswer.get(key) ?? []), asked]);
  }
  const lines = [...byAnswer].map(([key, asked]) => `${key.slice(0, -1)},"asked":${JSON.stringify(asked)}}`);
  const source = "github.com/cometbft/cometbft v0.38.19 with its kvstore application: see tools/oracle/rpcAnswers.mjs";
  process.stdout.write(`{"source":${JSON.stringify(source)},"answers":[\n${lines.join(",\n")}\n]}\n`);
}

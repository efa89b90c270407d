// SPDX-License-Identifier: Apache-2.0
// Exit code 0 when a node answers, 1 and a line otherwise. Usage: node deploy/health.mjs [address
// of its RPC] With SOTTO_MAX_AGE=SECONDS also: when its last block is not older than that (not for
// --instant, which makes none without need).
const [rpc = "http://127.0.0.1:26657"] = process.argv.slice(2);
const maxAge = Number(process.env.SOTTO_MAX_AGE ?? Number.POSITIVE_INFINITY);

async function findFault() {
  const wantsAge = Number.isFinite(maxAge);
  const response = await fetch(`${rpc}/${wantsAge ? "status" : "health"}`, { signal: AbortSignal.timeout(4_000) });
  if (!response.ok) return `${rpc} answers ${response.status}`;
  if (!wantsAge) return undefined;
  const { result } = await response.json();
  const age = (Date.now() - Date.parse(result.sync_info.latest_block_time)) / 1_000;
  return age > maxAge ? `the last block is ${Math.round(age)} s old` : undefined;
}

const fault = await findFault().catch((error) => `${rpc} does not answer: ${error.cause?.message ?? error.message}`);
if (fault !== undefined) {
  console.error(fault);
  process.exitCode = 1;
}

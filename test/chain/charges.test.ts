/**
 * What compute's messages read and write, in the order of the reference (x/compute internal/keeper/keeper.go), row by row. A row of
 * acc and one of compute may begin with the same byte, so the names tell them apart by their keys.
 */
import { formatAddress } from "@sotto/address";
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { create } from "@bufbuild/protobuf";
import { encode } from "@sotto/codec";
import { QueryByCodeIdRequestSchema, QueryByContractAddressRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import {
  MsgClearAdminSchema,
  MsgInstantiateContractSchema,
  MsgMigrateContractSchema,
  MsgUpdateAdminSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { type ChargeTrace, traceCharges } from "./chargeTrace.ts";
import { a, b, contractOf, deploy, instantiate, succeeded, TestChain, wasm } from "./harness.ts";
import { type Packed, pack } from "./signing.ts";

const chain = new TestChain({ coins: [{ denom: "ualpha", amount: "5" }, { denom: "ubeta", amount: "6" }] });
const probe = deploy(chain, wasm.v1, { ops: [] }, { admin: a.address });
afterAll(() => chain.close());

let trace: ChargeTrace;
beforeEach(() => {
  trace = traceCharges();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The charges of the last transaction's message, behind those of the router: `get contract`, `set label`, `charge 20000 Loading ...`. */
function charges(): string[] {
  const [lines = []] = trace.take();
  const from = lines.findIndex((line) => line.startsWith("20000 Loading"));
  return lines.slice(from).map((line) => line.replace(/^([0-9]+) (get|has|set|delete) ([0-9a-f]*).*$/, "$2 $3"));
}

it("prints", () => {
  const packed = pack(MsgInstantiateContractSchema, {
    sender: a.raw,
    codeId: probe.codeId,
    label: "a label",
    initMsg: chain.client.encrypt(probe.codeHash, { ops: [] }).wire,
  });
  const run = (message: Packed) => succeeded(chain.run(a, message, { gas: 3_000_000n }));
  run(packed);
  console.log("instantiate", charges());
  probe.execute({ noop: {} });
  console.log("execute", charges());
  probe.execute({ balance: { address: b.address, denom: "uscrt" } });
  console.log("balance", charges());
  const raw = (path: string, data: Uint8Array) => {
    probe.execute({ query: { request: JSON.stringify({ stargate: { path, data: toBase64(data) } }) } });
    console.log(path, charges());
  };
  raw(
    "/secret.compute.v1beta1.Query/ContractsByCodeId",
    encode(QueryByCodeIdRequestSchema, create(QueryByCodeIdRequestSchema, { codeId: 1n })),
  );
  raw(
    "/secret.compute.v1beta1.Query/LabelByAddress",
    encode(
      QueryByContractAddressRequestSchema,
      create(QueryByContractAddressRequestSchema, { contractAddress: probe.address }),
    ),
  );
  const made = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { admin: a.address });
  trace.take();
  made.migrate({ ops: [] }, probe.codeId, probe.codeHash);
  console.log("migrate", charges());
  run(pack(MsgUpdateAdminSchema, { sender: a.address, contract: made.address, newAdmin: b.address }));
  console.log("update", charges());
});

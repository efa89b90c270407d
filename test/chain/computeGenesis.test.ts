// SPDX-License-Identifier: Apache-2.0
/** Codes, contracts and their encrypted state in genesis files, both ways. */
import { toBase64 } from "@sotto/bytes";
import { executeMessage } from "@sotto/contract-test/parts";
import { afterAll, expect, it } from "vitest";
import { type Contract, deploy, instantiate } from "../support/contract.ts";
import { exportedGenesis } from "../support/exported.ts";
import { get, set } from "../support/probe.ts";
import { a, b, TestChain } from "../support/testChain.ts";
import { wasm } from "../support/wasm.ts";

const open: TestChain[] = [];
afterAll(() => {
  for (const chain of open) chain.close();
});
const start = (appState?: ReadonlyMap<string, string>, seed?: Uint8Array): TestChain => {
  const chain = new TestChain({ ...(appState && { appState }), ...(seed && { seed }) });
  open.push(chain);
  return chain;
};

/** The same contract on a chain that began with its exported state. */
const moved = (to: TestChain, from: Contract): Contract =>
  new (from.constructor as typeof Contract)(to, {
    address: from.address,
    codeHash: from.codeHash,
    codeId: from.codeId,
    created: from.created,
    createdData: from.createdData,
  });

const chain = start();
const probe = deploy(chain, wasm.v1, { ops: [set("k", "v")] }, { admin: a.address, label: "one" });
const twin = instantiate(chain, probe.codeId, wasm.v1, { ops: [] }, { by: b, label: "two" });
const old = deploy(chain, wasm.v010, { ops: [] }, { label: "three" });
probe.execute(set("more", "rows"));
const file = exportedGenesis(chain.queries);
const compute = JSON.parse(file.get("compute") as string);

it("export, import, export gives the same file", () => {
  expect(compute.codes.map(({ code_id, code_bytes }: Record<string, string>) => [code_id, code_bytes?.length])).toEqual(
    [
      ["1", toBase64(wasm.v1).length],
      ["2", toBase64(wasm.v010).length],
    ],
  );
  expect(compute.contracts).toHaveLength(3);
  expect(compute.contracts.map((each: { contract_state: unknown[] }) => each.contract_state.length).sort()).toEqual([
    0, 0, 2,
  ]);
  expect(exportedGenesis(start(file).queries)).toEqual(file);
});

it("the enclave of the same network opens the state; contracts go on, migrate and get new neighbours", () => {
  const second = start(file);
  const again = moved(second, probe);
  expect(get(again, "k")).toBe("v");
  expect(again.execute({ get: { key: "more" } }).outputs).toEqual(["rows"]);
  expect(again.migrate({ ops: [{ get: { key: "k" } }] }, probe.codeId, probe.codeHash).outputs).toEqual(["v"]);
  const fresh = instantiate(second, probe.codeId, wasm.v1, { ops: [] }, { label: "four" });
  expect([probe.address, twin.address, old.address]).not.toContain(fresh.address);
});

it("a ciphertext keeps its first sender and target", () => {
  expect(compute.claims.length).toBeGreaterThan(0);
  const second = start(file);
  const wire = chain.client.encrypt(probe.codeHash, { get: { key: "k" } }).wire;
  const execute = (to: TestChain, by: typeof a) =>
    to.run(by, executeMessage(by, probe.address, wire), { gas: 500_000n });
  expect(execute(chain, a)).toMatchObject({ code: 0 });
  const later = start(exportedGenesis(chain.queries));
  expect(execute(later, b)).toMatchObject({ codespace: "compute", log: expect.stringContaining("was sent before") });
  expect(execute(second, b)).toMatchObject({ code: 0 });
});

it("a node whose enclave has another network's keys does not start from the file", () => {
  expect(() => start(file, new Uint8Array(32).fill(9))).toThrow(
    "genesis of register: the genesis file names another NodeExchMasterKey than this node's enclave has",
  );
});

const withCompute = (changes: (part: typeof compute) => void): Map<string, string> => {
  const part = structuredClone(compute);
  changes(part);
  return new Map([...file, ["compute", JSON.stringify(part)]]);
};

it.each<[place: string, text: string, change: (part: typeof compute) => void]>([
  ["codes[0]", "code hashes not same", (part) => (part.codes[0].code_info.code_hash = toBase64(new Uint8Array(32)))],
  ["codes[1]", "duplicate code: 1", (part) => (part.codes[1] = part.codes[0])],
  ["codes[0]", "Execution error: Error during static Wasm validation", (part) => (part.codes[0].code_bytes = "AAAA")],
  ["contracts[0]", "code id: 9: not found", (part) => (part.contracts[0].contract_info.code_id = "9")],
  ["contracts[1]", "contract: ", (part) => (part.contracts[1] = part.contracts[0])],
  [
    "contracts[2]",
    "label of contract ",
    (part) => (part.contracts[2].contract_custom_info.label = part.contracts[0].contract_custom_info.label),
  ],
  ["contracts[0]", "is incomplete: invalid genesis", (part) => (part.contracts[0].contract_custom_info = undefined)],
  ["", "seq lastCodeId must be greater 2 : invalid", (part) => (part.sequences[0].value = "2")],
  ["", "seq lastContractId must be greater 3 : invalid", (part) => (part.sequences[1].value = "1")],
  ["sequences[0]", "unknown sequence: invalid genesis", (part) => (part.sequences[0].id_key = "AAAA")],
])("a file with a fault is refused: %s %s", (place, text, change) => {
  const started = () => start(withCompute(change));
  expect(started).toThrow(text);
  expect(started).toThrow(`genesis of compute${place === "" ? "" : `, ${place} at byte `}`);
});

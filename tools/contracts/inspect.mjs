// SPDX-License-Identifier: Apache-2.0
import wabt from "wabt";

const MVP = {
  exceptions: false,
  mutable_globals: true,
  sat_float_to_int: false,
  sign_extension: true,
  simd: false,
  threads: false,
  multi_value: false,
  tail_call: false,
  bulk_memory: false,
  reference_types: false,
};

const IMPORTS = new Set([
  "db_read",
  "db_write",
  "db_remove",
  "query_chain",
  "canonicalize_address",
  "humanize_address",
  "addr_validate",
  "addr_canonicalize",
  "addr_humanize",
  "secp256k1_verify",
  "secp256k1_recover_pubkey",
  "secp256k1_sign",
  "ed25519_verify",
  "ed25519_batch_verify",
  "ed25519_sign",
  "debug",
  "check_gas",
  "gas_evaporate",
]);

/**
 * Refuses modules that the chain would refuse: features beyond the MVP and sign extension, floats,
 * unknown imports.
 */
export async function checkContract(name, bytes) {
  const tool = await wabt();
  const parsed = tool.readWasm(bytes, MVP);
  parsed.validate(MVP);
  const floats = parsed.toText({ foldExprs: false, inlineExport: false }).match(/\bf(32|64)\b/g);
  parsed.destroy();
  if (floats !== null) throw new Error(`${name}.wasm has ${floats.length} floating point instructions or types`);
  const foreign = WebAssembly.Module.imports(new WebAssembly.Module(bytes)).filter(
    (entry) => entry.module !== "env" || !IMPORTS.has(entry.name),
  );
  if (foreign.length > 0) throw new Error(`${name}.wasm imports ${foreign.map((entry) => entry.name).join(", ")}`);
}

// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { equals, fromUtf8, hasPrefix, toHex, toUtf8 } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { assert } from "@sotto/errors";
import { each, type Frozen, genesisOf, type ReadCtx, type WriteCtx } from "@sotto/kernel";
import {
  type Claim,
  type Contract,
  type ContractInfo,
  GenesisStateSchema,
  ContractCodeHistoryOperationType as Operation,
  ParamsSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { isClaim } from "./claims.ts";
import { ComputeError } from "./errors.ts";
import type { ComputeKeeper } from "./keeper.ts";
import { addHistory, indexUnderCode } from "./records.ts";
import { state } from "./state.ts";
import { checkCode, unpack } from "./upload.ts";

const CODE_SEQUENCE = fromUtf8("lastCodeId");
const INSTANCE_SEQUENCE = fromUtf8("lastContractId");

/**
 * 0.8 SDK gas a byte, 2 MiB (spec/modules.md 8.14). The Dec is in its wire form, scaled by 10^18.
 */
export const defaultParams = () =>
  create(ParamsSchema, { compileCost: "800000000000000000", maxContractSize: 2_097_152n });

/** Hazard: an id that exists already would be given out again (x/compute keeper/genesis.go). */
function assertAbove(sequence: Uint8Array, value: bigint, last: bigint): void {
  if (value <= last) throw ComputeError.invalid(`seq ${toUtf8(sequence)} must be greater ${last} `);
}

/**
 * Throws compute/8 for missing parts, compute/9 for a code that does not exist, compute/14 for a
 * contract, label or row that exists already.
 */
function importContract(ctx: WriteCtx, { contractAddress, contractInfo, contractState, contractCustomInfo }: Contract) {
  const text = formatAddress(contractAddress);
  if (contractInfo === undefined || contractCustomInfo?.enclaveKey === undefined) {
    throw ComputeError.invalidGenesis(`contract ${text} is incomplete`);
  }
  const { codeId } = contractInfo;
  if (!state.codes.has(ctx, codeId)) throw ComputeError.notFound(`code id: ${codeId}`);
  if (state.contracts.has(ctx, contractAddress)) throw ComputeError.duplicate(`contract: ${text}`);
  const { label, enclaveKey } = contractCustomInfo;
  if (state.labels.has(ctx, label)) throw ComputeError.duplicate(`label of contract ${text}: ${label.slice(0, 128)}`);
  state.contracts.set(ctx, contractAddress, contractInfo);
  state.keys.set(ctx, contractAddress, enclaveKey);
  state.labels.set(ctx, label, contractAddress);
  indexUnderCode(ctx, codeId, contractAddress);
  addHistory(ctx, contractAddress, Operation.GENESIS, codeId, new Uint8Array(0));
  for (const { Key, Value } of contractState) {
    if (state.rows.has(ctx, [contractAddress, Key])) throw ComputeError.duplicate(`duplicate key: ${toHex(Key)}`);
    state.rows.set(ctx, [contractAddress, Key], Value);
  }
}

/** Throws compute/8 for rows that no ciphertext has, compute/14 for a repeated one. */
function importClaims(ctx: WriteCtx, claims: Iterable<Frozen<Claim>>): void {
  for (const { client, nonce, use } of claims) {
    if (!isClaim(client, nonce, use)) throw ComputeError.invalidGenesis("a claim is incomplete");
    if (state.claims.has(ctx, [client, nonce])) throw ComputeError.duplicate(`claim: ${toHex(nonce)}`);
    state.claims.set(ctx, [client, nonce], use);
  }
}

/** The key of a sequence's row, which names it in the file. */
const sequenceKey = (name: Uint8Array): Uint8Array => Uint8Array.of(0x04, ...name);

function mustBytes({ needs }: ComputeKeeper, codeId: bigint, codeHash: Uint8Array): Uint8Array {
  const bytes = needs.blob(codeHash);
  assert(bytes !== undefined, `the bytes of code ${codeId} are missing`);
  return bytes;
}

/**
 * A contract with its encrypted rows, which the same network's enclave opens again. Compat: without
 * its position and its history (x/compute keeper/genesis.go ExportGenesis).
 */
function exportContract(ctx: ReadCtx, contract: Uint8Array, info: Frozen<ContractInfo>) {
  return {
    contractAddress: contract,
    contractInfo: { ...info, created: undefined },
    contractState: Array.from(state.rows.entries(ctx, { prefix: [contract] }), ([[, key], value]) => ({
      Key: key,
      Value: value,
    })),
    contractCustomInfo: { enclaveKey: state.keys.get(ctx, contract), label: info.label },
  };
}

export const genesis = genesisOf<ComputeKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(compute, ctx, { params, codes, contracts, sequences, claims }) {
    state.params.set(ctx, params ?? defaultParams());
    let lastCode = 0n;
    for (const { codeId, codeInfo, codeBytes } of codes) {
      if (codeInfo === undefined) throw ComputeError.invalidGenesis("a code has no code_info");
      const bytes = unpack(codeBytes);
      checkCode(bytes);
      if (!equals(sha256(bytes), codeInfo.codeHash)) throw ComputeError.invalid("code hashes not same");
      if (state.codes.has(ctx, codeId)) throw ComputeError.duplicate(`duplicate code: ${codeId}`);
      compute.needs.putBlob(bytes);
      state.codes.set(ctx, codeId, codeInfo);
      if (codeId > lastCode) lastCode = codeId;
    }
    let count = 0n;
    for (const contract of contracts) {
      importContract(ctx, contract);
      count += 1n;
    }
    for (const { idKey, value } of sequences) {
      if (hasPrefix(idKey.subarray(1), CODE_SEQUENCE)) state.nextCodeId.set(ctx, value);
      else if (hasPrefix(idKey.subarray(1), INSTANCE_SEQUENCE)) state.nextInstanceId.set(ctx, value);
      else throw ComputeError.invalidGenesis("unknown sequence");
    }
    assertAbove(CODE_SEQUENCE, state.nextCodeId.get(ctx) ?? 1n, lastCode);
    assertAbove(INSTANCE_SEQUENCE, state.nextInstanceId.get(ctx) ?? 1n, count);
    importClaims(ctx, claims);
    return undefined;
  },
  export: (compute, ctx) => ({
    params: compute.params(ctx) ?? defaultParams(),
    codes: each(state.codes.entries(ctx), ([codeId, codeInfo]) => ({
      codeId,
      codeInfo,
      codeBytes: mustBytes(compute, codeId, codeInfo.codeHash),
    })),
    contracts: each(state.contracts.entries(ctx), ([contract, info]) => exportContract(ctx, contract, info)),
    sequences: [
      { idKey: sequenceKey(CODE_SEQUENCE), value: state.nextCodeId.get(ctx) ?? 1n },
      { idKey: sequenceKey(INSTANCE_SEQUENCE), value: state.nextInstanceId.get(ctx) ?? 1n },
    ],
    claims: each(state.claims.entries(ctx), ([[client, nonce], use]) => ({ client, nonce, use })),
  }),
});

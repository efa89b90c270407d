// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress, mustAddress } from "@sotto/address";
import { equals, toHex } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { compareText } from "@sotto/codec";
import { ChainError, GrpcError, plainError, SdkError } from "@sotto/errors";
import { GasMeter, type Handlers, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import {
  type AbsoluteTxPosition,
  type CodeInfo,
  type ContractInfo,
  ContractInfoSchema,
  type Query,
} from "@sotto/proto/secret.compute.v1beta1";
import { mustContract } from "./contracts.ts";
import { ComputeError } from "./errors.ts";
import type { ComputeKeeper } from "./keeper.ts";
import { state } from "./state.ts";

const nonZero = (codeId: bigint): bigint => {
  if (codeId === 0n) throw ComputeError.invalid("code id");
  return codeId;
};

const codeInfo = (codeId: bigint, info: CodeInfo) => ({
  codeId,
  creator: formatAddress(info.creator),
  codeHash: toHex(info.codeHash),
  source: info.source,
  builder: info.builder,
});

/** A contract in the form for clients, without the admin proof. */
const shown = (info: ContractInfo, created: boolean): ContractInfo => {
  const { created: at, ...rest } = info;
  return create(ContractInfoSchema, {
    ...rest,
    adminProof: new Uint8Array(0),
    ...(created && at ? { created: at } : {}),
  });
};

/**
 * Compat: some queries run on a separate meter, so a contract that sends them does not pay for them
 * (x/compute querier.go).
 */
const free = (ctx: ReadCtx): ReadCtx => ctx.withGas(new GasMeter(NO_LIMIT));

const before = (a: AbsoluteTxPosition | undefined, b: AbsoluteTxPosition | undefined): number => {
  const byHeight = (a?.blockHeight ?? 0n) - (b?.blockHeight ?? 0n);
  const byIndex = (a?.txIndex ?? 0n) - (b?.txIndex ?? 0n);
  return Number(byHeight === 0n ? byIndex : byHeight);
};

/** Throws for an invalid address with the query's own gRPC status. */
function assertAddress(text: string): void {
  if (text === "") throw GrpcError.invalidArgument("contract address cannot be empty");
  try {
    mustAddress(text);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw GrpcError.invalidArgument("invalid contract address", thrown);
  }
}

/** The node does not store records for nodes without an enclave yet (spec/modules.md 8.13). */
const notRecorded = (): never => {
  throw SdkError.notSupported("this node keeps no enclave records for replaying nodes");
};

/** Compat: the error "not found" does not name the missing object (x/compute querier.go). */
function found(ctx: ReadCtx, contract: Uint8Array): ContractInfo {
  const info = state.contracts.get(ctx, contract);
  if (info === undefined) throw ComputeError.notFound();
  return info;
}

function codeHash(ctx: ReadCtx, codeId: bigint): string {
  const info = state.codes.get(free(ctx), codeId);
  if (info === undefined) throw plainError(`failed to get code info for code id ${codeId}`);
  return toHex(info.codeHash);
}

export const queries = (compute: ComputeKeeper): Handlers<typeof Query, ReadCtx> => ({
  contractInfo(ctx, { contractAddress }) {
    const address = mustAddress(contractAddress);
    return { contractAddress: formatAddress(address), contractInfo: shown(found(ctx, address), true) };
  },
  contractsByCodeId(ctx, { codeId }) {
    const listed = [];
    for (const [, , , contract] of state.byCode.keys(ctx, { prefix: [nonZero(codeId)] })) {
      listed.push({ contract, info: mustContract(ctx, contract) });
    }
    // Compat: a code without contracts is an error (x/compute querier.go ContractsByCodeId).
    if (listed.length === 0) throw ComputeError.notFound();
    // The rows are in the order in which the contracts got this code.
    listed.sort((a, b) => before(a.info.created, b.info.created));
    const contractInfos = listed.map(({ contract, info }) => ({
      contractAddress: formatAddress(contract),
      contractInfo: shown(info, false),
    }));
    return { contractInfos };
  },
  querySecretContract: (ctx, { contractAddress, query }) => ({
    data: compute.querySmart(ctx, mustAddress(contractAddress), query),
  }),
  code(ctx, { codeId }) {
    const info = state.codes.get(ctx, nonZero(codeId));
    if (info === undefined) throw ComputeError.notFound();
    const wasm = compute.needs.blob(info.codeHash);
    if (wasm === undefined) throw ComputeError.notFound("the wasm of this code");
    return { codeInfo: codeInfo(codeId, info), wasm };
  },
  codes: (ctx) => ({ codeInfos: [...state.codes.entries(ctx)].map(([id, info]) => codeInfo(id, info)) }),
  codeHashByContractAddress: (ctx, { contractAddress }) => ({
    codeHash: codeHash(ctx, found(free(ctx), mustAddress(contractAddress)).codeId),
  }),
  codeHashByCodeId: (ctx, { codeId }) => ({ codeHash: codeHash(ctx, codeId) }),
  labelByAddress: (ctx, { contractAddress }) => ({
    label: found(free(ctx), mustAddress(contractAddress)).label,
  }),
  addressByLabel(ctx, { label }) {
    const contract = state.labels.get(free(ctx), label);
    if (contract === undefined) throw SdkError.unknownAddress(label);
    return { contractAddress: formatAddress(contract) };
  },
  contractHistory(ctx, { contractAddress }) {
    const contract = mustAddress(contractAddress);
    return { entries: [...state.history.entries(ctx, { prefix: [contract] })].map(([, entry]) => entry) };
  },
  params: (ctx) => {
    const params = compute.params(ctx);
    return params === undefined ? {} : { params };
  },
  authorizedMigration(ctx, { contractAddress }) {
    assertAddress(contractAddress);
    const newCodeId = state.newCodes.get(ctx, contractAddress);
    if (newCodeId !== undefined) return { newCodeId };
    throw GrpcError.notFound("no authorized migration found for the given contract address");
  },
  authorizedAdminUpdate(ctx, { contractAddress }) {
    assertAddress(contractAddress);
    const newAdmin = state.newAdmins.get(ctx, contractAddress);
    if (newAdmin !== undefined) return { newAdmin };
    throw GrpcError.notFound("no authorized admin update found for the given contract address");
  },
  analyzeCode(ctx, { codeHash: hash }) {
    if (hash.length === 0) throw GrpcError.invalidArgument("code hash is required");
    const known = [...state.codes.entries(ctx)].some(([, info]) => equals(info.codeHash, hash));
    const wasm = known ? compute.needs.blob(hash) : undefined;
    if (wasm === undefined) throw GrpcError.internal("failed to analyze code: there is no such code");
    const { isIbcCapable, features } = checkContract(wasm);
    return { hasIbcEntryPoints: isIbcCapable, requiredFeatures: [...features].sort(compareText).join(",") };
  },
  ecallRecord: notRecorded,
  ecallRecords: notRecorded,
  networkPubkey: notRecorded,
  encryptedSeed: notRecorded,
  blockTraces: notRecorded,
  machineIDProof: notRecorded,
  blockCreateResults: notRecorded,
});

import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { beU64, equals, toHex } from "@sotto/bytes";
import { checkContract } from "@sotto/check";
import { compareText } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import type { Handlers, ReadCtx } from "@sotto/kernel";
import { type CodeInfo, type ContractInfo, ContractInfoSchema, type Query } from "@sotto/proto/secret.compute.v1beta1";
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

/** The admin proof is the chain's and the enclave's affair; clients get none. */
const shown = (info: ContractInfo, created: boolean): ContractInfo => {
  const { created: at, ...rest } = info;
  return create(ContractInfoSchema, {
    ...rest,
    adminProof: new Uint8Array(0),
    ...(created && at ? { created: at } : {}),
  });
};

/** Records for nodes without an enclave are not kept yet (spec/modules.md 8.13). */
const notRecorded = (): never => {
  throw SdkError.notSupported("this node keeps no enclave records for replaying nodes");
};

export const queries = (compute: ComputeKeeper): Handlers<typeof Query, ReadCtx> => ({
  contractInfo(ctx, { contractAddress }) {
    const info = compute.mustContract(ctx, parseAddress(contractAddress));
    return { contractAddress, contractInfo: shown(info, true) };
  },
  contractsByCodeId(ctx, { codeId }) {
    const contractInfos = [];
    for (const [[, [, [, contract]]]] of state.byCode.entries(ctx, { prefix: beU64(nonZero(codeId)) })) {
      const info = compute.mustContract(ctx, contract);
      contractInfos.push({ contractAddress: formatAddress(contract), contractInfo: shown(info, false) });
    }
    return { contractInfos };
  },
  querySecretContract: (ctx, { contractAddress, query }) => ({
    data: compute.querySmart(ctx, parseAddress(contractAddress), query),
  }),
  code(ctx, { codeId }) {
    const info = compute.mustCode(ctx, nonZero(codeId));
    const wasm = compute.needs.blob(info.codeHash);
    if (wasm === undefined) throw ComputeError.notFound("the wasm of this code");
    return { codeInfo: codeInfo(codeId, info), wasm };
  },
  codes: (ctx) => ({ codeInfos: [...state.codes.entries(ctx)].map(([id, info]) => codeInfo(id, info)) }),
  codeHashByContractAddress: (ctx, { contractAddress }) => ({
    codeHash: compute.codeHashOf(ctx, parseAddress(contractAddress)),
  }),
  codeHashByCodeId: (ctx, { codeId }) => ({ codeHash: toHex(compute.mustCode(ctx, nonZero(codeId)).codeHash) }),
  labelByAddress: (ctx, { contractAddress }) => ({
    label: compute.mustContract(ctx, parseAddress(contractAddress)).label,
  }),
  addressByLabel(ctx, { label }) {
    const contract = state.labels.get(ctx, label);
    if (contract === undefined) throw SdkError.unknownAddress(label);
    return { contractAddress: formatAddress(contract) };
  },
  contractHistory(ctx, { contractAddress }) {
    const prefix = parseAddress(contractAddress);
    return { entries: [...state.history.entries(ctx, { prefix })].map(([, entry]) => entry) };
  },
  params: (ctx) => {
    const params = compute.params(ctx);
    return params === undefined ? {} : { params };
  },
  // Approvals are made by governance, which this chain does not have yet: there are none.
  authorizedMigration: (_ctx, { contractAddress }) => {
    throw SdkError.notFound(`no authorized migration for ${contractAddress.slice(0, 128)}`);
  },
  authorizedAdminUpdate: (_ctx, { contractAddress }) => {
    throw SdkError.notFound(`no authorized admin update for ${contractAddress.slice(0, 128)}`);
  },
  analyzeCode(ctx, { codeHash }) {
    const known = [...state.codes.entries(ctx)].some(([, info]) => equals(info.codeHash, codeHash));
    const wasm = known ? compute.needs.blob(codeHash) : undefined;
    if (wasm === undefined) throw ComputeError.notFound("code");
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

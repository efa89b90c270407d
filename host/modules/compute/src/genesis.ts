// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { formatAddress } from "@sotto/address";
import { equals, fromUtf8, hasPrefix } from "@sotto/bytes";
import { sha256 } from "@sotto/crypto";
import { genesisOf } from "@sotto/kernel";
import {
  GenesisStateSchema,
  ContractCodeHistoryOperationType as Operation,
  ParamsSchema,
} from "@sotto/proto/secret.compute.v1beta1";
import { ComputeError } from "./errors.ts";
import type { ComputeKeeper } from "./keeper.ts";
import { addHistory, indexUnderCode } from "./records.ts";
import { state } from "./state.ts";

const CODE_SEQUENCE = fromUtf8("lastCodeId");
const INSTANCE_SEQUENCE = fromUtf8("lastContractId");

/**
 * 0.8 SDK gas a byte, 2 MiB (spec/modules.md 8.14). The Dec is in its wire form, scaled by 10^18.
 */
export const defaultParams = () =>
  create(ParamsSchema, { compileCost: "800000000000000000", maxContractSize: 2_097_152n });

export const genesis = genesisOf<ComputeKeeper, typeof GenesisStateSchema>(GenesisStateSchema, {
  default: () => ({ params: defaultParams() }),
  init(compute, ctx, { params, codes, contracts, sequences }) {
    state.params.set(ctx, params ?? defaultParams());
    for (const { codeId, codeInfo, codeBytes } of codes) {
      if (codeInfo === undefined) throw ComputeError.invalidGenesis("a code has no code_info");
      if (!equals(sha256(codeBytes), codeInfo.codeHash)) throw ComputeError.invalidGenesis("code hashes not same");
      compute.needs.putBlob(codeBytes);
      state.codes.set(ctx, codeId, codeInfo);
    }
    for (const { contractAddress, contractInfo, contractState, contractCustomInfo } of contracts) {
      const contract = contractAddress;
      if (contractInfo === undefined || contractCustomInfo?.enclaveKey === undefined) {
        throw ComputeError.invalidGenesis(`contract ${formatAddress(contract)} is incomplete`);
      }
      state.contracts.set(ctx, contract, contractInfo);
      state.keys.set(ctx, contract, contractCustomInfo.enclaveKey);
      state.labels.set(ctx, contractCustomInfo.label, contract);
      indexUnderCode(ctx, contractInfo.codeId, contract);
      addHistory(ctx, contract, Operation.GENESIS, contractInfo.codeId, new Uint8Array(0));
      for (const { Key, Value } of contractState) state.rows.set(ctx, [contract, Key], Value);
    }
    for (const { idKey, value } of sequences) {
      if (hasPrefix(idKey.subarray(1), CODE_SEQUENCE)) state.nextCodeId.set(ctx, value);
      else if (hasPrefix(idKey.subarray(1), INSTANCE_SEQUENCE)) state.nextInstanceId.set(ctx, value);
      else throw ComputeError.invalidGenesis("unknown sequence");
    }
    return undefined;
  },
  export: (compute, ctx) => ({ params: compute.params(ctx) ?? defaultParams() }),
});

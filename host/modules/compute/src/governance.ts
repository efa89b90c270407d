// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { mustAddress } from "@sotto/address";
import { fromUtf8 } from "@sotto/bytes";
import { SdkError } from "@sotto/errors";
import { assertGovAuthority, type Handlers, type WriteCtx } from "@sotto/kernel";
import { type Msg, ParamsSchema } from "@sotto/proto/secret.compute.v1beta1";
import { mustContract } from "./contracts.ts";
import {
  adminApproved,
  governanceRequired,
  machinesProposed,
  machinesUpdated,
  migrationApproved,
  upgradePassed,
} from "./events.ts";
import { state } from "./state.ts";

type Governance = Pick<
  Handlers<typeof Msg, WriteCtx>,
  | "updateParams"
  | "upgradeProposalPassed"
  | "contractGovernanceProposal"
  | "setContractGovernance"
  | "updateMachineWhitelistProposal"
  | "updateMachineWhitelist"
>;

/** Length of a text in bytes, as hex (x/compute keeper/msg_server.go prints the length alone). */
const hexLength = (text: string): string => fromUtf8(text).length.toString(16);

/**
 * Messages of governance, and messages that carry out its proposals; the first ante step compares
 * the latter with the proposal (x/compute keeper/msg_server.go, keeper/ante.go). The two about
 * enclaves and machines change no state: no enclave of this chain is attested yet, so there is no
 * list of machines and no measurement that a change of the program would have to name.
 */
export const governance: Governance = {
  updateParams(ctx, { authority, params }) {
    assertGovAuthority(authority);
    // Compat: missing parameters are zeros, and the price of a byte is always in the row.
    const { compileCost = "", maxContractSize = 0n } = params ?? {};
    state.params.set(
      ctx,
      create(ParamsSchema, { compileCost: compileCost === "" ? "0" : compileCost, maxContractSize }),
    );
    return {};
  },

  contractGovernanceProposal(ctx, { authority, contracts, adminUpdates }) {
    assertGovAuthority(authority);
    for (const { address, newCodeId } of contracts) {
      state.newCodes.set(ctx, address, newCodeId);
      ctx.emit(migrationApproved(address, newCodeId, authority));
    }
    for (const { address, newAdmin } of adminUpdates) {
      state.newAdmins.set(ctx, address, newAdmin);
      ctx.emit(adminApproved(address, newAdmin, authority));
    }
    return {};
  },

  setContractGovernance(ctx, { sender, contractAddress }) {
    const contract = mustAddress(contractAddress);
    if (mustContract(ctx, contract).admin !== sender) {
      throw SdkError.unauthorized("only contract admin can change governance requirement");
    }
    // Compat: the row is read twice.
    state.contracts.set(ctx, contract, { ...mustContract(ctx, contract), requireGovernance: true });
    ctx.emit(governanceRequired(sender, contractAddress));
    return {};
  },

  upgradeProposalPassed(ctx, { senderAddress, mrEnclaveHash }) {
    ctx.emit(upgradePassed(senderAddress, mrEnclaveHash));
    return {};
  },

  updateMachineWhitelistProposal(ctx, { authority, machineId }) {
    assertGovAuthority(authority);
    ctx.emit(machinesProposed(hexLength(machineId), authority));
    return {};
  },

  updateMachineWhitelist(ctx, { sender, proposalId, machineId }) {
    ctx.emit(machinesUpdated(proposalId, hexLength(machineId), sender));
    return {};
  },
};

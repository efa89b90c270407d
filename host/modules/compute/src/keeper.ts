import { create } from "@bufbuild/protobuf";
import { contractAddress, formatAddress } from "@sotto/address";
import { equals, toHex } from "@sotto/bytes";
import { ChainError, plainError, SdkError } from "@sotto/errors";
import type { ReadCtx, SignerHint, TxInfo, WriteCtx } from "@sotto/kernel";
import { type Coins, coinsWhere } from "@sotto/math/coins";
import {
  type ContractInfo,
  ContractInfoSchema,
  ContractKeySchema,
  ContractCodeHistoryOperationType as Operation,
  type Params,
} from "@sotto/proto/secret.compute.v1beta1";
import { type CallAnswer, CallKind, type ContractRef } from "@sotto/protocol";
import { applyRows, askEnclave, assertOk, chargeInstance, EMPTY, hostFor, settle, wasmGasLimit } from "./call.ts";
import { bech32 } from "./checks.ts";
import { contractAnswers } from "./contractAnswers.ts";
import { assertOwnFunds } from "./cosmosMsg.ts";
import { createDispatcher, MAX_CALL_DEPTH } from "./dispatch.ts";
import { ComputeError } from "./errors.ts";
import { emitPaid, paySent } from "./eventGas.ts";
import {
  customEvents,
  executeEvent,
  instantiateEvent,
  messageEvent,
  migrateEvent,
  replyEvent,
  updateAdminEvent,
  wasmEvent,
} from "./events.ts";
import type { AdminInput, ExecuteInput, InstantiateInput, MigrateInput, Origin, ReplyInput } from "./inputs.ts";
import type { ComputeNeeds } from "./needs.ts";
import { addHistory, currentTxCounter, indexUnderCode, unindexFromCode } from "./records.ts";
import { state } from "./state.ts";

export type ComputeKeeper = ReturnType<typeof computeKeeper>;

/** Bech32 as the chain writes it, or empty. */
const canonicalAdmin = (admin: string, field: string): string =>
  admin === "" ? "" : formatAddress(bech32(admin, field));

/**
 * Who signed the transaction and sent its message. A contract can route a message of its own to here as a stargate
 * message: it has no signature for the enclave to verify.
 */
function mustSigner(ctx: WriteCtx, sender: Uint8Array) {
  const signers = ctx.tx?.signers ?? [];
  const found = signers.find(({ address }) => equals(address, sender));
  if (found !== undefined) return found;
  const known = signers.map(({ address }) => formatAddress(address)).join(" ");
  throw ComputeError.signature(
    `[Compute] Message sender: ${formatAddress(sender)} is not found in the tx signer set: [${known}], callback signature not provided`,
  );
}

/** A signer's hint, for their first message only: the enclave verifies them once in a transaction. */
function takeHint(ctx: WriteCtx, signer: TxInfo["signers"][number] | undefined): SignerHint | undefined {
  if (signer?.hint === undefined) return undefined;
  const mark = `hinted ${toHex(signer.address)}`;
  if (ctx.tx?.marks.has(mark) === true) return undefined;
  ctx.tx?.marks.add(mark);
  return signer.hint;
}

/**
 * Whether the sender may migrate a contract. Approvals are made by governance, which this chain does not have yet: their row is
 * never there, and its read is paid for.
 */
function assertMayMigrate(ctx: ReadCtx, { admin, requireGovernance }: ContractInfo, contract: string, sender: string) {
  if (admin !== sender && admin !== "") throw ComputeError.migrateFailed("requires migrate from admin");
  if (admin === "" && !requireGovernance) throw ComputeError.migrateFailed("contract is not upgradable");
  if (requireGovernance && state.newCodes.get(ctx, contract) === undefined) {
    throw ComputeError.migrateFailed("requires governance approval for migration");
  }
}

function failingAs<T>(run: () => T, as: (error: ChainError) => ChainError): T {
  try {
    return run();
  } catch (thrown) {
    throw thrown instanceof ChainError ? as(thrown) : thrown;
  }
}

/** Simulation would run a contract outside of any verified block: the enclave could not tell who asks. */
function begin(ctx: WriteCtx, failed: (detail: string) => ChainError): void {
  chargeInstance(ctx);
  if (ctx.mode !== "deliver") throw failed("Execution error: Enclave: failed to validate transaction");
}

const next = (current: bigint | undefined): bigint => current ?? 1n;

export function computeKeeper(needs: ComputeNeeds) {
  const mustContract = (ctx: ReadCtx, contract: Uint8Array): ContractInfo => {
    const info = state.contracts.get(ctx, contract);
    if (info === undefined) throw ComputeError.notFound("contract");
    return info;
  };
  const mustCode = (ctx: ReadCtx, codeId: bigint) => {
    const code = state.codes.get(ctx, codeId);
    if (code === undefined) throw ComputeError.notFound("code");
    return code;
  };

  const refOf = (ctx: ReadCtx, contract: Uint8Array, info: ContractInfo, codeHash: Uint8Array): ContractRef => {
    const key = state.keys.get(ctx, contract);
    return {
      address: contract,
      codeHash,
      ogKey: key?.ogContractKey ?? EMPTY,
      currentKey: key?.currentContractKey ?? EMPTY,
      currentKeyProof: key?.currentContractKeyProof ?? EMPTY,
      admin: info.admin,
      adminProof: info.adminProof,
    };
  };

  const answers = contractAnswers(needs, { mustContract, mustCode, refOf });
  const host = (ctx: ReadCtx, contract: Uint8Array) => hostFor(needs, ctx, contract, answers.forContract(ctx));
  const dispatcher = createDispatcher(needs, { execute, instantiate, migrate, updateAdmin, reply });

  /**
   * Whether the sender of the transaction's own message has signed it. Compat: their account is read and paid for, although number and
   * sequence for the sign bytes were taken when the ante chain passed (x/compute keeper.go GetTxInfo).
   */
  function assertSigned(ctx: WriteCtx, origin: Origin, sender: Uint8Array): void {
    if (origin.callId !== 0) return;
    mustSigner(ctx, sender);
    needs.account(ctx, sender);
  }

  const callBase = (ctx: WriteCtx, origin: Origin, sender: Uint8Array) => {
    const signer = origin.callId === 0 ? mustSigner(ctx, sender) : undefined;
    return {
      txIndex: ctx.tx?.index ?? 0,
      messageIndex: ctx.tx?.messageIndex ?? 0,
      callId: origin.callId,
      accountNumber: Number(signer?.accountNumber ?? 0n),
      hint: takeHint(ctx, signer),
      txCounter: currentTxCounter(ctx),
      newCodeHash: EMPTY,
      codeId: 0,
      instanceId: 0,
    };
  };

  function pay(ctx: WriteCtx, from: Uint8Array, to: Uint8Array, funds: Coins, moved = funds): void {
    if (funds.length > 0 && needs.isBlocked(from)) throw SdkError.invalidAddress("blocked address can not be used");
    if (moved.length > 0) needs.sendCoins(ctx, from, to, moved);
  }

  /** Emits the contract's events, then runs its sub-messages. Returns the response data. */
  function respond(ctx: WriteCtx, contract: Uint8Array, answer: CallAnswer, depth: number): Uint8Array | undefined {
    const address = formatAddress(contract);
    emitPaid(ctx, [wasmEvent(address, answer.attributes), ...customEvents(address, answer.events)]);
    // Compat: a run that is too deep is undone, not refused: what it used is paid for (x/compute keeper.go handleContractResponse).
    if (depth > MAX_CALL_DEPTH) throw ComputeError.maxCallDepth();
    paySent(ctx, answer.messages);
    return dispatcher(ctx, contract, answer, depth);
  }

  /** The same for a call; a reply that fails there has failed itself. */
  function finish(ctx: WriteCtx, contract: Uint8Array, answer: CallAnswer, depth: number): Uint8Array | undefined {
    if (!answer.isV1) assertOwnFunds(answer, contract);
    return failingAs(
      () => respond(ctx, contract, answer, depth),
      (error) => error.wrap("dispatch"),
    );
  }

  function instantiate(ctx: WriteCtx, input: InstantiateInput, origin: Origin) {
    const admin = canonicalAdmin(input.admin, "admin");
    begin(ctx, ComputeError.instantiateFailed);
    assertSigned(ctx, origin, input.sender);
    // Compat: the row is read, not asked for, and costs its bytes (x/compute keeper.go Instantiate).
    if (state.labels.get(ctx, input.label) !== undefined) throw ComputeError.accountExists(input.label);
    const instanceId = next(state.nextInstanceId.get(ctx));
    state.nextInstanceId.set(ctx, instanceId + 1n);
    const contract = contractAddress(input.codeId, instanceId, input.sender);
    const address = formatAddress(contract);
    if (needs.account(ctx, contract) !== undefined) throw ComputeError.accountExists(address);
    if (input.funds.length > 0) pay(ctx, input.sender, contract, input.funds);
    else needs.createAccount(ctx, contract);
    const { codeHash } = mustCode(ctx, input.codeId);
    const info = create(ContractInfoSchema, {
      codeId: input.codeId,
      creator: input.sender,
      label: input.label,
      admin,
      created: { blockHeight: BigInt(ctx.block.height), txIndex: ctx.tx?.blockGas ?? 0n },
    });
    const answer = askEnclave(() =>
      needs.enclave.call(
        {
          ...callBase(ctx, origin, input.sender),
          kind: CallKind.instantiate,
          codeId: Number(input.codeId),
          instanceId: Number(instanceId),
          contract: {
            address: contract,
            codeHash,
            ogKey: EMPTY,
            currentKey: EMPTY,
            currentKeyProof: EMPTY,
            admin,
            adminProof: EMPTY,
          },
          gasLimit: wasmGasLimit(ctx),
        },
        host(ctx, contract),
      ),
    );
    applyRows(ctx, contract, answer);
    settle(ctx, answer, ComputeError.instantiateFailed);
    if (answer.isV1) ctx.emit(instantiateEvent(address, input.codeId));
    indexUnderCode(ctx, input.codeId, contract);
    addHistory(ctx, contract, Operation.INIT, input.codeId, input.msg);
    state.contracts.set(ctx, contract, { ...info, adminProof: answer.adminProof });
    state.keys.set(ctx, contract, create(ContractKeySchema, { ogContractKey: answer.contractKey }));
    state.labels.set(ctx, input.label, contract);
    const data = finish(ctx, contract, answer, origin.depth);
    ctx.emit(messageEvent(formatAddress(input.sender), address));
    return { contract, data };
  }

  function execute(ctx: WriteCtx, input: ExecuteInput, origin: Origin): Uint8Array | undefined {
    begin(ctx, ComputeError.executeFailed);
    assertSigned(ctx, origin, input.sender);
    const address = formatAddress(input.contract);
    ctx.emit(messageEvent(formatAddress(input.sender), address));
    const info = mustContract(ctx, input.contract);
    const { codeHash } = mustCode(ctx, info.codeId);
    // Compat: coins of cw20 origin are bookkeeping of relayers, not funds (x/compute keeper.go Execute).
    const moved = coinsWhere(input.funds, (denom) => !denom.startsWith("cw20:"));
    pay(ctx, input.sender, input.contract, input.funds, moved);
    const answer = askEnclave(() =>
      needs.enclave.call(
        {
          ...callBase(ctx, origin, input.sender),
          kind: CallKind.execute,
          contract: refOf(ctx, input.contract, info, codeHash),
          gasLimit: wasmGasLimit(ctx),
        },
        host(ctx, input.contract),
      ),
    );
    applyRows(ctx, input.contract, answer);
    settle(ctx, answer, ComputeError.executeFailed);
    if (answer.isV1) ctx.emit(executeEvent(address));
    return finish(ctx, input.contract, answer, origin.depth);
  }

  function migrate(ctx: WriteCtx, input: MigrateInput, origin: Origin): Uint8Array | undefined {
    begin(ctx, ComputeError.migrateFailed);
    assertSigned(ctx, origin, input.sender);
    const address = formatAddress(input.contract);
    const info = state.contracts.get(ctx, input.contract);
    if (info === undefined) throw SdkError.invalidRequest("unknown contract: contract: not found");
    const { codeHash } = mustCode(ctx, info.codeId);
    const code = state.codes.get(ctx, input.codeId);
    if (code === undefined) {
      throw SdkError.invalidRequest(`unknown code: failed to get code info for code id ${input.codeId}`);
    }
    const ref = refOf(ctx, input.contract, info, codeHash);
    assertMayMigrate(ctx, info, address, formatAddress(input.sender));
    const answer = askEnclave(() =>
      needs.enclave.call(
        {
          ...callBase(ctx, origin, input.sender),
          kind: CallKind.migrate,
          contract: ref,
          newCodeHash: code.codeHash,
          codeId: Number(input.codeId),
          gasLimit: wasmGasLimit(ctx),
        },
        host(ctx, input.contract),
      ),
    );
    applyRows(ctx, input.contract, answer);
    settle(ctx, answer, ComputeError.migrateFailed);
    state.keys.set(
      ctx,
      input.contract,
      create(ContractKeySchema, {
        ogContractKey: ref.ogKey,
        currentContractKey: answer.contractKey,
        currentContractKeyProof: answer.contractKeyProof,
      }),
    );
    moveToCode(ctx, input.contract, info, input.codeId, input.msg);
    ctx.emit(migrateEvent(address, input.codeId));
    return finish(ctx, input.contract, answer, origin.depth);
  }

  function moveToCode(ctx: WriteCtx, contract: Uint8Array, info: ContractInfo, codeId: bigint, msg: Uint8Array): void {
    unindexFromCode(ctx, info.codeId, contract);
    addHistory(ctx, contract, Operation.MIGRATE, codeId, msg);
    indexUnderCode(ctx, codeId, contract);
    state.contracts.set(ctx, contract, { ...info, codeId });
  }

  function updateAdmin(ctx: WriteCtx, input: AdminInput, origin: Origin): void {
    const newAdmin = canonicalAdmin(input.newAdmin, "new admin");
    begin(ctx, plainError);
    const info = mustContract(ctx, input.contract);
    const { codeHash } = mustCode(ctx, info.codeId);
    const sender = formatAddress(input.sender);
    if (info.admin !== sender) throw SdkError.unauthorized("caller is not the admin");
    if (info.requireGovernance && !state.newAdmins.has(ctx, formatAddress(input.contract))) {
      throw SdkError.unauthorized("requires governance approval for admin change");
    }
    assertSigned(ctx, origin, input.sender);
    const ref = refOf(ctx, input.contract, info, codeHash);
    const answer = askEnclave(() =>
      needs.enclave.call(
        {
          ...callBase(ctx, origin, input.sender),
          kind: CallKind.updateAdmin,
          contract: ref,
          gasLimit: wasmGasLimit(ctx),
        },
        host(ctx, input.contract),
      ),
    );
    // Compat: an admin change pays for no wasm gas that it used, not even the one that every call rounds up to.
    assertOk(answer, plainError);
    state.contracts.set(ctx, input.contract, { ...info, admin: newAdmin, adminProof: answer.adminProof });
    ctx.emit(updateAdminEvent(formatAddress(input.contract), newAdmin));
  }

  function reply(ctx: WriteCtx, input: ReplyInput): Uint8Array | undefined {
    const info = mustContract(ctx, input.contract);
    const { codeHash } = mustCode(ctx, info.codeId);
    chargeInstance(ctx);
    const answer = askEnclave(() =>
      needs.enclave.reply(
        {
          parentId: input.parentId,
          childId: input.childId,
          contract: refOf(ctx, input.contract, info, codeHash),
          gasLimit: wasmGasLimit(ctx),
          ok: input.ok,
          data: input.data,
          error: input.error,
          events: input.events,
          txCounter: currentTxCounter(ctx),
        },
        host(ctx, input.contract),
      ),
    );
    applyRows(ctx, input.contract, answer);
    // Compat: a reply pays its wasm gas twice (x/compute keeper.go reply).
    settle(ctx, answer, ComputeError.replyFailed);
    settle(ctx, answer, ComputeError.replyFailed);
    ctx.emit(replyEvent(formatAddress(input.contract)));
    return failingAs(
      () => respond(ctx, input.contract, answer, input.depth),
      // Compat: what a reply sends and fails is the failure of the reply (x/compute keeper.go reply).
      (error) => ComputeError.replyFailed(error.message, error),
    );
  }

  return {
    instantiate,
    execute,
    migrate,
    updateAdmin,
    querySmart: answers.fromOutside,
    mustContract,
    mustCode,
    params: (ctx: ReadCtx): Params | undefined => state.params.get(ctx),
    needs,
  };
}

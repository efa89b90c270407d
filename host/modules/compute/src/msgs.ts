import { create } from "@bufbuild/protobuf";
import { formatAddress, parseAddress } from "@sotto/address";
import { sha256 } from "@sotto/crypto";
import { ChainError, SdkError } from "@sotto/errors";
import type { Handlers, WriteCtx } from "@sotto/kernel";
import { wireCoinsFault } from "@sotto/math";
import { CodeInfoSchema, type Msg } from "@sotto/proto/secret.compute.v1beta1";
import { LAST_MESSAGE } from "./dispatch.ts";
import { ComputeError } from "./errors.ts";
import { storeCodeEvents } from "./events.ts";
import { type ComputeKeeper, FROM_TX } from "./keeper.ts";
import type { Coin } from "./needs.ts";
import { state } from "./state.ts";
import { checkCode, MAX_SUBMITTED, unpack } from "./upload.ts";

/** 0.8 gas a byte. */
const DEFAULT_COMPILE_COST = "800000000000000000";
const MAX_LABEL = 512;
const MAX_BUILDER = 128;
/** docker `org/name:tag`, as the reference's build tag rule. The length is bounded before it is matched. */
const BUILDER = /^[a-z0-9][a-z0-9._-]*[a-z0-9](\/[a-z0-9][a-z0-9._-]*[a-z0-9])*:[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/;

const bech32 = (text: string, field: string): Uint8Array => {
  try {
    return parseAddress(text);
  } catch (thrown) {
    throw thrown instanceof ChainError ? thrown.wrap(field) : thrown;
  }
};

const SCALE = 10n ** 18n;

/** SDK gas for `length` bytes at a price in the wire form of a Dec (scaled by 10^18), rounded half to even. */
function compileGas(price: string, length: number): number {
  const exact = BigInt(price) * BigInt(length);
  const whole = exact / SCALE;
  const twice = (exact % SCALE) * 2n;
  return Number(twice > SCALE || (twice === SCALE && whole % 2n === 1n) ? whole + 1n : whole);
}

/** Addresses in `bytes` fields are 20 or 32 raw bytes. */
const raw = (bytes: Uint8Array, field: string): Uint8Array => {
  if (bytes.length !== 20 && bytes.length !== 32) {
    throw SdkError.unknownAddress(`${field}: address length must be 20 or 32 bytes, got ${bytes.length}`);
  }
  return bytes;
};

/** Only the chain fills these; a user's message that carries one claims an authority nobody gave it (protocol.md 2.9). */
function refuseCallback(signature: Uint8Array): void {
  if (signature.length > 0) throw ComputeError.signature("a transaction may not carry a callback signature");
}

function checkSource(source: string): void {
  if (source === "") return;
  if (!source.includes("://")) throw ComputeError.invalid("source not an absolute url");
  if (!source.startsWith("https://") || source.length === "https://".length) throw ComputeError.invalid("source must use https");
}

function checkBuilder(builder: string): void {
  if (builder === "") return;
  if (builder.length > MAX_BUILDER) throw ComputeError.limit("builder cannot be longer than 128 characters");
  if (!BUILDER.test(builder)) throw ComputeError.invalid("invalid tag supplied for builder");
}

function checkLabel(label: string): void {
  if (label === "") throw ComputeError.empty("is required");
  // Compat: the limit is 512 bytes, the text says 128 (x/compute types/validation.go).
  if (new TextEncoder().encode(label).length > MAX_LABEL) throw ComputeError.limit("cannot be longer than 128 characters");
}

function checkFunds(funds: readonly Coin[], text: string): void {
  if (wireCoinsFault(funds) !== undefined) throw SdkError.invalidCoins(text);
}

/** Messages end when an earlier one of the transaction left the last-message marker. */
function assertNotFinished(ctx: WriteCtx): void {
  if (ctx.tx?.marks.has(LAST_MESSAGE)) throw SdkError.lastMessageMarker();
}

const withData = (data: Uint8Array | undefined) => (data === undefined ? {} : { data });

/** Messages that need the gov module, which this chain does not have yet. */
const needsGovernance = (): never => {
  throw SdkError.notSupported("this message needs the gov module, which this chain does not have yet");
};

export const msgs = (compute: ComputeKeeper): Handlers<typeof Msg, WriteCtx> => ({
  storeCode(ctx, { sender, wasmByteCode, source, builder }) {
    raw(sender, "sender");
    if (wasmByteCode.length === 0) throw SdkError.invalidRequest("code bytes is required: empty");
    if (wasmByteCode.length > MAX_SUBMITTED) {
      throw SdkError.invalidRequest(`code bytes cannot be longer than ${MAX_SUBMITTED} bytes: exceeds limit`);
    }
    checkSource(source);
    checkBuilder(builder);
    const params = compute.params(ctx);
    const limit = Number(params?.maxContractSize ?? BigInt(MAX_SUBMITTED));
    const code = unpack(wasmByteCode, limit);
    if (code.length > limit) throw ComputeError.maxContractSize();
    ctx.gas.consume(compileGas(params?.compileCost ?? DEFAULT_COMPILE_COST, code.length), "Compiling WASM Bytecode");
    checkCode(code);
    const codeHash = ctx.mode === "simulate" ? sha256(code) : compute.needs.putBlob(code);
    const codeId = state.nextCodeId.get(ctx) ?? 1n;
    state.nextCodeId.set(ctx, codeId + 1n);
    state.codes.set(ctx, codeId, create(CodeInfoSchema, { codeHash, creator: sender, source, builder }));
    for (const event of storeCodeEvents(formatAddress(sender), codeId)) ctx.emit(event);
    return { codeId };
  },

  instantiateContract(ctx, { sender, codeId, label, initMsg, initFunds, callbackSig, admin }) {
    assertNotFinished(ctx);
    refuseCallback(callbackSig);
    raw(sender, "sender");
    if (codeId === 0n) throw SdkError.invalidRequest("code_id is required");
    checkLabel(label);
    checkFunds(initFunds, "initFunds");
    if (admin !== "") bech32(admin, "admin");
    const { contract, data } = compute.instantiate(ctx, { sender, codeId, label, msg: initMsg, funds: initFunds, admin }, FROM_TX);
    return { address: formatAddress(contract), ...withData(data) };
  },

  executeContract(ctx, { sender, contract, msg, sentFunds, callbackSig }) {
    assertNotFinished(ctx);
    refuseCallback(callbackSig);
    raw(sender, "sender");
    raw(contract, "contract");
    checkFunds(sentFunds, "sentFunds");
    return withData(compute.execute(ctx, { sender, contract, msg, funds: sentFunds }, FROM_TX));
  },

  migrateContract(ctx, { sender, contract, codeId, msg, callbackSig }) {
    assertNotFinished(ctx);
    refuseCallback(callbackSig);
    if (codeId === 0n) throw SdkError.invalidRequest("code id is required");
    const input = { sender: bech32(sender, "sender"), contract: bech32(contract, "contract"), codeId, msg };
    return withData(compute.migrate(ctx, input, FROM_TX));
  },

  updateAdmin(ctx, { sender, newAdmin, contract, callbackSig }) {
    refuseCallback(callbackSig);
    const input = { sender: bech32(sender, "sender"), contract: bech32(contract, "contract"), newAdmin };
    bech32(newAdmin, "new admin");
    if (newAdmin.toLowerCase() === sender.toLowerCase()) throw ComputeError.invalidMsg("new admin is the same as the old");
    compute.updateAdmin(ctx, input, FROM_TX);
    return {};
  },

  clearAdmin(ctx, { sender, contract, callbackSig }) {
    refuseCallback(callbackSig);
    const input = { sender: bech32(sender, "sender"), contract: bech32(contract, "contract"), newAdmin: "" };
    compute.updateAdmin(ctx, input, FROM_TX);
    return {};
  },

  updateParams: needsGovernance,
  upgradeProposalPassed: needsGovernance,
  contractGovernanceProposal: needsGovernance,
  setContractGovernance: needsGovernance,
  updateMachineWhitelistProposal: needsGovernance,
  updateMachineWhitelist: needsGovernance,
});

import { formatAddress, getAddress, lengthFault } from "@sotto/address";
import { fromBase64, fromUtf8, toBase64, toHex, toUtf8 } from "@sotto/bytes";
import { compactJson, decode, type Json, jsonObject, parseJson } from "@sotto/codec";
import { ChainError, OutOfGas, SdkError } from "@sotto/errors";
import { GasMeter, NO_LIMIT, type ReadCtx } from "@sotto/kernel";
import { amountOf } from "@sotto/math/coins";
import { type CodeInfo, type ContractInfo, QueryByCodeIdRequestSchema } from "@sotto/proto/secret.compute.v1beta1";
import { type ContractRef, Outcome } from "@sotto/protocol";
import { askEnclave, chargeInstance, chargeWasmGas, GAS_MULTIPLIER, hostFor, settle, wasmGasLimit } from "./call.ts";
import { ComputeError } from "./errors.ts";
import type { ComputeNeeds } from "./needs.ts";
import { state } from "./state.ts";

interface Lookup {
  mustContract(ctx: ReadCtx, contract: Uint8Array): ContractInfo;
  mustCode(ctx: ReadCtx, codeId: bigint): CodeInfo;
  refOf(ctx: ReadCtx, contract: Uint8Array, info: ContractInfo, codeHash: Uint8Array): ContractRef;
}

interface Answer {
  readonly answer: Uint8Array;
  readonly gasUsed: number;
}

type Fields = ReadonlyMap<string, Json>;

const CONTRACTS_OF_CODE = "/secret.compute.v1beta1.Query/ContractsByCodeId";

/** gRPC paths that contracts may query, of the modules that this chain has (spec/modules.md 8.11). */
const STARGATE_PATHS: ReadonlySet<string> = new Set([
  "/cosmos.auth.v1beta1.Query/Account",
  "/cosmos.auth.v1beta1.Query/Params",
  "/cosmos.bank.v1beta1.Query/Balance",
  "/cosmos.bank.v1beta1.Query/DenomMetadata",
  "/cosmos.bank.v1beta1.Query/SupplyOf",
  "/cosmos.bank.v1beta1.Query/Params",
  "/cosmos.params.v1beta1.Query/Params",
  "/secret.compute.v1beta1.Query/ContractInfo",
  "/secret.compute.v1beta1.Query/CodeHashByContractAddress",
  "/secret.compute.v1beta1.Query/CodeHashByCodeId",
  "/secret.compute.v1beta1.Query/LabelByAddress",
  "/secret.compute.v1beta1.Query/AddressByLabel",
  CONTRACTS_OF_CODE,
]);

const json = (value: Json): Uint8Array => fromUtf8(compactJson(value));
const ok = (data: Uint8Array): Uint8Array => json(jsonObject([["Ok", jsonObject([["Ok", toBase64(data)]])]]));
const contractError = (error: Json): Uint8Array => json(jsonObject([["Ok", jsonObject([["Err", error]])]]));
const systemError = (kind: string, body: Json): Uint8Array => json(jsonObject([["Err", jsonObject([[kind, body]])]]));
const genericError = (text: string): Json => jsonObject([["generic_err", jsonObject([["msg", text]])]]);
const unsupported = (kind: string): Uint8Array => systemError("unsupported_request", jsonObject([["kind", kind]]));

const isFields = (value: Json | undefined): value is Fields => value instanceof Map;
const textOf = (fields: Fields, name: string): string => {
  const value = fields.get(name);
  return typeof value === "string" ? value : "";
};
const only = (value: Json | undefined): readonly [string, Json] | undefined => {
  if (!isFields(value) || value.size !== 1) return undefined;
  for (const entry of value) return entry;
  return undefined;
};

/** A query of a contract. */
interface SmartRequest {
  readonly address: string;
  /** Undefined when it is not base64. */
  readonly msg: Uint8Array | undefined;
}

interface OtherRequest {
  readonly kind: string;
  readonly body: Json;
}

/** Text of its own: a piece of a text keeps all of it in memory. */
const detached = (text: string): string => toUtf8(fromUtf8(text)) ?? text;

/**
 * A contract's request; undefined when it is not JSON. Of a smart one nothing of the JSON is kept, because ten of them may wait
 * in each other; others are answered at once.
 */
function readRequest(request: Uint8Array): SmartRequest | OtherRequest | undefined {
  let json: Json;
  try {
    json = parseJson(request);
  } catch (thrown) {
    if (thrown instanceof ChainError) return undefined;
    throw thrown;
  }
  const [kind, body] = only(json) ?? ["", null];
  const [inner, fields] = (kind === "wasm" ? only(body) : undefined) ?? ["", null];
  if (inner !== "smart" || !isFields(fields)) return { kind, body };
  return { address: detached(textOf(fields, "contract_addr")), msg: fromBase64(textOf(fields, "msg")) };
}

/** Kinds of query that there are not, in the reference's words (x/compute query_plugins.go). */
const UNKNOWN_WASM = "unknown WasmQuery variant";
const UNKNOWN_BANK = "unknown BankQuery variant";

/** An address. Throws SdkError.invalidAddress, which a contract sees as `<text>: invalid address`. */
function mustAddress(text: string): Uint8Array {
  const address = getAddress(text);
  if (address === undefined || lengthFault(address.length) !== undefined) throw SdkError.invalidAddress(text);
  return address;
}

/** Compat: who asks for the contracts of a code pays for a walk over all contracts and their keys (x/compute querier.go). */
function askPath({ router }: ComputeNeeds, ctx: ReadCtx, path: string, data: Uint8Array): Uint8Array | undefined {
  const query = router().queryAt(path, ctx.block.height);
  if (path !== CONTRACTS_OF_CODE) return query?.call(ctx, data);
  const { codeId } = decode(QueryByCodeIdRequestSchema, data);
  if (codeId !== 0n) for (const [contract] of state.contracts.entries(ctx)) state.keys.get(ctx, contract);
  return query?.call(ctx.withGas(new GasMeter(NO_LIMIT)), data);
}

/** Queries: smart ones from outside, and everything that a contract may ask of the chain. */
export function contractAnswers(needs: ComputeNeeds, lookup: Lookup) {
  /** Asks the enclave; `ctx.gas` carries the limit. */
  function smart(ctx: ReadCtx, contract: Uint8Array, query: Uint8Array, depth: number) {
    chargeInstance(ctx);
    const info = lookup.mustContract(ctx, contract);
    const { codeHash } = lookup.mustCode(ctx, info.codeId);
    return askEnclave(() =>
      needs.enclave.query(
        {
          contract: lookup.refOf(ctx, contract, info, codeHash),
          query,
          gasLimit: wasmGasLimit(ctx),
          depth,
          height: ctx.block.height,
          time: String(ctx.block.time),
        },
        hostFor(needs, ctx, contract, forContract(ctx)),
      ),
    );
  }

  function fromOutside(ctx: ReadCtx, contract: Uint8Array, query: Uint8Array): Uint8Array {
    const meter = new GasMeter(Math.min(needs.queryGasLimit, ctx.gas.remaining));
    const limited = ctx.withGas(meter);
    try {
      const answer = smart(limited, contract, query, 1);
      settle(limited, answer, ComputeError.queryFailed);
      return answer.data ?? new Uint8Array(0);
    } finally {
      ctx.gas.consume(meter.consumedToLimit, "smart query");
    }
  }

  function wasmSmart(ctx: ReadCtx, { address, msg }: SmartRequest, depth: number): Uint8Array {
    const contract = mustAddress(address);
    if (msg === undefined) return unsupported(UNKNOWN_WASM);
    try {
      const answer = smart(ctx, contract, msg, depth);
      chargeWasmGas(ctx, answer.gasUsed);
      if (answer.outcome === Outcome.ok) return ok(answer.data ?? new Uint8Array(0));
      // The enclave that asked knows the key and opens `encrypted: <b64>` itself.
      if (answer.outcome === Outcome.contractError) {
        return contractError(genericError(`${answer.error}: query contract failed`));
      }
      settle(ctx.withGas(new GasMeter(Number.MAX_SAFE_INTEGER)), answer, ComputeError.queryFailed);
      return contractError(genericError("query contract failed"));
    } catch (thrown) {
      if (!(thrown instanceof ChainError)) throw thrown;
      return contractError(genericError(thrown.message));
    }
  }

  function contractInfo(ctx: ReadCtx, fields: Fields): Uint8Array {
    const info = state.contracts.get(ctx, mustAddress(textOf(fields, "contract_addr")));
    if (info === undefined) throw SdkError.invalidAddress(textOf(fields, "contract_addr"));
    const parts: [string, Json][] = [
      ["code_id", Number(info.codeId)],
      ["creator", formatAddress(info.creator)],
      ["pinned", false],
    ];
    if (info.ibcPortId !== "") parts.push(["ibc_port", info.ibcPortId]);
    return ok(json(jsonObject(parts)));
  }

  /** A row as the chain stores it: encrypted by the enclave. */
  function rawRow(ctx: ReadCtx, fields: Fields): Uint8Array {
    const contract = mustAddress(textOf(fields, "contract_addr"));
    const key = fromBase64(textOf(fields, "key"));
    if (key === undefined) return unsupported(UNKNOWN_WASM);
    const value = state.rows.get(ctx, [contract, key]);
    const models =
      value === undefined
        ? []
        : [
            jsonObject([
              ["Key", toHex(key).toUpperCase()],
              ["Value", toBase64(value)],
            ]),
          ];
    return ok(json(models));
  }

  function wasm(ctx: ReadCtx, body: Json): Uint8Array {
    const [kind, fields] = only(body) ?? ["", null];
    if (!isFields(fields)) return unsupported(UNKNOWN_WASM);
    if (kind === "raw") return rawRow(ctx, fields);
    if (kind === "contract_info") return contractInfo(ctx, fields);
    return unsupported(UNKNOWN_WASM);
  }

  function bank(ctx: ReadCtx, body: Json): Uint8Array {
    const [kind, fields] = only(body) ?? ["", null];
    if (!isFields(fields)) return unsupported(UNKNOWN_BANK);
    const coin = (denom: string, amount: bigint) =>
      jsonObject([
        ["denom", denom],
        ["amount", String(amount)],
      ]);
    if (kind === "balance") {
      const denom = textOf(fields, "denom");
      // Compat: one balance is looked for among all of the account, and all are paid for (x/compute query_plugins.go BankQuerier).
      const held = needs.allBalances(ctx, mustAddress(textOf(fields, "address")));
      return ok(json(jsonObject([["amount", coin(denom, amountOf(held, denom))]])));
    }
    if (kind === "all_balances") {
      const coins = needs
        .allBalances(ctx, mustAddress(textOf(fields, "address")))
        .map(({ denom, amount }) => coin(denom, amount));
      return ok(json(jsonObject([["amount", coins]])));
    }
    return unsupported(UNKNOWN_BANK);
  }

  function stargate(ctx: ReadCtx, body: Json): Uint8Array {
    if (!isFields(body)) return unsupported("stargate");
    const path = textOf(body, "path");
    const data = fromBase64(textOf(body, "data"));
    const answer = data !== undefined && STARGATE_PATHS.has(path) ? askPath(needs, ctx, path, data) : undefined;
    return answer === undefined ? unsupported(`query path '${path}' is not allowed from the contract`) : ok(answer);
  }

  function route(ctx: ReadCtx, request: Uint8Array, depth: number): Uint8Array {
    const read = readRequest(request);
    if (read === undefined) {
      return systemError(
        "invalid_request",
        jsonObject([
          ["error", "not JSON"],
          ["request", toBase64(request)],
        ]),
      );
    }
    if ("address" in read) return wasmSmart(ctx, read, depth);
    const { kind, body } = read;
    switch (kind) {
      case "wasm":
        return wasm(ctx, body);
      case "bank":
        return bank(ctx, body);
      case "stargate":
        return stargate(ctx, body);
      default:
        return unsupported(kind.slice(0, 64));
    }
  }

  /** Answers a contract's query under the gas it has left; what it used is charged to the caller's meter too. */
  function forContract(ctx: ReadCtx) {
    return (request: Uint8Array, gasLimit: number, depth: number): Answer => {
      const meter = new GasMeter(Math.min(Math.floor(gasLimit / GAS_MULTIPLIER), ctx.gas.remaining));
      try {
        return { answer: route(ctx.withGas(meter), request, depth), gasUsed: meter.consumedToLimit * GAS_MULTIPLIER };
      } catch (thrown) {
        // The query's own limit was lower than the caller's: the caller's contract has run out, which it will find.
        if (thrown instanceof OutOfGas) {
          return { answer: contractError(genericError("out of gas")), gasUsed: meter.limit * GAS_MULTIPLIER };
        }
        // A query that the chain refuses is the contract's to handle; what is no refusal stops the node.
        if (!(thrown instanceof ChainError)) throw thrown;
        const answer = contractError(genericError(thrown.message));
        return { answer, gasUsed: meter.consumedToLimit * GAS_MULTIPLIER };
      } finally {
        ctx.gas.consume(meter.consumedToLimit, "contract sub-query");
      }
    };
  }

  return { fromOutside, forContract };
}

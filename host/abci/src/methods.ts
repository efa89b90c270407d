// SPDX-License-Identifier: Apache-2.0
import type { DescMessage } from "@bufbuild/protobuf";
import { assert } from "@sotto/errors";
import { ABCI, RequestSchema, ResponseSchema } from "@sotto/proto/tendermint.abci";
import type { AbciHandlers } from "./handlers.ts";

/** CometBFT's connections. Nothing on the wire names them: their requests do. */
export type Kind = "query" | "snapshot" | "mempool" | "consensus";

/** Methods that the server answers by itself. */
export type OwnMethod = "echo" | "flush" | "extendVote" | "verifyVoteExtension";

export interface Method {
  readonly name: keyof AbciHandlers | OwnMethod;
  /** Go's name, as in the path of gRPC: `CheckTx`. */
  readonly goName: string;
  /** Undefined for Echo and Flush, which every connection carries. */
  readonly kind: Kind | undefined;
  readonly request: DescMessage;
  readonly response: DescMessage;
  /** Number of the request's field in tendermint.abci.Request, and its tag. */
  readonly field: number;
  readonly tag: number;
  /** Number of the answer's field in tendermint.abci.Response. */
  readonly answerField: number;
}

const KINDS: Readonly<Record<Method["name"], Kind | undefined>> = {
  echo: undefined,
  flush: undefined,
  info: "query",
  query: "query",
  checkTx: "mempool",
  initChain: "consensus",
  prepareProposal: "consensus",
  processProposal: "consensus",
  extendVote: "consensus",
  verifyVoteExtension: "consensus",
  finalizeBlock: "consensus",
  commit: "consensus",
  listSnapshots: "snapshot",
  offerSnapshot: "snapshot",
  loadSnapshotChunk: "snapshot",
  applySnapshotChunk: "snapshot",
};

const BYTES = 2;

/** Number of a oneof's field in Request or Response. */
function numberIn(schema: DescMessage, name: string): number {
  const field = schema.fields.find(({ localName }) => localName === name);
  assert(field !== undefined, `${schema.typeName} has no field ${name}`);
  return field.number;
}

function methodOf(name: Method["name"]): Method {
  const { name: goName, input, output } = ABCI.method[name];
  const field = numberIn(RequestSchema, name);
  const answerField = numberIn(ResponseSchema, name);
  const tag = (field << 3) | BYTES;
  return { name, goName, kind: KINDS[name], request: input, response: output, field, tag, answerField };
}

export const METHODS: readonly Method[] = (Object.keys(KINDS) as Method["name"][]).map(methodOf);

const BY_FIELD: ReadonlyMap<number, Method> = new Map(METHODS.map((method) => [method.field, method]));
const BY_PATH: ReadonlyMap<string, Method> = new Map(
  METHODS.map((method) => [`/${ABCI.typeName}/${method.goName}`, method]),
);

/** The method whose request has this field number in tendermint.abci.Request. */
export const getMethod = (field: number): Method | undefined => BY_FIELD.get(field);

/** The method of a path of gRPC, `/tendermint.abci.ABCI/CheckTx`. */
export const getMethodOfPath = (path: string): Method | undefined => BY_PATH.get(path);

/** Field number of Response.exception. */
export const EXCEPTION = numberIn(ResponseSchema, "exception");

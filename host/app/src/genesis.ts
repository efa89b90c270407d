import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { create } from "@bufbuild/protobuf";
import { parseGatewayJson } from "@sotto/codec";
import type { ValidatorUpdate, WriteCtx } from "@sotto/kernel";
import { chainTypes } from "@sotto/tx";

/** One module's part of InitGenesis. */
export interface GenesisPart {
  readonly name: string;
  readonly init: (ctx: WriteCtx, json: string | undefined) => readonly ValidatorUpdate[];
}

/** The operator's own file, which holds as many accounts as there are. */
const LIMITS = { maxLength: Number.MAX_SAFE_INTEGER, maxValues: Number.MAX_SAFE_INTEGER };

/** Pairs a module's genesis with the type of its part of the file. An absent part is an empty one. */
export const genesisOf = <G extends DescMessage>(
  name: string,
  schema: G,
  init: (ctx: WriteCtx, state: MessageShape<G>) => readonly ValidatorUpdate[] | undefined,
): GenesisPart => ({
  name,
  init: (ctx, json) =>
    init(ctx, json === undefined ? create(schema) : parseGatewayJson(schema, json, chainTypes, { limits: LIMITS })) ??
    [],
});

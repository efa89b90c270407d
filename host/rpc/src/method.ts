// SPDX-License-Identifier: Apache-2.0
import type { ApiBackend, ApiRoute, JsonText } from "@sotto/backend";
import type { EvidenceArgument } from "@sotto/backend/comet-json";
import type { ArgumentKind, ArgumentValue, Int } from "./arguments.ts";
import type { EventHub } from "./hub.ts";

/** The context of a method. */
export interface RpcContext {
  readonly backend: ApiBackend;
  readonly routes: ReadonlyMap<string, ApiRoute>;
  readonly hub: EventHub;
}

/** Arguments by name; an absent one has the zero value of its kind. */
export interface Arguments {
  int(name: string): Int | undefined;
  string(name: string): string;
  bool(name: string): boolean;
  bytes(name: string): Uint8Array;
  evidence(name: string): EvidenceArgument | undefined;
}

export interface Method {
  /** Names in order, with the kinds of their values. */
  readonly parameters: readonly (readonly [name: string, kind: ArgumentKind])[];
  /** Resolves to the JSON of the result. Throws RpcError. */
  readonly call: (context: RpcContext, given: Arguments) => Promise<JsonText>;
}

const NOTHING = new Uint8Array(0);

export function readArguments(values: ReadonlyMap<string, ArgumentValue>): Arguments {
  return {
    int(name) {
      const value = values.get(name);
      return typeof value === "number" || typeof value === "bigint" ? value : undefined;
    },
    string(name) {
      const value = values.get(name);
      return typeof value === "string" ? value : "";
    },
    bool: (name) => values.get(name) === true,
    bytes(name) {
      const value = values.get(name);
      return value instanceof Uint8Array ? value : NOTHING;
    },
    evidence(name) {
      const value = values.get(name);
      return typeof value === "object" && "kind" in value ? value : undefined;
    },
  };
}

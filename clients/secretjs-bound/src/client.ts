// SPDX-License-Identifier: Apache-2.0
import type { Binding } from "./binding.ts";
import type { BoundEncryption, EncryptionUtils } from "./encryption.ts";

/**
 * The used part of a secret.js client. Its messages and its queries pass through these two places.
 */
export interface BindableClient {
  prepareAndSign(messages: readonly object[], ...rest: readonly unknown[]): Promise<Uint8Array>;
  readonly query: object;
}

/** The public fields of secret.js's messages to contracts. */
interface Fields {
  readonly sender?: string;
  readonly contractAddress?: string;
  readonly codeId?: string;
  readonly label?: string;
  readonly initMsg?: object;
  readonly msg?: object;
}

/** The purpose of a message; undefined for a message without encrypted content. */
function bindingOf({ sender, contractAddress, codeId, label, initMsg, msg }: Fields): Binding | undefined {
  if (sender === undefined) return undefined;
  if (codeId !== undefined && label !== undefined && initMsg !== undefined) {
    return { kind: "instantiate", sender, codeId, label };
  }
  if (contractAddress === undefined || msg === undefined) return undefined;
  if (codeId !== undefined) return { kind: "migrate", sender, contract: contractAddress, codeId };
  return { kind: "execute", sender, contract: contractAddress };
}

type ProtoConverter = (this: object, utils: EncryptionUtils) => unknown;

/**
 * The same message, which encrypts for its own sender and target. It stays an instance of its
 * class.
 */
function bindMessage<M extends object>(message: M, encryption: BoundEncryption): M {
  const binding = bindingOf(message);
  if (binding === undefined) return message;
  const utils = encryption.for(binding);
  return new Proxy(message, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      const converts = name === "toProto" || name === "toAmino";
      return converts ? () => (value as ProtoConverter).call(target, utils) : value;
    },
  });
}

interface Querier {
  queryContract(params: { readonly contract_address: string }, ...rest: readonly unknown[]): Promise<unknown>;
}

const isQuerier = (value: unknown): value is Querier =>
  typeof value === "object" && value !== null && typeof (value as Partial<Querier>).queryContract === "function";

/** Makes a querier encrypt each query for the queried contract. */
function bindQuerier(querier: Querier, encryption: BoundEncryption): void {
  // Otherwise its queries would be sent unbound, without a warning.
  if (!("encryption" in querier)) throw new TypeError("this version of secret.js keeps its encryption elsewhere");
  const { queryContract } = querier;
  querier.queryContract = async (params, ...rest) => {
    const utils = encryption.for({ kind: "query", contract: params.contract_address });
    return queryContract.call(Object.create(querier, { encryption: { value: utils } }), params, ...rest);
  };
}

/**
 * Makes a client of secret.js bind all that it encrypts: messages of transactions, sent by any
 * method, and queries. Changes the client and returns it. The client must have been made with the
 * same encryption as `encryptionUtils`, or it cannot read the answers. Throws TypeError for a
 * client that it cannot bind.
 */
export function bindClient<C extends BindableClient>(client: C, encryption: BoundEncryption): C {
  const { prepareAndSign } = client;
  if (typeof prepareAndSign !== "function") throw new TypeError("this is not a client of secret.js 1.22");
  for (const querier of Object.values(client.query)) if (isQuerier(querier)) bindQuerier(querier, encryption);
  client.prepareAndSign = async (messages, ...rest) =>
    prepareAndSign.call(
      client,
      messages.map((message) => bindMessage(message, encryption)),
      ...rest,
    );
  return client;
}

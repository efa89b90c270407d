// SPDX-License-Identifier: Apache-2.0
/**
 * The used part of secret.js's `SecretNetworkClient` (1.22.1), by shape: so this package does not
 * install secret.js, and takes the caller's.
 */

export interface Coin {
  readonly denom: string;
  readonly amount: string;
}

export interface TxOptions {
  readonly gasLimit?: number;
  readonly gasPriceInFeeDenom?: number;
  readonly feeGranter?: string;
  readonly memo?: string;
  readonly broadcastTimeoutMs?: number;
  readonly broadcastCheckIntervalMs?: number;
}

/** The result of a transaction in a block, with what its sender can decrypt. */
export interface TxResult {
  readonly height: number;
  readonly transactionHash: string;
  readonly code: number;
  readonly codespace: string;
  /** The error's text when code is not 0. */
  readonly rawLog: string;
  readonly arrayLog?: readonly { readonly type: string; readonly key: string; readonly value: string }[];
  /** The protobuf answer of each message. */
  readonly data: readonly Uint8Array[];
  readonly gasUsed: number;
  readonly gasWanted: number;
}

/** SNIP-24. */
export interface Permit {
  readonly params: {
    readonly permit_name: string;
    readonly allowed_tokens: readonly string[];
    readonly chain_id: string;
    readonly permissions: readonly string[];
  };
  readonly signature: object;
}

export interface ContractTarget {
  readonly contract_address: string;
  readonly code_hash: string;
}

export interface SecretClient {
  readonly address: string;
  readonly tx: {
    readonly compute: {
      executeContract(
        params: ContractTarget & { sender: string; msg: object; sent_funds: Coin[] },
        options?: TxOptions,
      ): Promise<TxResult>;
      storeCode(
        params: { sender: string; wasm_byte_code: Uint8Array; source: string; builder: string },
        options?: TxOptions,
      ): Promise<TxResult>;
      instantiateContract(
        params: { sender: string; code_id: string; code_hash: string; label: string; init_msg: object },
        options?: TxOptions,
      ): Promise<TxResult>;
    };
  };
  readonly query: {
    readonly compute: {
      queryContract(params: ContractTarget & { query: object }): Promise<unknown>;
      contractInfo(params: { contract_address: string }): Promise<{
        contract_info?: { code_id?: string; admin?: string };
      }>;
      codeHashByContractAddress(params: { contract_address: string }): Promise<{ code_hash?: string }>;
      codeHashByCodeId(params: { code_id: string }): Promise<{ code_hash?: string }>;
    };
  };
  readonly utils: {
    readonly accessControl: {
      readonly permit: {
        sign(
          owner: string,
          chainId: string,
          name: string,
          contracts: string[],
          permissions: string[],
          keplr?: boolean,
        ): Promise<Permit>;
      };
    };
  };
}

/**
 * The chain id that the client signs for. secret.js 1.22 hides it from TypeScript only. Throws
 * TypeError when another version has it elsewhere.
 */
export function chainIdOf(client: SecretClient): string {
  const found: unknown = Reflect.get(client, "chainId");
  if (typeof found === "string" && found !== "") return found;
  throw new TypeError("this client of secret.js does not show its chain id: give it in the options, as chainId");
}

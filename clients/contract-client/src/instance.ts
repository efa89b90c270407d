// SPDX-License-Identifier: Apache-2.0
import { InstanceRefused } from "./errors.ts";
import type { SecretClient } from "./secretClient.ts";

/** A contract's place and code. */
export interface ContractRef {
  /** bech32 */
  readonly address: string;
  /** SHA-256 of the wasm, 64 hex digits. */
  readonly codeHash: string;
}

export interface InstanceRules {
  /** Accepts an instance that an admin can migrate to other code, which could print its state. */
  readonly allowAdmin?: boolean;
}

const normal = (hash: string): string => hash.replace(/^0x/i, "").toLowerCase();

/**
 * Refuses a contract with another code, or with a chain admin unless the rules allow one. The
 * answer is the node's: it protects from a wrong address, not from a node that lies. That the code
 * hash is right the network's enclave checks, too, when it decrypts a message. Throws
 * InstanceRefused.
 */
export async function checkInstance(
  client: SecretClient,
  { address, codeHash }: ContractRef,
  { allowAdmin = false }: InstanceRules = {},
): Promise<void> {
  const { compute } = client.query;
  const [{ code_hash }, { contract_info }] = await Promise.all([
    compute.codeHashByContractAddress({ contract_address: address }),
    compute.contractInfo({ contract_address: address }),
  ]);
  if (code_hash === undefined || contract_info === undefined)
    throw new InstanceRefused(`there is no contract ${address} on this chain: check the address and the chain`);
  if (normal(code_hash) !== normal(codeHash)) {
    throw new InstanceRefused(
      `the contract ${address} has the code ${normal(code_hash)}, not ${normal(codeHash)}: nothing was sent to it`,
    );
  }
  const { admin = "" } = contract_info;
  if (admin !== "" && !allowAdmin) {
    throw new InstanceRefused(
      `the contract ${address} has the admin ${admin}, who can replace its code by one that shows all secrets: nothing ` +
        "was sent to it. Use an instance without an admin, or set allowAdmin if you trust this one",
    );
  }
}

// SPDX-License-Identifier: Apache-2.0
import { fromUtf8 } from "@sotto/bytes";
import type { ChainAttribute, ChainEvent } from "@sotto/kernel";
import type { Attribute, ContractEvent } from "@sotto/protocol";
import { ComputeError } from "./errors.ts";
import { trimSpace } from "./trim.ts";

/** The first event of an execute and the last event of an instantiate. */
export const messageEvent = (sender: string, contract: string): ChainEvent => ({
  type: "message",
  attributes: [
    ["module", "compute"],
    ["sender", sender],
    ["contract_address", contract],
  ],
});

export const senderEvent = (sender: string): ChainEvent => ({
  type: "message",
  attributes: [
    ["module", "compute"],
    ["sender", sender],
  ],
});

export const storeCodeEvents = (sender: string, codeId: bigint): ChainEvent[] => [
  {
    type: "message",
    attributes: [
      ["module", "compute"],
      ["sender", sender],
      ["signer", sender],
    ],
  },
  { type: "message", attributes: [["code_id", String(codeId)]] },
];

export const executeEvent = (contract: string): ChainEvent => ({
  type: "execute",
  attributes: [["contract_address", contract]],
});

export const instantiateEvent = (contract: string, codeId: bigint): ChainEvent => ({
  type: "instantiate",
  attributes: [
    ["contract_address", contract],
    ["code_id", String(codeId)],
  ],
});

export const migrateEvent = (contract: string, codeId: bigint): ChainEvent => ({
  type: "migrate",
  attributes: [
    ["code_id", String(codeId)],
    ["contract_address", contract],
  ],
});

export const replyEvent = (contract: string): ChainEvent => ({
  type: "reply",
  attributes: [["contract_address", contract]],
});

export const updateAdminEvent = (contract: string, newAdmin: string): ChainEvent => ({
  type: "update_contract_admin",
  attributes: [
    ["contract_address", contract],
    ["new_admin_address", newAdmin],
  ],
});

const approval = (contract: string, approved: ChainAttribute, authority: string): ChainEvent => ({
  type: "contract_governance_proposal",
  attributes: [["contract_address", contract], approved, ["sender", authority]],
});

export const migrationApproved = (contract: string, codeId: bigint, authority: string): ChainEvent =>
  approval(contract, ["code_id", String(codeId)], authority);

export const adminApproved = (contract: string, newAdmin: string, authority: string): ChainEvent =>
  approval(contract, ["new_admin", newAdmin], authority);

export const governanceRequired = (sender: string, contract: string): ChainEvent => {
  const { type, attributes } = messageEvent(sender, contract);
  return { type, attributes: [...attributes, ["require_governance", "true"]] };
};

const lossyText = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Compat: `mrenclave` has raw bytes as text (x/compute keeper/msg_server.go); U+FFFD replaces what
 * is not UTF-8.
 */
export const upgradePassed = (sender: string, mrenclave: Uint8Array): ChainEvent => ({
  type: "execute",
  attributes: [
    ["sender", sender],
    ["mrenclave", lossyText.decode(mrenclave)],
  ],
});

export const machinesProposed = (machines: string, authority: string): ChainEvent => ({
  type: "machine_whitelist_proposal",
  attributes: [
    ["machine_id", machines],
    ["sender", authority],
  ],
});

export const machinesUpdated = (proposal: bigint, machines: string, sender: string): ChainEvent => ({
  type: "machine_whitelist_update",
  attributes: [
    ["proposal_id", String(proposal)],
    ["machine_id", machines],
    ["sender", sender],
  ],
});

const chainAttribute = (key: string, value: string, encrypted: boolean): ChainAttribute =>
  encrypted ? [key, value, true] : [key, value];

/**
 * The one `wasm` event of a run; an attribute named contract_address is dropped (spec/modules.md
 * 8.8).
 */
export const wasmEvent = (contract: string, attributes: readonly Attribute[]): ChainEvent => ({
  type: "wasm",
  attributes: [
    ["contract_address", contract],
    ...attributes
      .filter(({ key }) => key !== "contract_address")
      .map(({ key, value, encrypted }) => chainAttribute(key, value, encrypted)),
  ],
});

const RESERVED_PREFIX = "_";
const MIN_TYPE_LENGTH = 2;

function customAttribute({ key, value, encrypted }: Attribute): ChainAttribute {
  const trimmedKey = trimSpace(key);
  if (trimmedKey === "") throw ComputeError.invalidEvent(`Empty attribute key. Value: ${value}`);
  const trimmedValue = trimSpace(value);
  if (trimmedValue === "") throw ComputeError.invalidEvent(`Empty attribute value. Key: ${trimmedKey}`);
  if (trimmedKey.startsWith(RESERVED_PREFIX)) {
    throw ComputeError.invalidEvent(`Attribute key starts with reserved prefix ${RESERVED_PREFIX}: '${trimmedKey}'`);
  }
  return chainAttribute(trimmedKey, trimmedValue, encrypted);
}

/**
 * Custom events of a v1 contract, as `wasm-<type>`, under the rules of the reference. Throws
 * compute/21.
 */
export function customEvents(contract: string, events: readonly ContractEvent[]): ChainEvent[] {
  return events.map(({ type, attributes }) => {
    const trimmed = trimSpace(type);
    // Compat: bytes are counted (x/compute types/types.go NewCustomEvents).
    if (fromUtf8(trimmed).length <= MIN_TYPE_LENGTH)
      throw ComputeError.invalidEvent(`Event type too short: '${trimmed}'`);
    return {
      type: `wasm-${trimmed}`,
      attributes: [["contract_address", contract] as const, ...attributes.map(customAttribute)],
    };
  });
}

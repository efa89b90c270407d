// SPDX-License-Identifier: Apache-2.0
import {
  type CanonicalizeResult,
  canonicalizeForContract,
  getAddress,
  humanizeForContract,
  type Dialect as TextDialect,
  validateForContract,
} from "@sotto/address";
import { fromUtf8, toUtf8 } from "@sotto/bytes";
import type { HostFunction, Instance } from "@sotto/engine";
import { Abort } from "../abort.ts";
import { Gas } from "../gas.ts";
import { writeRegion } from "../region.ts";
import { giveBytes, takeBytes } from "../work.ts";

// Each returns 0, or a region with an error text. Source: spec/contract-interface.md 7.3.

const refuse = (instance: Instance, text: string): number => giveBytes(instance, fromUtf8(text));

/** The usual form has a short path; all other forms take the long one, which has the texts. */
function read(human: Uint8Array, dialect: TextDialect): CanonicalizeResult {
  const text = toUtf8(human);
  const address = text === undefined ? undefined : getAddress(text);
  return address === undefined ? canonicalizeForContract(human, dialect) : { kind: "address", address };
}

const canonicalize =
  (dialect: TextDialect): HostFunction =>
  (instance, human, out) => {
    instance.chargeGas(Gas.address);
    const result = read(takeBytes(instance, human as number), dialect);
    if (result.kind === "text") return refuse(instance, result.text);
    if (result.kind === "trap") throw new Abort("internal");
    writeRegion(instance, out as number, result.address);
    return 0;
  };

const humanize: HostFunction = (instance, canonical, out) => {
  instance.chargeGas(Gas.address);
  const result = humanizeForContract(takeBytes(instance, canonical as number));
  if (result.kind === "text") return refuse(instance, result.text);
  writeRegion(instance, out as number, fromUtf8(result.human));
  return 0;
};

const addrValidate: HostFunction = (instance, address) => {
  instance.chargeGas(Gas.address);
  const text = validateForContract(takeBytes(instance, address as number));
  return text === undefined ? 0 : refuse(instance, text);
};

export const addressImports = {
  canonicalize_address: canonicalize("v0.10"),
  humanize_address: humanize,
  addr_canonicalize: canonicalize("v1"),
  addr_humanize: humanize,
  addr_validate: addrValidate,
};

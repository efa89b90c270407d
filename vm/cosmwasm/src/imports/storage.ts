// SPDX-License-Identifier: Apache-2.0
import type { HostFunction } from "@sotto/engine";
import { Abort } from "../abort.ts";
import { Gas } from "../gas.ts";
import { readRegion } from "../region.ts";
import { chargeWork, contextOf, giveBytes, takeBytes, Work } from "../work.ts";

const dbRead: HostFunction = (instance, key) => {
  instance.chargeGas(Gas.dbRead);
  const value = contextOf(instance).backend.read(takeBytes(instance, key as number));
  return value === undefined ? 0 : giveBytes(instance, value);
};

const dbWrite: HostFunction = (instance, key, value) => {
  const context = contextOf(instance);
  if (context.backend.readOnly) throw new Abort("unauthorizedWrite");
  instance.chargeGas(Gas.dbWrite);
  const name = takeBytes(instance, key as number);
  // Charged below, byte by byte.
  const bytes = readRegion(instance, value as number);
  const perByte = bytes.length * Gas.dbWritePerByte;
  instance.chargeGas(perByte);
  context.writeGas += perByte;
  context.backend.write(name, bytes);
  return undefined;
};

const dbRemove: HostFunction = (instance, key) => {
  const { backend } = contextOf(instance);
  if (backend.readOnly) throw new Abort("unauthorizedWrite");
  chargeWork(instance, Work.remove);
  backend.remove(takeBytes(instance, key as number));
  return undefined;
};

export const storageImports = { db_read: dbRead, db_write: dbWrite, db_remove: dbRemove };

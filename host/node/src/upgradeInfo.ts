// SPDX-License-Identifier: Apache-2.0
import type { UpgradePlan } from "@sotto/app";

/** The text of `upgrade-info.json`, which supervisors of nodes read (Go's JSON of types.Plan). */
export const upgradeInfoJson = ({ name, height, info }: UpgradePlan): string =>
  JSON.stringify({ name, time: "0001-01-01T00:00:00Z", height, ...(info === "" ? {} : { info }) });

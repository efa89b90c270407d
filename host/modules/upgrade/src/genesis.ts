// SPDX-License-Identifier: Apache-2.0
import { EmptySchema } from "@bufbuild/protobuf/wkt";
import { genesisOf } from "@sotto/kernel";
import type { UpgradeKeeper } from "./keeper.ts";

/**
 * Compat: the part of the file is empty. A chain that starts from a file has done no upgrade, has
 * no plan, and its modules have the versions of its program (module.go InitGenesis, ExportGenesis).
 */
export const genesis = genesisOf<UpgradeKeeper, typeof EmptySchema>(EmptySchema, {
  default: () => ({}),
  init(upgrade, ctx) {
    upgrade.initVersions(ctx);
    return undefined;
  },
  export: () => ({}),
});

/** The state of a chain as the module parts of a genesis file, in the text that a node reads at its start. */
import { exportedGenesis } from "../chain/exported.ts";
import type { RecordedChain } from "../determinism/recordedChain.ts";

/** Codes and contracts are not exported yet: compute's part has its parameters only. */
export const exportGenesis = (chain: RecordedChain): Map<string, string> => exportedGenesis(chain.queries);

/** Names of the chain's stores. */
export const STORES = ["acc", "bank", "circuit", "compute", "consensus", "params", "register"] as const;

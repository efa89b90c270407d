/** Nothing of this chain keeps parameters in the legacy module (chain-surface 1.8: moved to the modules in v1.15). */
export type ParamsNeeds = Readonly<Record<string, never>>;
export type ParamsKeeper = ReturnType<typeof paramsKeeper>;
export const paramsKeeper = (_needs: ParamsNeeds) => ({ subspaces: [] as const });

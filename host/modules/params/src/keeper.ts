/** No module of this chain keeps parameters in the legacy module (spec/modules.md 6). */
export type ParamsNeeds = Readonly<Record<string, never>>;
export type ParamsKeeper = ReturnType<typeof paramsKeeper>;
export const paramsKeeper = (_needs: ParamsNeeds) => ({ subspaces: [] as const });

export { deriveKey, type LocalAccount, localAccounts } from "./accounts.ts";
export { genesisDocument, type LocalGenesis, type LocalGenesisInput, localGenesis } from "./genesis.ts";
export { type BannerInput, banner } from "./banner.ts";

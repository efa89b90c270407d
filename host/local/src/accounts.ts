import { HDKey } from "@scure/bip32";
import { mnemonicToSeedSync } from "@scure/bip39";

/** A funded account whose key everybody knows (LocalSecret's; chain-surface section 5). */
export interface LocalAccount {
  readonly name: string;
  readonly address: string;
  readonly mnemonic: string;
}

export const localAccounts: readonly LocalAccount[] = [
  {
    name: "validator",
    address: "secret14aj08vd2ntty7dvskdmdu4zhf23mcwgtute8dz",
    mnemonic:
      "push certain add next grape invite tobacco bubble text romance again lava crater pill genius vital fresh guard great patch knee series era tonight",
  },
  {
    name: "a",
    address: "secret1ap26qrlp8mcq2pg6r47w43l0y8zkqm8a450s03",
    mnemonic:
      "grant rice replace explain federal release fix clever romance raise often wild taxi quarter soccer fiber love must tape steak together observe swap guitar",
  },
  {
    name: "b",
    address: "secret1fc3fzy78ttp0lwuujw7e52rhspxn8uj52zfyne",
    mnemonic:
      "jelly shadow frog dirt dragon use armed praise universe win jungle close inmate rain oil canvas beauty pioneer chef soccer icon dizzy thunder meadow",
  },
  {
    name: "c",
    address: "secret1ajz54hz8azwuy34qwy9fkjnfcrvf0dzswy0lqq",
    mnemonic:
      "chair love bleak wonder skirt permit say assist aunt credit roast size obtain minute throw sand usual age smart exact enough room shadow charge",
  },
  {
    name: "d",
    address: "secret1ldjxljw7v4vk6zhyduywh04hpj0jdwxsmrlatf",
    mnemonic:
      "word twist toast cloth movie predict advance crumble escape whale sail such angry muffin balcony keen move employ cook valve hurt glimpse breeze brick",
  },
];

/** BIP-44 with Secret's coin type (chain-surface 1.1). */
const PATH = "m/44'/529'/0'/0/0";

/** The secp256k1 secret key of a mnemonic's first account. Cost: about 1 ms, 2,048 rounds of PBKDF2. */
export function deriveKey(mnemonic: string): Uint8Array {
  const { privateKey } = HDKey.fromMasterSeed(mnemonicToSeedSync(mnemonic)).derive(PATH);
  if (privateKey === null) throw new TypeError("the mnemonic gives no key");
  return privateKey;
}

// SPDX-License-Identifier: Apache-2.0
/**
 * Signs transactions of a vector again. When a transaction is left out, the later ones of its
 * signers need lower sequences.
 */
import { fromUtf8, toBase64, toHex } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { type Account, accountOf, signHash } from "@sotto/contract-test/parts";
import { AuthInfoSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { chainTypes, type DecodedTx, decodeTx, encodeTxRaw, publicKeyAddress, signBytes } from "@sotto/tx";
import { base64, hex, type SdkVector } from "./vector.ts";

/** First bytes of the rows that have the addresses of account numbers. */
const NUMBER_ROW = toHex(fromUtf8("accountNumber"));

interface KnownAccount {
  readonly account: Account;
  readonly number: bigint;
}

interface Signature {
  readonly by: KnownAccount;
  readonly sequence: bigint;
  readonly mode: number;
}

/** By address in hex. */
type Sequences = ReadonlyMap<string, ReadonlySet<bigint>>;

export class Signers {
  readonly #chainId: string;
  /** Accounts of the genesis, by address in hex: others may get other numbers. */
  readonly #known = new Map<string, KnownAccount>();

  constructor({ keys, out, script }: SdkVector) {
    this.#chainId = script.chain_id;
    const accounts = keys.flatMap((key) => (key.private === undefined ? [] : [accountOf(key.name, hex(key.private))]));
    const byAddress = new Map(accounts.map((account) => [toHex(account.raw), account]));
    for (const [key, address = ""] of out.genesis_rows["acc"] ?? []) {
      const account = byAddress.get(address);
      if (account === undefined || !key.startsWith(NUMBER_ROW)) continue;
      this.#known.set(address, { account, number: BigInt(`0x${key.slice(NUMBER_ROW.length)}`) });
    }
  }

  /**
   * Signs the kept transactions for the sequences that their signers have without the removed ones.
   * A transaction stays as it is when it does not decode, or when one of its signers is a multisig
   * or no account of the genesis. All are base64.
   */
  resigned(kept: readonly string[], removed: readonly string[]): string[] {
    const [stay, gone] = [this.#sequences(kept), this.#sequences(removed)];
    // Of two transactions with one sequence the first was refused; the other one uses it up.
    const lost = (address: string, sequence: bigint) =>
      [...(gone.get(address) ?? [])].filter((each) => each < sequence && stay.get(address)?.has(each) !== true).length;
    return kept.map((tx) => {
      const decoded = decodedTx(tx);
      const signatures = decoded && this.#signatures(decoded);
      if (decoded === undefined || signatures === undefined) return tx;
      const sequences = signatures.map(({ by, sequence }) => sequence - BigInt(lost(toHex(by.account.raw), sequence)));
      const isSame = sequences.every((sequence, i) => sequence === signatures[i]?.sequence);
      return isSame ? tx : this.#sign(decoded, signatures, sequences);
    });
  }

  #sequences(txs: readonly string[]): Sequences {
    const out = new Map<string, Set<bigint>>();
    for (const tx of txs) {
      const decoded = decodedTx(tx);
      for (const { by, sequence } of (decoded && this.#signatures(decoded)) ?? []) {
        const address = toHex(by.account.raw);
        out.set(address, (out.get(address) ?? new Set()).add(sequence));
      }
    }
    return out;
  }

  /** Undefined: not all of them can be made again. */
  #signatures({ authInfo }: DecodedTx): Signature[] | undefined {
    const found = authInfo.signerInfos.flatMap(({ publicKey, modeInfo, sequence }) => {
      if (publicKey?.kind !== "secp256k1" || modeInfo?.kind !== "single") return [];
      const by = this.#known.get(toHex(publicKeyAddress(publicKey)));
      return by === undefined ? [] : [{ by, sequence, mode: modeInfo.mode }];
    });
    return found.length === authInfo.signerInfos.length ? found : undefined;
  }

  #sign({ raw }: DecodedTx, signatures: readonly Signature[], sequences: readonly bigint[]): string {
    const { signerInfos, ...info } = decode(AuthInfoSchema, raw.authInfoBytes, "reject");
    const changed = signerInfos.map((each, i) => ({ ...each, sequence: sequences[i] as bigint }));
    const authInfoBytes = encode(AuthInfoSchema, { ...info, signerInfos: changed });
    const unsigned = { bodyBytes: raw.bodyBytes, authInfoBytes, signatures: [] };
    const tx = decodeTx(encodeTxRaw(unsigned), chainTypes);
    const made = signatures.map(({ by: { account, number }, mode }, i) => {
      const data = { chainId: this.#chainId, accountNumber: number, sequence: sequences[i] as bigint };
      return signHash(account.secret, mode, signBytes(mode, tx, data, account.publicKey, chainTypes));
    });
    return toBase64(encodeTxRaw({ ...unsigned, signatures: made }));
  }
}

/** Undefined: the chain refuses the bytes. */
function decodedTx(tx: string): DecodedTx | undefined {
  try {
    return decodeTx(base64(tx), chainTypes);
  } catch {
    return undefined;
  }
}

// SPDX-License-Identifier: Apache-2.0
/**
 * Runs a vector of tools/sdkapp in Sotto's application, and compares every answer: rows written
 * (also rewrites of equal values), store hashes, results, charges, events, updates, queries and
 * simulations. `exclusions.ts` has all that cannot be equal.
 */
import { toHex } from "@sotto/bytes";
import { resultsHash } from "@sotto/comet";
import type { TxResult, ValidatorUpdate } from "@sotto/kernel";
import { Refusal } from "../../../tools/setup.mjs";
import { type ChargeTrace, listenToCharges } from "../../support/charges.ts";
import { type Drive, inProcess, type MakeDrive } from "./drive.ts";
import { comparableAnswer, comparableLog, IBC_MODULES, IBC_STORES, isExcluded } from "./exclusions.ts";
import type { Ran } from "./opened.ts";
import { chainOf, type ReplayedChain } from "./program.ts";
import { applied, bothTexts, hasExcluded, ownWrites, rowsDifference, SdkState } from "./rows.ts";
import { messageText } from "./rowText.ts";
import { hasModule, hasStore, hasTx, isWhole, moduleOfUrl, type Scope } from "./scope.ts";
import { compareCharges, eventDifference, resultDifference, wireEvents } from "./txs.ts";
import {
  type BlockOut,
  base64,
  type Row,
  type ScriptBlock,
  type SdkVector,
  type TxOut,
  type UpdateOut,
} from "./vector.ts";

/** One difference: its place, then lines in plain words. */
export interface Difference {
  readonly at: string;
  readonly lines: readonly string[];
  /** How many of the script's blocks show it. */
  readonly blocks: number;
}

/** The first line of a difference where Sotto's chain fails; the error's text follows. */
export const STOPPED = "the chain stopped";

/** What was compared. */
export interface Counts {
  blocks: number;
  txs: number;
  rows: number;
  hashes: number;
  queries: number;
  simulations: number;
}

const updatesOf = (updates: readonly ValidatorUpdate[]): string =>
  JSON.stringify(updates.map(({ pubKey, power }) => ({ pub_key: toHex(pubKey), power: Number(power) })));

const shownUpdates = (updates: readonly UpdateOut[] | null | undefined): string =>
  JSON.stringify((updates ?? []).map(({ pub_key, power }) => ({ pub_key, power })));

export class Comparison {
  readonly counts: Counts = { blocks: 0, txs: 0, rows: 0, hashes: 0, queries: 0, simulations: 0 };
  readonly #vector: SdkVector;
  readonly #scope: Scope;
  readonly #replayed: ReplayedChain;
  readonly #drive: Drive;
  readonly #trace: ChargeTrace;
  readonly #state: SdkState;
  /** Charges of the block's transactions, by position. */
  #lines: string[][] = [];
  /** The SDK's parameters after the last block. */
  #params = "";
  /** Stores with a row that cannot be equal, so their hashes differ. */
  readonly #unequal = new Set<string>();
  /** Rows that cannot be equal because of their values: store and key. */
  readonly #unequalRows = new Set<string>();

  constructor(vector: SdkVector, scope: Scope = {}, make: MakeDrive = inProcess) {
    this.#vector = vector;
    this.#scope = scope;
    this.#replayed = chainOf(vector.script.options.modules, scope.without);
    this.#trace = listenToCharges();
    this.#state = new SdkState(
      vector,
      this.#compared(() => true),
    );
    this.#drive = make(vector, this.#replayed, {
      onTransaction: (index) => {
        const lines = this.#trace.take().flat();
        if (index > 0) this.#lines[index - 1] = lines;
      },
      stateBefore: isWhole(scope) ? undefined : () => this.#state.rows,
    });
  }

  /** Modules and stores of the vector that this chain does not have. */
  get missing(): { readonly modules: readonly string[]; readonly stores: readonly string[] } {
    const { app_state: parts } = this.#vector.genesis;
    const { modules, stores } = this.#replayed;
    const isBank = this.#vector.script.options.modules === "bank";
    return {
      modules: isBank ? [] : Object.keys(parts).filter((name) => !IBC_MODULES.has(name) && !modules.has(name)),
      stores: this.#stores().filter((name) => !stores.has(name)),
    };
  }

  /** Ends the replay. */
  async close(): Promise<void> {
    this.#trace.stop();
    await this.#drive.close();
  }

  /** The way of the blocks that were compared; empty: in process. */
  get way(): string {
    return this.#drive.way;
  }

  /**
   * The differences in the order of blocks, those of queries after all others when the drive
   * answers at the end. The reader stops where it likes.
   */
  async *differences(): AsyncGenerator<Difference, void, void> {
    const { script, out } = this.#vector;
    try {
      const validators = await this.#drive.start();
      const want = shownUpdates(out.genesis_validators);
      if (hasModule(this.#scope, "staking") && updatesOf(validators) !== want) {
        yield { at: "genesis", blocks: 1, lines: ["validators", ...bothTexts(want, updatesOf(validators))] };
      }
    } catch (thrown) {
      if (thrown instanceof Refusal) throw thrown;
      yield stopped("genesis", 1, thrown);
      return;
    }
    this.#params = out.genesis_rows["consensus"]?.[0]?.[1] ?? "";
    for (const [i, block] of script.blocks.entries()) {
      const answer = out.blocks[i] as BlockOut;
      const at = `block ${block.height}`;
      let ran: Ran;
      try {
        this.#lines = [];
        ran = await this.#drive.run(block);
        this.#lines[block.txs.length - 1] = this.#trace.take().flat();
      } catch (thrown) {
        yield stopped(at, i + 1, thrown);
        return;
      }
      this.counts.blocks += 1;
      this.#state.apply(answer);
      for (const [place, lines] of this.#block(i, block, answer, ran)) {
        if (lines.length > 0) yield { at: `${at}${place}`, blocks: i + 1, lines };
      }
      if (this.#drive.asks === "after each block") yield* this.#asked(i);
    }
    try {
      await this.#drive.end();
    } catch (thrown) {
      yield stopped("the end", script.blocks.length, thrown);
      return;
    }
    if (this.#drive.asks === "after the end") {
      for (const i of script.blocks.keys()) yield* this.#asked(i);
    }
  }

  /** Differences of a block's queries. */
  async *#asked(i: number): AsyncGenerator<Difference, void, void> {
    const block = this.#vector.script.blocks[i] as ScriptBlock;
    for await (const [place, lines] of this.#queries(block, this.#vector.out.blocks[i] as BlockOut)) {
      if (lines.length > 0) yield { at: `block ${block.height}${place}`, blocks: i + 1, lines };
    }
  }

  /**
   * Stores of the vector that this chain must have: all but IBC's; of the set `bank` those with
   * rows.
   */
  #stores(): string[] {
    const { options } = this.#vector.script;
    const [first] = this.#vector.out.blocks;
    const all = Object.keys(first?.stores ?? {}).filter((name) => !IBC_STORES.has(name));
    return options.modules === "bank" ? all.filter((name) => this.#replayed.stores.has(name)) : all;
  }

  #compared(isWanted = (name: string) => hasStore(this.#scope, name)): string[] {
    return this.#stores().filter((name) => isWanted(name) && this.#replayed.stores.has(name));
  }

  *#block(i: number, block: ScriptBlock, answer: BlockOut, ran: Ran): Generator<[string, readonly string[]]> {
    if (i === 0) yield* this.#genesis();
    yield* this.#txs(block, answer, ran);
    if (isWhole(this.#scope)) {
      yield [", the block's events", eventDifference(answer.events, wireEvents(ran.events))];
    }
    yield* this.#updates(answer, ran);
    yield* this.#rows(i, answer, ran);
    yield* this.#missingStores(i, answer);
    yield* this.#simulations(block, answer);
    yield* this.#dumps(block, answer);
  }

  *#genesis(): Generator<[string, readonly string[]]> {
    const { genesis_rows: rows } = this.#vector.out;
    for (const store of this.#compared()) {
      const want = rows[store] ?? [];
      yield [", rows after genesis", this.#rowsOf(store, want, this.#drive.genesisRows[store] ?? [])];
    }
  }

  #rowsOf(store: string, want: readonly Row[], got: readonly Row[]): readonly string[] {
    this.counts.rows += want.length;
    if (hasExcluded(store, want) || hasExcluded(store, got)) this.#unequal.add(store);
    return rowsDifference(store, want, got);
  }

  *#txs({ txs }: ScriptBlock, answer: BlockOut, ran: Ran): Generator<[string, readonly string[]]> {
    for (const [store, rows] of Object.entries(answer.writes ?? {})) {
      for (const [key, value] of rows) if (isExcluded(store, key, value)) this.#unequalRows.add(`${store} ${key}`);
    }
    const results: TxResult[] = [];
    for (const [j, { about = "", tx }] of txs.entries()) {
      const want = answer.txs[j] as TxOut;
      const result = ran.results[j] as TxResult;
      const charges = compareCharges(want.trace ?? [], want.trace === undefined ? [] : (this.#lines[j] ?? []), {
        store: (name) => !hasStore(this.#scope, name),
        row: (store, key) => this.#unequalRows.has(`${store} ${key}`),
      });
      results.push({ ...result, gasUsed: result.gasUsed - BigInt(charges.beyond) });
      if (!hasTx(this.#scope, base64(tx))) continue;
      this.counts.txs += 1;
      yield [`, transaction ${j} (${about})`, resultDifference(want, result, charges)];
    }
    const hash = toHex(resultsHash(results));
    if (isWhole(this.#scope) && hash !== answer.results_hash)
      yield [", hash of the results", bothTexts(answer.results_hash, hash)];
  }

  *#updates(answer: BlockOut, ran: Ran): Generator<[string, readonly string[]]> {
    const want = shownUpdates(answer.validator_updates);
    const got = updatesOf(ran.validatorUpdates);
    if (hasModule(this.#scope, "staking") && want !== got) yield [", validator updates", bothTexts(want, got)];
    this.#params = answer.consensus_params ?? this.#params;
    const params = toHex(ran.consensusParams ?? new Uint8Array(0));
    if (hasModule(this.#scope, "consensus") && params !== this.#params)
      yield [", consensus parameters", bothTexts(this.#params, params)];
  }

  *#rows(i: number, answer: BlockOut, ran: Ran): Generator<[string, readonly string[]]> {
    for (const store of this.#compared()) {
      const writes = answer.writes?.[store] ?? [];
      // Genesis and the first block are one commit, so its rewrites of equal values do not show.
      const lines =
        i === 0
          ? this.#rowsOf(store, applied(this.#vector.out.genesis_rows[store] ?? [], writes), this.#drive.rows(store))
          : this.#rowsOf(store, writes, ownWrites(store, ran, writes));
      yield ["", lines];
      if (this.#unequal.has(store) || !isWhole(this.#scope)) continue;
      this.counts.hashes += 1;
      const [want, got] = [answer.stores[store] ?? "", ran.roots.get(store) ?? ""];
      if (lines.length === 0 && want !== got) yield [`, hash of store ${store}`, bothTexts(want, got)];
    }
  }

  /** Rows of stores that the chain lacks; in the set `bank` no module writes them. */
  *#missingStores(i: number, answer: BlockOut): Generator<[string, readonly string[]]> {
    if (!isWhole(this.#scope)) return;
    for (const store of this.missing.stores) {
      const rows = (answer.writes?.[store] ?? []).length + (i === 0 ? this.#genesisRows(store) : 0);
      if (rows > 0) yield ["", [`store ${store}: ${rows} rows, and this chain has no such store`]];
    }
  }

  #genesisRows(store: string): number {
    return (this.#vector.out.genesis_rows[store] ?? []).length;
  }

  async *#queries(block: ScriptBlock, answer: BlockOut): AsyncGenerator<[string, readonly string[]]> {
    for (const [i, { path, request, height = 0, prove = false }] of (block.queries ?? []).entries()) {
      if (!hasModule(this.#scope, moduleOfUrl(path))) continue;
      this.counts.queries += 1;
      const at = `, query ${i} ${path}`;
      const method = this.#drive.routes.get(path)?.method;
      if (method === undefined) {
        yield [at, ["this chain has no such query"]];
        continue;
      }
      const theirs = answer.queries?.[i] ?? { code: 0, value: "" };
      const ours = await this.#drive.query(block.height, { path, data: base64(request), height, prove });
      const asked = messageText(method.input, base64(request), "");
      const { code, codespace = "", log: theirLog = "", height: answered } = theirs;
      const shown = (value: Uint8Array) => messageText(method.output, value, toHex(value));
      const value = (side: "theirs" | "ours", raw: Uint8Array) =>
        raw.length === 0 ? "no value" : toHex(comparableAnswer(side, path, raw));
      // Older files have neither the height nor the codespace.
      const isOld = answered === undefined;
      const want = {
        ...{ code, log: comparableLog(theirLog, theirLog) },
        ...(isOld ? {} : { codespace, height: answered }),
      };
      const got = {
        ...{ code: ours.code, log: comparableLog(theirLog, ours.log) },
        ...(isOld ? {} : { codespace: ours.codespace, height: ours.height }),
      };
      const [a, b] = [JSON.stringify(want), JSON.stringify(got)];
      if (a !== b) yield [at, [`asked ${asked}`, ...bothTexts(a, b)]];
      else if (value("theirs", base64(theirs.value)) !== value("ours", ours.value))
        yield [at, [`asked ${asked}`, ...bothTexts(shown(base64(theirs.value)), shown(ours.value))]];
    }
  }

  /** The gas of a simulated transaction and the reason of its failure. */
  *#simulations(block: ScriptBlock, answer: BlockOut): Generator<[string, readonly string[]]> {
    for (const [i, { tx, about = "" }] of (block.simulate ?? []).entries()) {
      if (!hasTx(this.#scope, base64(tx))) continue;
      this.counts.simulations += 1;
      const { gas_used = 0, error = "" } = answer.simulate?.[i] ?? {};
      const { gasUsed, log } = this.#drive.simulate(base64(tx));
      const want = JSON.stringify({ gas_used, error: comparableLog(error, error) });
      const got = JSON.stringify({ gas_used: Number(gasUsed), error: comparableLog(error, log) });
      if (want !== got) yield [`, simulation ${i} (${about})`, bothTexts(want, got)];
    }
  }

  *#dumps(block: ScriptBlock, answer: BlockOut): Generator<[string, readonly string[]]> {
    for (const store of this.#compared()) {
      const rows = answer.dump?.[store];
      if (rows !== undefined) yield [", all rows", this.#rowsOf(store, rows, this.#drive.rows(store))];
    }
    if (block.dump === undefined && answer.dump !== undefined) yield ["", ["rows that the script does not ask for"]];
  }
}

function stopped(at: string, blocks: number, thrown: unknown): Difference {
  const text = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return { at, blocks, lines: [STOPPED, ...text.split("\n").slice(0, 12)] };
}

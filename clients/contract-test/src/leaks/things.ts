// SPDX-License-Identifier: Apache-2.0
import type { Where } from "./wheres.ts";

/** A place in a run. Numbers count from 1. */
export interface Place {
  readonly transaction?: number;
  readonly message?: number;
  /** Bech32 address. */
  readonly contract?: string;
  /** Of a query by another user. */
  readonly query?: string;
  /** Blocks after the start of the run, from 1; 0: the state in which the run starts. */
  readonly block?: number;
  /** Key of an attribute. */
  readonly attribute?: string;
}

/** Differences that a product may show. Each given field must match. */
export interface AllowanceRule {
  readonly where: Where | readonly Where[];
  /** A contract, or its address. */
  readonly contract?: string | { readonly address: string };
  /** Number of the transaction in the run, from 1. */
  readonly transaction?: number;
  /** Key of the attribute. */
  readonly attribute?: string;
  /** Name of the query. */
  readonly query?: string;
}

/** A property of a thing, comparable as text. */
export interface Facet {
  readonly where: Where;
  readonly value: string;
  /** The value in reports, when it is not the one that is compared. */
  readonly shown?: string;
  readonly place?: Place;
  /** Name of the property, for the sentence. */
  readonly of?: string;
}

/** The names of differences when only one run has a thing. */
export interface Presence {
  /** The runs have different numbers of such things. */
  readonly count: Where;
  /** The same number, but other ones. */
  readonly which: Where;
}

/** What an observer sees as one thing: a transaction, an event, a row, a call. */
export interface Thing {
  /** Names the thing in both runs. */
  readonly id: string;
  /** The thing in words. */
  readonly shown: string;
  readonly presence: Presence;
  readonly place: Place;
  readonly facets: readonly Facet[];
  readonly parts: readonly Part[];
  /**
   * Compared only when all other parts of the thing are equal: finds differences without a name.
   */
  readonly rest?: readonly Facet[];
}

/**
 * A list of things. `order`: the name of a difference in their order; absent: the order is that of
 * the ids.
 */
export interface Part {
  readonly order?: Where;
  readonly things: readonly Thing[];
}

const EMPTY: readonly never[] = [];

export const thing = (
  id: string,
  shown: string,
  presence: Presence,
  place: Place,
  facets: readonly Facet[] = EMPTY,
  parts: readonly Part[] = EMPTY,
  rest: readonly Facet[] = EMPTY,
): Thing => ({ id, shown, presence, place, facets, parts, rest });

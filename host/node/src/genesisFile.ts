// SPDX-License-Identifier: Apache-2.0
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { type JsonSource, jsonSource } from "@sotto/codec/stream";
import { EnvironmentFault } from "@sotto/errors";
import { folderFault } from "./folder.ts";

/** Where the genesis document of a chain is: a file, or a text for a chain in memory. */
export type GenesisPlace = { readonly path: string } | { readonly text: string };

/** A genesis document that can be read until `close`. */
export interface OpenGenesis extends JsonSource {
  close(): void;
}

/** The document, to be read by place. Throws EnvironmentFault. */
export function openGenesis(place: GenesisPlace): OpenGenesis {
  if ("text" in place) return { ...jsonSource(place.text), close: () => {} };
  const { path } = place;
  try {
    const file = openSync(path, "r");
    const { size } = fstatSync(file);
    return {
      start: 0,
      end: size,
      read(start, end) {
        const bytes = new Uint8Array(end - start);
        for (let at = 0; at < bytes.length; ) {
          const read = readSync(file, bytes, at, bytes.length - at, start + at);
          if (read === 0) throw new EnvironmentFault(`${path} became shorter while it was read`);
          at += read;
        }
        return bytes;
      },
      close: () => closeSync(file),
    };
  } catch (thrown) {
    throw folderFault(dirname(path), thrown);
  }
}

// SPDX-License-Identifier: Apache-2.0
import { fstatSync, openSync, readSync } from "node:fs";
import { dirname } from "node:path";
import { type JsonSource, jsonSource } from "@sotto/codec/stream";
import { EnvironmentFault } from "@sotto/errors";
import { folderFault } from "./folder.ts";

/** Where the genesis document of a chain is: a file, or a text for a chain in memory. */
export type GenesisPlace = { readonly path: string } | { readonly text: string };

/**
 * The document, to be read by place. A file stays open as long as the process lives. Throws
 * EnvironmentFault.
 */
export function openGenesis(place: GenesisPlace): JsonSource {
  if ("text" in place) return jsonSource(place.text);
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
    };
  } catch (thrown) {
    throw folderFault(dirname(path), thrown);
  }
}

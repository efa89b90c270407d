// SPDX-License-Identifier: Apache-2.0
// The scope of the determinism lint, and every exception to it. Two nodes that run the same block
// must produce the same bytes: code that depends on a clock, a locale, a machine or an unspecified
// order is refused.

/** All code below host/abci, on which a block's result or a secret can depend. */
export const deterministic = [
  "pure/",
  "vm/",
  "boundary/",
  "trusted/",
  "host/store/",
  "host/kernel/",
  "host/modules/",
  "host/app/",
  "host/blocks/",
  "host/sequencer/",
];

/**
 * Files that may break a rule, with reasons. A pattern that matches no file is an error, so that
 * the list stays true.
 * @type {readonly { files: RegExp, rules: readonly string[], why: string }[]}
 */
export const exceptions = [
  {
    files: /^pure\/codec\/src\//,
    rules: ["json", "protobuf"],
    why: "codec owns every encoding rule; nobody else reads or writes JSON or protobuf",
  },
  {
    files: /^pure\/errors\/src\//,
    rules: ["error", "named-error"],
    why: "declares the four outcomes; a table that is wrong throws at load",
  },
  {
    files: /^pure\/(bytes|math|crypto|address)\/src\//,
    rules: ["named-error"],
    why: "guards on arguments (a key of 31 bytes) are bugs of the caller; bytes and math lie below pure/errors",
  },
  {
    files: /^pure\/crypto\/src\/wasm\/cipherModule\.ts$/,
    rules: ["wasm"],
    why: "the cipher module is written by this package and runs nothing that a contract wrote (ADR 45)",
  },
  {
    files: /^pure\/comet\/src\/query\.ts$/,
    rules: ["locale"],
    why: "the event query language of RPC names letters of Unicode; it answers clients and enters no block",
  },
  {
    files: /^host\/store\/src\/(latin1|lmdbText|records)\.ts$/,
    rules: ["ambient"],
    why: "Node's latin1 conversion of keys is many times faster than a loop, and LMDB takes buffers",
  },
  {
    files: /^host\/store\/src\/overlay\.ts$/,
    rules: ["sort"],
    why: "keys are latin1 text, whose UTF-16 order is the order of its bytes; a comparator costs several times more",
  },
];

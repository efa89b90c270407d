// SPDX-License-Identifier: Apache-2.0
// Preloaded: a machine for which the native secp256k1 has no binary.
import Module from "node:module";

const load = Module._load;
Module._load = function (request, ...rest) {
  if (request === "secp256k1/bindings.js") throw new Error("no native build found");
  return load.call(this, request, ...rest);
};

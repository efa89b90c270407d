// SPDX-License-Identifier: Apache-2.0
import { type CheckedModule, checkModule } from "@sotto/check";
import wabt from "wabt";

const tools = await wabt();

/** The module of WebAssembly text, checked. */
export function checkedWat(text: string): CheckedModule {
  const module = tools.parseWat("test.wat", text);
  try {
    return checkModule(new Uint8Array(module.toBinary({}).buffer));
  } finally {
    module.destroy();
  }
}

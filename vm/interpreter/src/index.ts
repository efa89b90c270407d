// SPDX-License-Identifier: Apache-2.0
export { createInterpreter, type InterpreterOptions } from "./createInterpreter.ts";

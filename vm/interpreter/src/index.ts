export { createInterpreter, type InterpreterOptions } from "./createInterpreter.ts";

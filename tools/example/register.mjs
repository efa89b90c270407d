// SPDX-License-Identifier: Apache-2.0
// Lets Node 20 run a TypeScript file without a build:
// `node --import ./tools/example/register.mjs FILE.ts`. Newer Nodes strip types themselves.
import { register } from "node:module";

register("./hooks.mjs", import.meta.url);

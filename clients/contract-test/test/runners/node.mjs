// SPDX-License-Identifier: Apache-2.0
import { after, before, describe, it } from "node:test";
import { tokenTest } from "./firstTest.mjs";

tokenTest({ describe, it, before, after });

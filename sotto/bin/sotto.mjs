#!/usr/bin/env node
// SPDX-License-Identifier: Apache-2.0
// The program `sotto`, as npx starts it. Its code is built by `npm run build`.
import "../dist/main.js";

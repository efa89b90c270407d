// SPDX-License-Identifier: Apache-2.0
// Loaded before a node, moves the clock of its machine: SOTTO_CLOCK_SHIFT is in seconds.
const shift = Number(process.env.SOTTO_CLOCK_SHIFT) * 1_000;
const now = Date.now;
Date.now = () => now() + shift;
const origin = performance.timeOrigin + shift;
Object.defineProperty(performance, "timeOrigin", { get: () => origin });

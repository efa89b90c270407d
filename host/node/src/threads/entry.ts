// SPDX-License-Identifier: Apache-2.0
/** The module that starts a thread: beside this file, and so beside each part of the program. */
export const threadEntry = (name: string): URL => new URL(`./${name}.js`, import.meta.url);

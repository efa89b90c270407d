// SPDX-License-Identifier: Apache-2.0
const PARTS = /\/host\/app\/dist\/(secretChain|modules)\.js$/;

/** @type {import("node:module").ResolveHook} */
export async function resolve(specifier, context, next) {
  const found = await next(specifier, context);
  const name = PARTS.exec(found.url)?.[1];
  const own = name === undefined ? undefined : new URL(`./${name}.mjs`, import.meta.url).href;
  // The part itself takes the original.
  return own === undefined || context.parentURL === own ? found : { ...found, url: own };
}

// SPDX-License-Identifier: Apache-2.0
/**
 * The path in a lock at which Node, looking from another path there, finds a package; undefined
 * when it finds none.
 * @param {Readonly<Record<string, unknown>>} packages of a lock
 * @param {string} from
 * @param {string} name
 */
export function resolveLocked(packages, from, name) {
  for (let at = from; ; at = at.includes("/node_modules/") ? at.slice(0, at.lastIndexOf("/node_modules/")) : "") {
    const path = `${at === "" ? "" : `${at}/`}node_modules/${name}`;
    if (packages[path] !== undefined) return path;
    if (at === "") return undefined;
  }
}

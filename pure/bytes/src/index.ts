// SPDX-License-Identifier: Apache-2.0
export { alloc, allocator, copyBytes } from "./alloc.ts";
export { compare, concat, equals, hasPrefix, join, prefixEnd } from "./bytes.ts";
export {
  beU32,
  beU64,
  leU16,
  leU32,
  leU64,
  readBeU32,
  readBeU64,
  readLeU16,
  readLeU32,
  readLeU64,
} from "./integers.ts";
export { fromBase64, fromHex, fromLatin1, fromUtf8, isBase64, toBase64, toHex, toLatin1, toUtf8 } from "./text.ts";

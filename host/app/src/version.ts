/** Of the application, as nodes tell it. Written by `tools/version.mjs`. */
export const VERSION = "0.1.0";

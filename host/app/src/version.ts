/** Of the application, as nodes tell it. */
export const VERSION = "0.1.0";

// SPDX-License-Identifier: Apache-2.0
/** The tester of leaks cannot compare; the text says what to do. */
export class LeaksError extends Error {
  override readonly name = "LeaksError";

  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
  }
}

// SPDX-License-Identifier: Apache-2.0
/** The source of a failure, and its form in CometBFT's results hash and for clients. */
export interface ChainErrorParts {
  readonly codespace: string;
  readonly code: number;
  /** Fixed text of the code, as the reference prints it. */
  readonly summary: string;
  /** Readable text: the fault and a remedy. Printed before the summary. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/**
 * A failure that a transaction or a query answers with. Made only by a `codespace` table.
 * `code` is consensus (it enters the results hash); texts are not, except where a contract sees
 * them.
 */
export class ChainError extends Error {
  override readonly name = "ChainError";
  readonly codespace: string;
  readonly code: number;
  readonly summary: string;
  readonly detail: string | undefined;

  constructor(parts: ChainErrorParts) {
    super(parts.detail === undefined ? parts.summary : `${parts.detail}: ${parts.summary}`, { cause: parts.cause });
    this.codespace = parts.codespace;
    this.code = parts.code;
    this.summary = parts.summary;
    this.detail = parts.detail;
  }

  /** The same failure with words put in front, as Go's `errorsmod.Wrap` prints them. */
  wrap(text: string): ChainError {
    return new ChainError({
      codespace: this.codespace,
      code: this.code,
      summary: this.summary,
      detail: this.detail === undefined ? text : `${text}: ${this.detail}`,
      cause: this.cause,
    });
  }

  /** Whether a thrown value is the failure that this factory makes. */
  static is(thrown: unknown, factory: ErrorFactory): thrown is ChainError {
    return thrown instanceof ChainError && thrown.codespace === factory.codespace && thrown.code === factory.code;
  }
}

export interface ErrorFactory {
  (detail?: string, cause?: unknown): ChainError;
  readonly codespace: string;
  readonly code: number;
  readonly summary: string;
}

/**
 * Declares a module's failures:
 * `codespace("bank", { sendDisabled: [5, "send transactions are disabled"] })`. Throws at load when
 * a code appears twice.
 */
export function codespace<const T extends Readonly<Record<string, readonly [code: number, summary: string]>>>(
  name: string,
  table: T,
): { readonly [K in keyof T]: ErrorFactory } {
  const seen = new Set<number>();
  const out: Record<string, ErrorFactory> = {};
  for (const [key, [code, summary]] of Object.entries(table)) {
    if (seen.has(code)) throw new TypeError(`codespace ${name} declares code ${code} twice`);
    seen.add(code);
    out[key] = Object.assign(
      (detail?: string, cause?: unknown) => new ChainError({ codespace: name, code, summary, detail, cause }),
      { codespace: name, code, summary },
    );
  }
  return out as { readonly [K in keyof T]: ErrorFactory };
}

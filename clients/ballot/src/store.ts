// SPDX-License-Identifier: Apache-2.0

/** Where credentials are kept, as the text of `Credential.expose`. It is as secret as a vote. */
export interface CredentialStore {
  load(key: string): Promise<string | undefined> | string | undefined;
  /** Resolves when the text is safe: only then a message that needs it is sent. */
  save(key: string, text: string): Promise<void> | void;
}

/** Keeps credentials until the process ends: for tests, and for voters who wait for the end. */
export class MemoryStore implements CredentialStore {
  readonly #texts = new Map<string, string>();

  load(key: string): string | undefined {
    return this.#texts.get(key);
  }

  save(key: string, text: string): void {
    this.#texts.set(key, text);
  }
}

/** The part of `localStorage` that `webStore` uses. */
export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

/** Keeps credentials in a browser's storage, where every script of the page can read them. */
export const webStore = (storage: WebStorage): CredentialStore => ({
  load: (key) => storage.getItem(key) ?? undefined,
  save: (key, text) => storage.setItem(key, text),
});

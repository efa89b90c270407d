import { copyBytes } from "@sotto/bytes";
import { At, EMPTY_MAC, PREPARED, type SivExports, sivModule } from "./sivCode.ts";

const BLOCK = 16;
/** Longest text or associated data that is taken. Cost: above it, the platform's ciphers are faster, calls and all. */
export const LONGEST = 512;
/** How many keys are prepared at a time: a block of memory each, in the order in which they came. */
const SLOTS = 128;

// As much of the WebAssembly interface as is used: TypeScript has it only in the DOM library.
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

function load(): SivExports | undefined {
  const { WebAssembly: api } = globalThis as unknown as { readonly WebAssembly?: WebAssemblyApi };
  if (api === undefined) return undefined;
  try {
    // What the module exports is said where it is written.
    return new api.Instance(new api.Module(sivModule())).exports as SivExports;
  } catch {
    // An engine without vectors, or a page that forbids WebAssembly: the platform's ciphers do all of it.
    return undefined;
  }
}

// Cost: 20 ms, once in each thread. A constant, because the engine reads a variable again at every access to the memory.
const kernel = load();
const memory = new Uint8Array(kernel?.memory.buffer ?? new ArrayBuffer(0));
const owners: (ShortSiv | undefined)[] = Array<undefined>(SLOTS).fill(undefined);
let next = 0;

/** Up to this many bytes a loop beats the engine's copy. */
const LOOP = 48;

function put(bytes: Uint8Array, at: number): void {
  if (bytes.length > LOOP) memory.set(bytes, at);
  else for (let i = 0; i < bytes.length; i++) memory[at + i] = bytes[i] as number;
}

/** Copies from the tag on. */
function take(out: Uint8Array, at: number, length: number): void {
  if (length > LOOP) out.set(memory.subarray(At.tag, At.tag + length), at);
  else for (let i = 0; i < length; i++) out[at + i] = memory[At.tag + i] as number;
}

/** AES-128-SIV for short texts, in WebAssembly. Not re-entrant: from `begin` to `sealInto` or `open` nothing else may use a kernel. */
export class ShortSiv {
  readonly #key: Uint8Array;
  readonly #exports: SivExports;
  #slot = 0;
  #address = 0;

  private constructor(key: Uint8Array, exports: SivExports) {
    this.#key = key;
    this.#exports = exports;
  }

  /** For a key of 32 bytes, which is kept. Undefined where WebAssembly or its vectors are not to be had. */
  static create(key: Uint8Array): ShortSiv | undefined {
    return kernel === undefined ? undefined : new ShortSiv(key, kernel);
  }

  /** Has the key prepared: another one may have taken its place since. Overwrites the text. */
  #prepare(): number {
    if (owners[this.#slot] === this) return this.#address;
    this.#slot = next;
    this.#address = At.keys + PREPARED * next;
    owners[next] = this;
    next = (next + 1) % SLOTS;
    put(this.#key, At.text);
    this.#exports.prepare(this.#address);
    return this.#address;
  }

  /** The MAC of an associated data. */
  cmac(ad: Uint8Array): Uint8Array {
    const key = this.#prepare();
    put(ad, At.text);
    this.#exports.cmac(key, ad.length);
    const mac = new Uint8Array(BLOCK);
    take(mac, 0, BLOCK);
    return mac;
  }

  begin(): void {
    this.#exports.begin(this.#prepare());
  }

  absorb(ad: Uint8Array): void {
    if (ad.length === 0) this.#exports.absorb(this.#address + EMPTY_MAC);
    else {
      put(ad, At.text);
      this.#exports.cmac(this.#address, ad.length);
      this.#exports.absorb(At.tag);
    }
  }

  absorbMac(mac: Uint8Array): void {
    put(mac, At.tag);
    this.#exports.absorb(At.tag);
  }

  sealInto(out: Uint8Array, at: number, plaintext: Uint8Array): void {
    put(plaintext, At.text);
    this.#exports.seal(this.#address, plaintext.length);
    take(out, at, BLOCK + plaintext.length);
  }

  open(sealed: Uint8Array): Uint8Array | undefined {
    put(sealed, At.tag);
    const length = sealed.length - BLOCK;
    return this.#exports.open(this.#address, length) === 0 ? copyBytes(memory, At.text, At.text + length) : undefined;
  }
}

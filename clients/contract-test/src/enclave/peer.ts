// SPDX-License-Identifier: Apache-2.0
import { beU32, concat, readBeU32 } from "@sotto/bytes";
import { type Contract, type Contracts, createContracts } from "@sotto/cosmwasm";
import { createEnclave } from "@sotto/enclave";
import { createEngine } from "@sotto/engine";
import { openPlatform } from "@sotto/platform";
import { type FrameHandler, type Peer, serveEnclave } from "@sotto/protocol";

/** Bytes of debug texts in one answer; later texts are dropped. */
const MAX_TEXTS = 1 << 20;
const NOTHING = new Uint8Array(0);
const NONE: readonly Uint8Array[] = [];

/** Contracts that show the debug texts of their runs. */
function withDebug(contracts: Contracts, onDebug: (text: Uint8Array) => void): Contracts {
  const wrapped = new WeakMap<Contract, Contract>();
  const debug = (text: Uint8Array) => onDebug(text);
  const wrap = (contract: Contract): Contract => {
    const known = wrapped.get(contract);
    if (known !== undefined) return known;
    const made: Contract = {
      code: contract.code,
      call: (entry, input, backend, gasLimit) =>
        contract.call(entry, input, Object.assign(backend, { debug }), gasLimit),
    };
    wrapped.set(contract, made);
    return made;
  };
  return {
    get(codeHash) {
      const contract = contracts.get(codeHash);
      return contract === undefined ? undefined : wrap(contract);
    },
    add: (codeHash, code) => wrap(contracts.add(codeHash, code)),
  };
}

/** An answer of an enclave, with the debug texts of its contracts. */
export interface ShownAnswer {
  readonly answer: Uint8Array;
  readonly texts: readonly Uint8Array[];
}

/** The enclaves of all chains of a process, with one cache of compiled contracts. */
export interface EnclaveSet {
  call(chain: number, request: Uint8Array, ask: FrameHandler): ShownAnswer;
  drop(chain: number): void;
}

export function createEnclaveSet(): EnclaveSet {
  let texts: Uint8Array[] = [];
  let size = 0;
  const contracts = withDebug(createContracts(createEngine()), (text) => {
    if (size + text.length > MAX_TEXTS) return;
    size += text.length;
    texts.push(text);
  });
  const peers = new Map<number, Peer>();

  const peerOf = (chain: number): Peer => {
    const known = peers.get(chain);
    if (known !== undefined) return known;
    const made = serveEnclave(createEnclave(openPlatform, contracts));
    peers.set(chain, made);
    return made;
  };

  return {
    call(chain, request, ask) {
      const answer = peerOf(chain)(request, ask);
      if (texts.length === 0) return { answer, texts: NONE };
      const shown = texts;
      texts = [];
      size = 0;
      return { answer, texts: shown };
    },
    drop: (chain) => void peers.delete(chain),
  };
}

/**
 * The enclaves behind one peer, for another thread. A request is the chain's number (4 bytes,
 * big-endian) and a frame; without a frame the enclave is dropped. An answer is the number of debug
 * texts, each with its length, and the frame.
 */
export function createEnclavesPeer(): Peer {
  const enclaves = createEnclaveSet();
  return (request, ask) => {
    const chain = readBeU32(request, 0);
    if (request.length === 4) {
      enclaves.drop(chain);
      return NOTHING;
    }
    const { answer, texts } = enclaves.call(chain, request.subarray(4), ask);
    return concat(beU32(texts.length), ...texts.flatMap((text) => [beU32(text.length), text]), answer);
  };
}

// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { resourceLimits } from "node:worker_threads";
import { beU32, concat, readBeU32, toUtf8 } from "@sotto/bytes";
import type { Channel } from "@sotto/protocol";
import { CONTRACT_STACK_MB, workerChannel } from "@sotto/transport";
import { DevChainError } from "../errors.ts";
import { createEnclaveSet, type EnclaveSet, type ShownAnswer } from "./peer.ts";

/** The enclaves of this process, and the way to end them. */
interface Enclaves extends EnclaveSet {
  close(): void;
}

/** The built entry, for the sources also. */
const WORKER = new URL("../../dist/enclave/worker.js", import.meta.url);
/** Longest silence of a contract; the worst takes 26 s (test/attack/work.test.ts). */
const PATIENCE_MS = 60_000;
/** Milliseconds that a thread without chains waits for the next chain. */
const IDLE_MS = 2_000;
const NOTHING = new Uint8Array(0);

let enclaves: Enclaves | undefined;
let chains = 0;
let ending: NodeJS.Timeout | undefined;
let numbers = 0;

/**
 * In this thread if contracts may run here, otherwise in a thread of its own: test runners run on
 * the first thread of a process, whose native stack is too small (ADR 48).
 */
function open(): Enclaves {
  if ((resourceLimits.stackSizeMb ?? 0) >= CONTRACT_STACK_MB) return { ...createEnclaveSet(), close: () => {} };
  if (!existsSync(WORKER))
    throw new DevChainError(
      `${WORKER.pathname} is missing: bundlers must leave @sotto/contract-test out of the bundle`,
    );
  const channel = workerChannel(WORKER, { patienceMs: PATIENCE_MS });
  return {
    call: (chain, request, ask) => withTexts(channel.call(concat(beU32(chain), request), ask)),
    drop: (chain) => void channel.call(beU32(chain), () => NOTHING),
    close: () => void channel.close(),
  };
}

/** Reads an answer of `createEnclavesPeer`. */
function withTexts(bytes: Uint8Array): ShownAnswer {
  const texts: Uint8Array[] = [];
  let at = 4;
  for (let left = readBeU32(bytes, 0); left > 0; left--) {
    const end = at + 4 + readBeU32(bytes, at);
    texts.push(bytes.subarray(at + 4, end));
    at = end;
  }
  return { answer: bytes.subarray(at), texts };
}

function leave(): void {
  chains--;
  if (chains > 0) return;
  ending = setTimeout(() => {
    enclaves?.close();
    enclaves = undefined;
  }, IDLE_MS);
  ending.unref();
}

export interface DevEnclave {
  readonly channel: Channel;
  close(): void;
}

/**
 * A simulated enclave that is not started. It may be started again, with other sealed state:
 * compiled contracts stay. `onDebug` gets the debug texts of its contracts after each request.
 */
export function openDevEnclave(onDebug: (text: string) => void): DevEnclave {
  clearTimeout(ending);
  chains++;
  enclaves ??= open();
  const { call, drop } = enclaves;
  const number = ++numbers;
  return {
    channel: {
      call(request, ask) {
        const { answer, texts } = call(number, request, ask);
        for (const text of texts) onDebug(toUtf8(text) ?? "(a text that is not UTF-8)");
        return answer;
      },
    },
    close() {
      drop(number);
      leave();
    },
  };
}

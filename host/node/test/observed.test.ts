// SPDX-License-Identifier: Apache-2.0
import { createNodeMetrics } from "@sotto/metrics";
import { Ask, BoundaryError, enclaveClient, Method } from "@sotto/protocol";
import { inlineChannel } from "@sotto/transport";
import { describe, expect, it } from "vitest";
import { observedChannel, observedClient, PhaseClock } from "../src/threads/observed.ts";

describe("the counted trust boundary", () => {
  it("counts both directions with the bytes of request and answer, and changes neither", () => {
    const metrics = createNodeMetrics();
    const channel = observedChannel(
      inlineChannel((request, ask) => Uint8Array.of(...request, ...ask(Uint8Array.of(Ask.readState, 9)))),
      metrics,
    );
    expect(channel.call(Uint8Array.of(Method.call, 1, 2), (ask) => ask)).toEqual(
      Uint8Array.of(Method.call, 1, 2, Ask.readState, 9),
    );
    channel.call(Uint8Array.of(200), () => new Uint8Array(0));
    const text = metrics.render();
    expect(text).toContain('sotto_boundary_crossings_total{direction="in",name="call"} 1');
    expect(text).toContain('sotto_boundary_crossings_total{direction="in",name="unknown"} 1');
    expect(text).toContain('sotto_boundary_crossings_total{direction="out",name="readState"} 2');
    expect(text).toContain('sotto_boundary_bytes_total{direction="out"} 6');
    expect(text).toContain('sotto_boundary_bytes_total{direction="in"} 10');
  });

  it("counts the errors of the enclave by their codes, and not those of the host", () => {
    const metrics = createNodeMetrics();
    // An answer that refuses: the list of the boundary, and the code.
    const refusing = enclaveClient(inlineChannel(() => Uint8Array.of(1, BoundaryError.unknownMethod.code)));
    const broken = enclaveClient(
      inlineChannel(() => {
        throw new Error("the host's own");
      }),
    );
    expect(() => observedClient(refusing, metrics).commitBlock()).toThrow(BoundaryError.unknownMethod().message);
    expect(() => observedClient(broken, metrics).commitBlock()).toThrow("the host's own");
    const text = metrics.render();
    expect(text).toContain('sotto_enclave_seconds_count{method="commitBlock"} 2');
    const refusals = text.split("\n").filter((line) => line.startsWith("sotto_enclave_refusals_total{"));
    expect(refusals).toEqual([
      `sotto_enclave_refusals_total{method="commitBlock",error="boundary/${BoundaryError.unknownMethod.code}"} 1`,
    ]);
  });
});

describe("the clock of a block's parts", () => {
  it("has each part that was done, in order", () => {
    const clock = new PhaseClock();
    clock.begin();
    clock.done("logged");
    clock.done("executed");
    expect(Object.keys(clock.parts)).toEqual(["logged", "executed"]);
    for (const ms of Object.values(clock.parts)) expect(ms).toBeGreaterThanOrEqual(0);
  });
});

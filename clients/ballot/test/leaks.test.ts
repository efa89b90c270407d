// SPDX-License-Identifier: Apache-2.0
import type { Execution } from "@sotto/contract-test";
import { describe, expect, it } from "vitest";
import { credentialOf, Stage, YES } from "./stage.ts";

describe("probe", () => {
  it("x", async () => {
    const run = async (f: (s: Stage, p: bigint) => Promise<Execution>) => {
      const stage = await Stage.open({ holders: ["anna", "bert"] });
      const poll = await stage.listPoll({ anna: 1n, bert: 1n });
      await stage.register("bert", poll, credentialOf(2));
      const g = await f(stage, poll);
      stage.close();
      return [g.gasUsed, g.log.length, g.ok];
    };
    console.log("register anna", await run((s, p) => s.register("anna", p, credentialOf(1))));
    console.log("register bert again", await run((s, p) => s.register("bert", p, credentialOf(1))));
    console.log("register eve", await run((s, p) => s.register("eve", p, credentialOf(1))));
    console.log("cast anna", await run((s, p) => s.cast("anna", p, credentialOf(1), YES)));
    console.log("cast true", await run((s, p) => s.cast("bert", p, credentialOf(2), YES)));
    console.log("cast false", await run((s, p) => s.cast("bert", p, credentialOf(3), YES)));
    console.log("cast eve", await run((s, p) => s.cast("eve", p, credentialOf(2), YES, credentialOf(7))));
  });
});

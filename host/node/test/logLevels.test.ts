// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { parseLogLevels } from "../src/logLevels.ts";

const levels = (text: string) => {
  const { others, modules } = parseLogLevels(text);
  return [others, Object.fromEntries(modules)];
};

describe("the levels of the log", () => {
  it("are one for all modules, and others for single ones", () => {
    expect(levels("info")).toEqual(["info", {}]);
    expect(levels("error,abci:debug, blocks:info")).toEqual(["error", { abci: "debug", blocks: "info" }]);
    expect(levels("abci:trace")).toEqual(["warn", { abci: "trace" }]);
  });

  it.each([
    ["", '"" has no level'],
    ["loud", '"loud" has no level'],
    ["abci:", '"abci:" has no level'],
    ["abci:info:debug", '"abci:info:debug" has no level'],
    ["kitchen:info", 'there is no module "kitchen"'],
    ["info,debug", "one level for all modules is enough"],
    [`${"x".repeat(1_000)}`, `"${"x".repeat(64)}" has no level`],
  ])("refuse %j", (text, why) => {
    expect(() => parseLogLevels(text)).toThrow(why);
  });
});

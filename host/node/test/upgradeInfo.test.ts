// SPDX-License-Identifier: Apache-2.0
import { expect, it } from "vitest";
import { upgradeInfoJson } from "../src/upgradeInfo.ts";

it("the file for supervisors has the form of Go's types.Plan", () => {
  expect(upgradeInfoJson({ name: "next", height: 4, info: "see the release" })).toBe(
    '{"name":"next","time":"0001-01-01T00:00:00Z","height":4,"info":"see the release"}',
  );
  expect(upgradeInfoJson({ name: "next", height: 4, info: "" })).toBe(
    '{"name":"next","time":"0001-01-01T00:00:00Z","height":4}',
  );
});

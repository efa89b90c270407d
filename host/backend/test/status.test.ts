// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { Code, codeName, httpStatus, NodeError, statusOf } from "../src/index.ts";

describe("a node that is busy", () => {
  it("tells clients to come again, by gRPC and by HTTP", () => {
    const status = statusOf(NodeError.busy("too many queries wait"));
    expect([status.code, codeName(status.code), httpStatus(status.code)]).toEqual([
      Code.resourceExhausted,
      "ResourceExhausted",
      429,
    ]);
    expect(status.message).toBe("too many queries wait: the node is busy");
  });
});

// SPDX-License-Identifier: Apache-2.0
import { QueryBalanceRequestSchema, QueryDenomMetadataRequestSchema } from "@sotto/proto/cosmos.bank.v1beta1";
import { GetTxsEventRequestSchema, SimulateRequestSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { describe, expect, it } from "vitest";
import { type Draft, parseQueryString, putParameter } from "../src/rest/parameters.ts";
import { PathTable } from "../src/rest/template.ts";

describe("path templates", () => {
  const table = new PathTable<string>();
  for (const template of [
    "/a/{b}",
    "/a/latest",
    "/a/{b}/c",
    "/a/latest/{x}",
    "/d/{e=**}",
    "/d",
    "/f/{g.h}/i/{j}",
    "/k/{l=m/*}/n",
    "/a/{other}",
  ]) {
    table.add(template, template);
  }
  const match = (path: string) => {
    const found = table.match(path.slice(1).split("/"));
    return found === undefined ? undefined : [found.value, Object.fromEntries(found.variables)];
  };

  it("prefer text to variables, and come back when text led nowhere", () => {
    expect(match("/a/latest")).toEqual(["/a/latest", {}]);
    expect(match("/a/5")).toEqual(["/a/{b}", { b: "5" }]);
    expect(match("/a/latest/c")).toEqual(["/a/latest/{x}", { x: "c" }]);
    expect(match("/a/x/c")).toEqual(["/a/{b}/c", { b: "x" }]);
    expect(match("/a/x/d")).toBeUndefined();
    expect(match("/a")).toBeUndefined();
  });

  it("take several segments, nested fields and patterns", () => {
    expect(match("/d/ibc/ABC")).toEqual(["/d/{e=**}", { e: "ibc/ABC" }]);
    expect(match("/d")).toEqual(["/d", {}]);
    expect(match("/f/1/i/2")).toEqual(["/f/{g.h}/i/{j}", { "g.h": "1", j: "2" }]);
    expect(match("/k/m/7/n")).toEqual(["/k/{l=m/*}/n", { l: "m/7" }]);
    expect(match("/k/x/7/n")).toBeUndefined();
  });

  it("are checked when they are added", () => {
    expect(() => table.add("a/b", "")).toThrow("not a path template");
    expect(() => table.add("/a/{b", "")).toThrow("without an end");
    expect(() => table.add("/a/{b=**}/c", "")).toThrow("only the last part");
  });
});

describe("parameters", () => {
  const draft = (schema: Parameters<typeof putParameter>[1], path: string, ...values: string[]) => {
    const out: Draft = new Map();
    putParameter(out, schema, path, values);
    return out;
  };

  it("are put under proto names, nested ones in their messages", () => {
    expect(draft(QueryBalanceRequestSchema, "address", "x", "y")).toEqual(new Map([["address", "x"]]));
    expect(draft(GetTxsEventRequestSchema, "events", "x", "y")).toEqual(new Map([["events", ["x", "y"]]]));
    expect(draft(GetTxsEventRequestSchema, "orderBy", "ORDER_BY_DESC")).toEqual(new Map([["order_by", 2]]));
    expect(draft(GetTxsEventRequestSchema, "order_by", "1")).toEqual(new Map([["order_by", 1]]));
    expect(draft(GetTxsEventRequestSchema, "pagination.countTotal", "true")).toEqual(
      new Map([["pagination", new Map([["count_total", true]])]]),
    );
    expect(draft(SimulateRequestSchema, "txBytes", "-_8=")).toEqual(new Map([["tx_bytes", "+/8="]]));
    expect(draft(GetTxsEventRequestSchema, "page", "007")).toEqual(new Map([["page", "7"]]));
    expect(draft(GetTxsEventRequestSchema, "page", "0x1_0")).toEqual(new Map([["page", "16"]]));
  });

  it("that are unknown are ignored, that cannot be read are refused", () => {
    expect(draft(QueryDenomMetadataRequestSchema, "what.ever", "x").size).toBe(0);
    expect(draft(QueryDenomMetadataRequestSchema, "constructor", "x").size).toBe(0);
    expect(() => draft(GetTxsEventRequestSchema, "page", "")).toThrow('strconv.ParseUint: parsing "": invalid syntax');
    expect(() => draft(GetTxsEventRequestSchema, "order_by", "UP")).toThrow("not a valid");
    expect(() => draft(GetTxsEventRequestSchema, "page.x", "1")).toThrow("unexpected nested field x in page");
    expect(() => draft(GetTxsEventRequestSchema, "pagination.reverse", "yes")).toThrow(
      'strconv.ParseBool: parsing "yes": invalid syntax',
    );
  });

  it("are read from a query string", () => {
    expect(parseQueryString("a=1&b=x+y%2B&a=2&c&=z&&")).toEqual(
      new Map([
        ["a", ["1", "2"]],
        ["b", ["x y+"]],
        ["c", [""]],
        ["", ["z"]],
      ]),
    );
    expect(() => parseQueryString("a=%")).toThrow("invalid URL escape");
  });
});

import { readFileSync } from "node:fs";
import { createRegistry } from "@bufbuild/protobuf";
import { fromHex, toHex } from "@sotto/bytes";
import { files } from "@sotto/proto/files";
import { it } from "vitest";
import { aminoJson } from "../src/aminoJson.ts";
import { decode } from "../src/decode.ts";
import { encode } from "../src/encode.ts";
import { gatewayJson } from "../src/gatewayJson.ts";
import { parseGatewayJson } from "../src/parseGatewayJson.ts";
const registry = createRegistry(...files);
it("x", () => {
  const list = JSON.parse(readFileSync("/tmp/codecvec/codec.json", "utf8"));
  const seen = new Map<string, number>();
  const diff = (kind: string, e: any, a: unknown, b: unknown) => {
    const key = kind; if (e.type.includes("cosmos.distribution.v1beta1") && (String(a).includes("restake") || kind==="parse"||kind==="out")) return;
    seen.set(key, (seen.get(key) ?? 0) + 1);
    if ((seen.get(key) ?? 0) < 14) console.log(kind, e.type, e.in.slice(0, 200), "\n  ours", String(a).slice(0, 700), "\n  go  ", String(b).slice(0, 700));
  };
  let ok = 0;
  for (const e of list) {
 if (e.type.startsWith("cosmos.app")||e.type.startsWith("cosmos.crypto.secp256r1")||e.type=="packetforward.v1.GenesisState") continue;

    const schema = registry.getMessage(e.type);
    if (!schema) { diff("noschema", e, "", ""); continue; }
    const attempt = (f: () => string) => { try { return f(); } catch (x) { return `ERR ${x}`; } };
    let msg: any;
    try { msg = decode(schema, fromHex(e.in)!, "drop"); } catch (x) { if (!e.out_error) diff("decode", e, x, e.out); else ok++; continue; }
    const out = attempt(() => toHex(encode(schema, msg)));
    if (out !== e.out && !(out.startsWith("ERR") && e.out_error)) diff("out", e, out, e.out ?? e.out_error); else ok++;
    const js = attempt(() => gatewayJson(schema, msg, registry));
    if (js !== e.gateway_json && !(js.startsWith("ERR") && e.gateway_json_error)) diff("json", e, js, e.gateway_json ?? e.gateway_json_error); else ok++;
    const am = attempt(() => aminoJson(schema, msg, registry));
    if (e.amino_json === undefined && !e.amino_json_error) continue;
 if (am !== e.amino_json && !(am.startsWith("ERR") && e.amino_json_error)) diff("amino", e, am, e.amino_json ?? e.amino_json_error); else ok++;
    if (e.gateway_json && e.out !== undefined) {
      const back = attempt(() => toHex(encode(schema, parseGatewayJson(schema, e.gateway_json, registry))));
      if (back !== e.out) diff("parse", e, back, e.out); else ok++;
    }
  }
  console.log("ok", ok, [...seen]);
});

// SPDX-License-Identifier: Apache-2.0
import { EnvironmentFault } from "@sotto/errors";

/** Where a server listens, and how it speaks. */
export type ListenAddress = { readonly isGrpc: boolean } & (
  | { readonly host: string; readonly port: number }
  | { readonly path: string }
);

const FORMS = "tcp://HOST:PORT, unix:///PATH, grpc://HOST:PORT or grpc+unix:///PATH";

/** Parses an address of the forms above; IPv6 stands in brackets. Throws EnvironmentFault. */
export function parseListen(text: string): ListenAddress {
  const [, scheme = "", rest = ""] = /^(tcp|unix|grpc|grpc\+unix):\/\/(.+)$/.exec(text) ?? [];
  const isGrpc = scheme.startsWith("grpc");
  if (scheme.endsWith("unix") && rest.startsWith("/") && !rest.includes("\0")) return { isGrpc, path: rest };
  const [, bracketed, plain, digits = ""] = /^(?:\[([0-9a-fA-F:.]+)\]|([^:/[\]\s]+)):(\d{1,5})$/.exec(rest) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (scheme === "" || scheme.endsWith("unix") || host === undefined || port > 65_535) {
    throw new EnvironmentFault(`the ABCI address ${JSON.stringify(text.slice(0, 200))} is not ${FORMS}`);
  }
  return { isGrpc, host, port };
}

/** The text of an address, as `parseListen` reads it. */
export function formatListen(address: ListenAddress): string {
  const scheme = address.isGrpc ? "grpc" : "path" in address ? "unix" : "tcp";
  if ("path" in address) return `${address.isGrpc ? "grpc+unix" : scheme}://${address.path}`;
  return `${scheme}://${hostText(address.host)}:${address.port}`;
}

const hostText = (host: string): string => (host.includes(":") ? `[${host}]` : host);

/**
 * The values of CometBFT's settings `abci` and `proxy_app` with which it connects to an address.
 */
export interface CometSettings {
  readonly abci: "socket" | "grpc";
  readonly proxyApp: string;
}

/**
 * CometBFT's settings for the address of a server. Hazard: with `abci = "grpc"` CometBFT 0.38 never
 * connects to `tcp://HOST:PORT`; the scheme must be left out.
 */
export function cometSettings(listen: string): CometSettings {
  const address = parseListen(listen);
  const abci = address.isGrpc ? "grpc" : "socket";
  if ("path" in address) return { abci, proxyApp: `unix://${address.path}` };
  const place = `${hostText(address.host)}:${address.port}`;
  return { abci, proxyApp: address.isGrpc ? place : `tcp://${place}` };
}

import { localAccounts } from "./accounts.ts";

export interface BannerInput {
  readonly chainId: string;
  readonly height: number;
  /** Undefined when nothing is kept. */
  readonly home: string | undefined;
  readonly host: string;
  readonly ports: {
    readonly rest: number;
    readonly rpc: number;
    readonly grpc: number;
    readonly grpcWeb: number;
    readonly faucet: number;
  };
}

const pad = (text: string, width: number): string => text.padEnd(width);

/** What a person sees when the network runs: where it is, who has money, and a line to try. */
export function banner({ chainId, height, home, host, ports }: BannerInput): string {
  const at = (port: number, path = ""): string => `http://${host}:${port}${path}`;
  const rows = [
    ["REST", at(ports.rest)],
    ["RPC", at(ports.rpc)],
    ["gRPC", `${host}:${ports.grpc}`],
    ["gRPC-web", at(ports.grpcWeb)],
    ["faucet", at(ports.faucet, "/faucet?address=secret1...")],
    ["API docs", at(ports.rest, "/swagger/")],
  ];
  const urls = rows.map(([name, url]) => `  ${pad(name as string, 10)} ${url}`);
  const accounts = localAccounts.map(({ name, address }) => `  ${pad(name, 10)} ${address}`);
  return [
    "",
    `Sotto is running: chain ${chainId}, block ${height}, ${home === undefined ? "in memory" : home}`,
    "",
    ...urls,
    "",
    "Accounts with 10^12 SCRT each (public test keys, never use them elsewhere):",
    ...accounts,
    "",
    "Try:",
    `  curl '${at(ports.rest, `/cosmos/bank/v1beta1/balances/${localAccounts[1]?.address}`)}'`,
    "",
    "Ctrl-C stops it; the next start goes on from here.",
    "",
    "",
  ].join("\n");
}

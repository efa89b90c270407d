// SPDX-License-Identifier: Apache-2.0
import { existsSync } from "node:fs";
import { VERSION } from "@sotto/app/version";
import type { GenesisAccount } from "@sotto/local";
import { LOCAL_BLOCK_GAS } from "@sotto/local/blockGas";
import { Command, InvalidArgumentError, Option } from "commander";
import { parseAddress } from "./address.ts";
import { type Config, DEFAULT_PORTS, defaultHome, EXEC_MEMORY_MB, paths } from "./config.ts";
import { addDebug } from "./debugCommand.ts";
import { addEnclave } from "./enclaveCommand.ts";
import { addEngineFlags, type EngineFlags, engineOf } from "./engineFlags.ts";
import { addExport } from "./exportCommand.ts";
import { chainId, genesisAccount, integer, logLevels, missedBlocks, path } from "./flags.ts";
import { takeHome } from "./lock.ts";
import { DEFAULT_LOG_LEVEL, type LogLevels, parseLogLevels } from "./logLevels.ts";
import type { EnclaveEntries } from "./node.ts";
import { ReadyFile } from "./readyFile.ts";
import { addRetentionFlags, type RetentionFlags, retentionOf } from "./retentionFlags.ts";
import { addRollback } from "./rollbackCommand.ts";
import type { EndpointsData, EndpointsHandlers } from "./runEndpoints.ts";
import { readSeedFile } from "./seedFile.ts";
import { addSnapshots } from "./snapshotsCommand.ts";
import { addStatus } from "./statusCommand.ts";
import { threadEntry } from "./threads/entry.ts";
import { createStopFlags, startThread } from "./threads/port.ts";
import { type MissedBlocks, MOST_VALIDATORS } from "./validators.ts";

/** `500ms`, `1s`, `2.5s`. */
function blockTime(text: string): number {
  const [, number, unit] = /^([0-9]{1,5}(?:\.[0-9]{1,3})?)(ms|s)$/.exec(text) ?? [];
  const ms = Number(number) * (unit === "s" ? 1000 : 1);
  if (!(ms >= 100 && ms <= 6000)) throw new InvalidArgumentError("100ms to 6s is needed, for example 500ms or 1s");
  return Math.round(ms);
}

const LEAST_BLOCK_GAS = 1_000_000;
const MOST_BLOCK_GAS = 1e15;

/** Gas, or `none` (CometBFT: -1). With a smaller limit most uploads of contracts would not fit. */
function blockGas(text: string): bigint {
  return text === "none" ? -1n : BigInt(integer(LEAST_BLOCK_GAS, MOST_BLOCK_GAS)(text));
}

/**
 * A flag whose value is a secret. Hazard: commander prints the value of an InvalidArgumentError.
 */
const secret =
  (program: Command, flag: string, form: RegExp, need: string) =>
  (text: string): string =>
    form.test(text) ? text : program.error(`error: the value of option '${flag}' is invalid. ${need}`);

function address(text: string): string {
  const found = parseAddress(text);
  if (found !== undefined) return found;
  throw new InvalidArgumentError("an address or a name is needed, for example 127.0.0.1, 0.0.0.0, ::1 or ::");
}

interface Flags extends EngineFlags, RetentionFlags {
  readonly home?: string;
  readonly chainId: string;
  readonly blockTime: number;
  readonly instant: boolean;
  readonly blockGas?: bigint;
  readonly reset: boolean;
  readonly inMemory: boolean;
  readonly portOffset: number;
  readonly listen: string;
  readonly restPort?: number;
  readonly rpcPort?: number;
  readonly grpcPort?: number;
  readonly grpcWebPort?: number;
  readonly faucetPort?: number;
  readonly metricsPort?: number;
  readonly seed?: string;
  readonly seedFile?: string;
  readonly logLevel: LogLevels;
  readonly quiet: boolean;
  readonly genesis?: string;
  readonly genesisAccount?: readonly GenesisAccount[];
  readonly validators?: number;
  readonly miss?: readonly MissedBlocks[];
  readonly readyFile?: string;
  readonly enclave: "inline" | "worker";
  readonly driver: string;
  readonly driverOptions?: string;
  readonly believeRows: boolean;
  readonly answerPast: boolean;
  readonly execMemory: number;
}

const port = integer(1, 65_535);

function toConfig(flags: Flags): Config {
  const at = (given: number | undefined, standard: number): number => given ?? standard + flags.portOffset;
  const engine = engineOf(flags);
  return {
    engine,
    retention: retentionOf(flags, engine !== undefined),
    home: flags.inMemory ? undefined : (flags.home ?? defaultHome(flags.chainId)),
    chainId: flags.chainId,
    blockTimeMs: flags.blockTime,
    instant: flags.instant,
    blockGas: flags.blockGas,
    reset: flags.reset,
    host: flags.listen,
    ports: {
      rest: at(flags.restPort, DEFAULT_PORTS.rest),
      rpc: at(flags.rpcPort, DEFAULT_PORTS.rpc),
      grpc: at(flags.grpcPort, DEFAULT_PORTS.grpc),
      grpcWeb: at(flags.grpcWebPort, DEFAULT_PORTS.grpcWeb),
      faucet: at(flags.faucetPort, DEFAULT_PORTS.faucet),
      metrics: flags.metricsPort,
    },
    seed: flags.seed ?? (flags.seedFile === undefined ? undefined : readSeedFile(flags.seedFile)),
    logLevels: flags.logLevel,
    quiet: flags.quiet,
    genesisAccounts: flags.genesisAccount ?? [],
    genesisFile: flags.genesis,
    validators: flags.validators,
    misses: flags.miss ?? [],
    readyFile: flags.readyFile,
    enclaveTransport: flags.enclave,
    driver: flags.driver,
    driverOptions: flags.driverOptions,
    believesRows: flags.believeRows,
    answersPast: flags.answerPast,
    execMemoryMb: flags.execMemory,
  };
}

const ENDPOINTS_THREAD = { name: "endpoints", oldMb: 1_000, youngMb: 12 } as const;

/** The stop does not wait for a longer block: it is logged, and the next start executes it. */
const STOP_MS = 900;
/** While a thread loads: to terminate it would abort the process (port.ts). */
const STOP_LOADING_MS = 5_000;

/** Time for a thread to leave an addon. */
const PARK_MS = 20;

/**
 * Runs the node in a thread until a signal or a fault ends the process. Throws the reason of a
 * failed start.
 */
async function start(flags: Flags, enclave: EnclaveEntries): Promise<void> {
  const config = toConfig(flags);
  // Here, and not in a thread: the lock must live as long as the last thread that writes to the
  // folder.
  if (config.home !== undefined) process.once("exit", await takeHome(config.home));
  // After the folder is taken: the file may belong to the node that holds it.
  const readyFile = new ReadyFile(config);
  let stop: () => Promise<void> = async () => {};
  let stopping = false;
  let isLoading = true;
  let limit: NodeJS.Timeout | undefined;
  const stopFlags = createStopFlags();
  const exitWithin = (ms: number): void => {
    clearTimeout(limit);
    limit = setTimeout(() => {
      Atomics.store(stopFlags.cutOff, 0, 1);
      setTimeout(() => process.exit(), PARK_MS);
    }, ms);
  };
  const stopAndExit = async (code: number): Promise<void> => {
    // npm passes on a Ctrl-C that the terminal has already sent to the node.
    if (stopping) return;
    stopping = true;
    Atomics.store(stopFlags.asked, 0, 1);
    process.exitCode = code;
    exitWithin(isLoading ? STOP_LOADING_MS : STOP_MS);
    await stop().catch(() => {});
    process.exit();
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stopAndExit(0));
  // The reader of the banner may have ended, or its disk may be full.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const beReady = (banner: string): void => {
    try {
      readyFile.write();
    } catch (thrown) {
      process.stderr.write(`\n${sentence(thrown)}\n\n`);
      return void stopAndExit(1);
    }
    process.stdout.write(banner);
  };
  await new Promise<void>((resolve, reject) => {
    let onFault: (fault: Error) => void = reject;
    const data: EndpointsData = { config, enclave, stopFlags };
    const endpoints = startThread<EndpointsHandlers>(threadEntry("endpoints"), ENDPOINTS_THREAD, data, (fault) =>
      onFault(fault),
    );
    endpoints.onEvent((event, value) => {
      if (event === "fault") void stopAndExit(1);
      else if (event === "ready") beReady(String(value));
      else exitWithin(STOP_LOADING_MS);
    });
    stop = () => endpoints.stop("close");
    void endpoints.loaded.then(() => {
      isLoading = false;
      onFault = (fault) => void logFault(config, fault).then(() => stopAndExit(1));
      resolve();
    });
  });
}

const sentence = (thrown: unknown): string => `sotto: ${thrown instanceof Error ? thrown.message : thrown}`;

function exitWith(thrown: unknown, code = 1): never {
  process.stderr.write(`\n${sentence(thrown)}\n\n`);
  process.exit(code);
}

/** The file of a network's node that was started before. */
function genesisOfNetwork(flags: Flags): string | undefined {
  if (engineOf(flags) === undefined || flags.home === undefined) return;
  const { genesis } = paths(flags.home);
  return existsSync(genesis) ? genesis : undefined;
}

/** The flags with the chain id of the genesis file, if there is one. */
async function ofGenesisFile(flags: Flags, isChainGiven: boolean): Promise<Flags> {
  const file = flags.genesis ?? genesisOfNetwork(flags);
  if (file === undefined) return flags;
  const { chainIdOf } = await import("./importGenesis.ts");
  const found = chainIdOf(file);
  if (!isChainGiven || found === flags.chainId) return { ...flags, chainId: found };
  throw new Error(`the genesis file ${file} is of chain ${found}, not ${flags.chainId}; leave --chain-id out`);
}

/** The thread that has the log has ended. */
async function logFault({ logLevels }: Config, fault: Error): Promise<void> {
  const { cannotContinue, createLogs } = await import("./log.ts");
  createLogs(logLevels).of("node").fatal({ err: fault }, cannotContinue(fault));
}

/** The options of the process, whatever the chain. */
function addProcessOptions(command: Command): void {
  command
    .option("--ready-file <file>", "a file with the addresses as JSON, which exists while the node is ready", path)
    .addOption(
      new Option("--seed-file <file>", "a file with the hex of --seed, for its owner only")
        .argParser(path)
        .conflicts("seed"),
    )
    .option("--quiet", "leave the mnemonics out of the output", false)
    .addOption(
      new Option("--log-level <levels>", "what is logged: a level, and others for modules, such as info,abci:debug")
        .argParser(logLevels)
        .default(parseLogLevels(DEFAULT_LOG_LEVEL), DEFAULT_LOG_LEVEL),
    )
    .option("--believe-rows", "rows of contracts come to the enclave without proofs; only with sim", false)
    .option(
      "--answer-past",
      "queries of contracts also read older heights, where a client names one; only with sim",
      false,
    )
    .option(
      "--exec-memory <MiB>",
      "most memory for objects of the thread that runs blocks",
      integer(64, 1_000_000),
      EXEC_MEMORY_MB,
    );
}

/** The command line of the node. Never throws: prints the error and sets the exit code. */
export async function runCommand(argv: readonly string[], enclave: EnclaveEntries): Promise<void> {
  const program = new Command("sotto");
  program.description("A private smart-contract chain on this machine").version(VERSION);
  const seed = secret(program, "--seed", /^[0-9a-fA-F]{64}$/, "64 hex digits are needed");
  // Bytes for the platform driver, up to 64 KiB.
  const hexBytes = /^([0-9a-fA-F]{2}){0,65536}$/;
  const driverOptions = secret(program, "--driver-options", hexBytes, "hex digits are needed, two for each byte");
  const startCommand = addRetentionFlags(addEngineFlags(program.command("start", { isDefault: true })))
    .description("run the funded one-node network")
    .option("--home <dir>", "folder of the chain (default: ~/.sotto/<chain id>)", path)
    .option("--chain-id <id>", "chain id", chainId, "secretdev-1")
    .option("--block-time <time>", "time between blocks, 100ms to 6s", blockTime, 1000)
    .option("--instant", "a block as soon as there is a transaction, and one more", false)
    .option("--block-gas <gas>", `most gas of a new chain's blocks, or none (default: ${LOCAL_BLOCK_GAS})`, blockGas)
    .option("--reset", "forget the chain in the folder and start a new one", false)
    .option("--in-memory", "keep nothing after the end", false)
    .option("--port-offset <n>", "added to every standard port", integer(0, 30_000), 0)
    .option("--listen <address>", "address to listen on, for example ::1, or :: for all", address, "127.0.0.1")
    .option("--rest-port <port>", `REST (default: ${DEFAULT_PORTS.rest})`, port)
    .option("--rpc-port <port>", `CometBFT RPC (default: ${DEFAULT_PORTS.rpc})`, port)
    .option("--grpc-port <port>", `gRPC (default: ${DEFAULT_PORTS.grpc})`, port)
    .option("--grpc-web-port <port>", `gRPC-web (default: ${DEFAULT_PORTS.grpcWeb})`, port)
    .option("--faucet-port <port>", `faucet (default: ${DEFAULT_PORTS.faucet})`, port)
    .option("--metrics-port <port>", "metrics for Prometheus, /healthz and /readyz (default: none)", port)
    .option("--seed <hex>", "32 bytes in hex: the same keys again, for tests", seed)
    .option("--genesis <file>", "a genesis file that a new chain begins with, such as one of export", path)
    .option("--genesis-account <address=coins>", "funds an account of a new chain; may be repeated", genesisAccount)
    .option("--validators <n>", "validators of a new chain (default: 1)", integer(1, MOST_VALIDATORS))
    .option(
      "--miss <validator@heights>",
      "blocks that a validator does not sign, such as 3@100-150; may be repeated",
      missedBlocks,
    )
    .addOption(
      new Option("--enclave <transport>", "worker: in a thread of its own")
        .choices(["inline", "worker"])
        .default("inline"),
    )
    .option("--driver <name>", "the hardware under the enclave; sim is none", "sim")
    .option(
      "--driver-options <hex>",
      "what the driver reads (default: with --seed a seed, else nothing)",
      driverOptions,
    )
    .action(async (flags: Flags, command: Command) => {
      try {
        const isGiven = command.getOptionValueSource("chainId") !== "default";
        await start(await ofGenesisFile(flags, isGiven), enclave);
      } catch (thrown) {
        exitWith(thrown);
      }
    });
  addProcessOptions(startCommand);
  addExport(program, exitWith);
  addDebug(program, exitWith);
  addSnapshots(program, exitWith);
  addRollback(program, exitWith);
  addStatus(program, exitWith);
  addEnclave(program, enclave, exitWith);
  await program.parseAsync([...argv], { from: "user" });
}

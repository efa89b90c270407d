// SPDX-License-Identifier: Apache-2.0
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { COMETBFT_RELEASE, findCometbft, installCometbft } from "@sotto/cometbft";
import { Command, InvalidArgumentError, Option } from "commander";
import { examine } from "./doctor.ts";
import { addNode, initNetwork } from "./init.ts";
import { startNetwork } from "./start.ts";
import { networkStatus, statusLine } from "./status.ts";
import { stopNetwork } from "./stop.ts";
import { makeValidator } from "./validator.ts";

export interface LauncherPath {
  /** Path of sotto/dist/main.js, which starts a node. */
  readonly launcher: string;
}

/** More do not fit one machine. */
const MOST_VALIDATORS = 16;
const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"];

function integer(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (/^[0-9]+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is needed`);
  };
}

function folder(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("a name is needed");
  return resolve(/^~(?=\/|$)/.test(text) ? join(homedir(), text.slice(1)) : text);
}

function chainId(text: string): string {
  if (/^[A-Za-z0-9][\w.-]{0,49}$/.test(text)) return text;
  throw new InvalidArgumentError("a chain id has 1 to 50 letters, digits, dots, hyphens or underscores");
}

/** `500ms`, `1s`, `2.5s`. */
function blockTime(text: string): number {
  const [, number, unit] = /^([0-9]{1,5}(?:\.[0-9]{1,3})?)(ms|s)$/.exec(text) ?? [];
  const ms = Number(number) * (unit === "s" ? 1000 : 1);
  if (!(ms >= 100 && ms <= 60_000)) throw new InvalidArgumentError("100ms to 60s is needed, for example 500ms or 1s");
  return Math.round(ms);
}

function amount(text: string): bigint {
  if (/^[1-9][0-9]{0,29}$/.test(text)) return BigInt(text);
  throw new InvalidArgumentError("a whole number of uscrt is needed");
}

function numbers(text: string, before: readonly number[] | undefined): readonly number[] {
  return [...(before ?? []), integer(1, 1000)(text)];
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** CometBFT: the given path, SOTTO_COMETBFT, the user's cache, PATH. */
const find = ({ cometbft = process.env["SOTTO_COMETBFT"] }: CometFlag): string => {
  try {
    return findCometbft({ path: cometbft, searchPath: process.env["PATH"] });
  } catch (thrown) {
    const text = thrown instanceof Error ? thrown.message : String(thrown);
    throw new Error(`${text}\nOr run: sotto network install`, { cause: thrown });
  }
};

interface HomeFlag {
  readonly home: string;
}
interface CometFlag {
  readonly cometbft?: string;
}
interface InitFlags extends HomeFlag, CometFlag {
  readonly validators: number;
  readonly chainId: string;
  readonly blockTime: number;
  readonly basePort?: number;
  readonly snapshotInterval: number;
  readonly force: boolean;
}
interface StartFlags extends HomeFlag, CometFlag {
  readonly validator?: readonly number[];
  readonly logLevel: string;
}
interface JoinFlags extends HomeFlag, CometFlag {
  readonly validator?: number;
  readonly from: string;
  readonly stake?: bigint;
  readonly stateSync: boolean;
}

const homed = (command: Command): Command => command.requiredOption("--home <dir>", "folder of the network", folder);
const comet = (command: Command): Command =>
  command.option(
    "--cometbft <file>",
    `a cometbft ${COMETBFT_RELEASE} (default: SOTTO_COMETBFT, ~/.sotto, PATH)`,
    folder,
  );

function addInit(program: Command): void {
  comet(homed(program.command("init").description("make the folders, keys and genesis of a network on this machine")))
    .option("--validators <n>", "number of validators", integer(1, MOST_VALIDATORS), 4)
    .option("--chain-id <id>", "chain id", chainId, "sotto-net-1")
    .option("--block-time <time>", "pause after a block, 100ms to 60s", blockTime, 1000)
    .option(
      "--base-port <port>",
      "first port; each node takes ten (default: a free range from 26600)",
      integer(1024, 65_000),
    )
    .option("--snapshot-interval <n>", "a snapshot for state sync every so many blocks; 0: none", integer(0, 1e9), 0)
    .option("--force", "also in a folder that is not empty: a network in it is replaced, other files stay", false)
    .action(async ({ home, blockTime: blockTimeMs, basePort, ...flags }: InitFlags) => {
      const binary = find(flags);
      const { chainId: id, nodes } = await initNetwork({ ...flags, home, blockTimeMs, basePort, binary });
      print(
        `the network ${id} with ${nodes.length} validators is in ${home}; start it with: sotto network start --home ${home}`,
      );
    });
}

function addStart(program: Command, { launcher }: LauncherPath): void {
  comet(homed(program.command("start").description("run the nodes and their CometBFT until a signal or stop")))
    .option("--validator <n>", "only this node; may be repeated (default: all)", numbers)
    .addOption(new Option("--log-level <level>", "what both programs log").choices(LOG_LEVELS).default("warn"))
    .action(async ({ home, validator, logLevel, ...flags }: StartFlags) => {
      // The reader of the log view may have ended.
      for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
      const isGood = await startNetwork({
        home,
        validators: validator,
        binary: find(flags),
        launcher,
        logLevel,
        print,
      });
      if (!isGood) process.exitCode = 1;
    });
}

function addStatus(program: Command): void {
  homed(program.command("status").description("height, app hash, peers and enclave of each node"))
    .option("--json", "as JSON", false)
    .action(async ({ home, json }: HomeFlag & { readonly json: boolean }) => {
      const status = await networkStatus(home);
      print(json ? JSON.stringify(status, undefined, 2) : status.nodes.map(statusLine).join("\n"));
      if (status.nodes.some(({ fault }) => fault !== null)) process.exitCode = 1;
    });
}

function addStop(program: Command): void {
  homed(program.command("stop").description("ask the running start to stop its nodes, and wait"))
    .option("--validator <n>", "only this node; may be repeated (default: all)", numbers)
    .action(async ({ home, validator }: HomeFlag & { readonly validator?: readonly number[] }) => {
      const stopped = await stopNetwork(home, validator);
      print(stopped.length === 0 ? "no node ran" : `stopped node ${stopped.join(", ")}`);
    });
}

function addJoin(program: Command, { launcher }: LauncherPath): void {
  comet(
    homed(
      program.command("join").description("add a full node to a running network, or make one that runs a validator"),
    ),
  )
    .option("--validator <n>", "make node n a validator, by a staking transaction", integer(1, 1000))
    .option("--from <account>", "the developer's account that signs: a, b, c or d; it can operate one validator", "d")
    .option("--state-sync", "begin with a snapshot of the network, in place of the first block", false)
    .option("--stake <uscrt>", "what the account delegates (default: as a genesis validator)", amount)
    .action(async ({ home, validator, from, stake, stateSync, ...flags }: JoinFlags) => {
      if (validator === undefined) {
        const { number } = await addNode({ home, from, launcher, stateSync, binary: find(flags) });
        print(
          `node ${number} is in ${join(home, `node${number}`)}; start it with: sotto network start --home ${home} --validator ${number}\nWhen it is in step: sotto network join --home ${home} --validator ${number}`,
        );
        return;
      }
      const hash = await makeValidator({ home, number: validator, from, stake });
      print(`node ${validator} is a validator by transaction ${hash}; it votes two blocks later`);
    });
}

function addInstall(program: Command): void {
  comet(program.command("install").description(`find CometBFT ${COMETBFT_RELEASE}, or compile it with Go`)).action(
    async (flags: CometFlag) => {
      let path: string;
      try {
        path = find(flags);
      } catch (thrown) {
        // The operator's own file is not replaced.
        if ((flags.cometbft ?? process.env["SOTTO_COMETBFT"]) !== undefined) throw thrown;
        print(`CometBFT ${COMETBFT_RELEASE} is compiled, which takes a minute or two`);
        path = await installCometbft();
      }
      print(`CometBFT ${COMETBFT_RELEASE} is ${path}`);
    },
  );
}

function addDoctor(program: Command): void {
  comet(
    homed(program.command("doctor").description("look at ports, clock, disk, limits, genesis, keys and peers")),
  ).action(async ({ home, ...flags }: HomeFlag & CometFlag) => {
    const found = await examine(home, () => find(flags));
    for (const { name, isGood, text } of found) print(`${isGood ? "ok   " : "FAULT"} ${name}: ${text}`);
    if (found.some(({ isGood }) => !isGood)) process.exitCode = 1;
  });
}

/** The commands of `sotto network`. Never throws: prints the error and sets the exit code. */
export async function runNetworkCommand(argv: readonly string[], launcher: LauncherPath): Promise<void> {
  const program = new Command("sotto network");
  program.description("A network of validators on this machine, each a node and a stock CometBFT");
  addInit(program);
  addStart(program, launcher);
  addStatus(program);
  addStop(program);
  addJoin(program, launcher);
  addInstall(program);
  addDoctor(program);
  try {
    await program.parseAsync([...argv], { from: "user" });
  } catch (thrown) {
    process.stderr.write(`\nsotto network: ${thrown instanceof Error ? thrown.message : thrown}\n\n`);
    process.exitCode = 1;
  }
}

/**
 * What a host is told when an enclave does not start: one code for each cause, whatever the driver.
 */
import { fromUtf8 } from "@sotto/bytes";
import { createEnclave, createEnclavePeer } from "@sotto/enclave";
import { EnvironmentFault } from "@sotto/errors";
import { createSim, type PlatformFactory } from "@sotto/platform";
import { BoundaryError, EnclaveError, enclaveClient, type StartRequest, serveEnclave } from "@sotto/protocol";
import { inlineChannel, workerChannel } from "@sotto/transport";
import { afterAll, describe, expect, it } from "vitest";
import { BlockMaker } from "../support/blockMaker.ts";
import { startRequest } from "../support/enclave.ts";

const NONE = new Uint8Array(0);
const CHAIN = "driver-1";
const request = startRequest({ chainId: CHAIN, validators: new BlockMaker(CHAIN).validators });
const refused = (factory: { readonly codespace: string; readonly code: number; readonly summary: string }) =>
  expect.objectContaining({ codespace: factory.codespace, code: factory.code, message: factory.summary });
const over = (open: PlatformFactory) => enclaveClient(inlineChannel(serveEnclave(createEnclave(open))));

const worker = workerChannel(new URL(import.meta.resolve("@sotto/enclave/worker")));
afterAll(() => worker.close());

describe.each([
  ["inline", inlineChannel(createEnclavePeer())],
  ["in a worker", worker],
])("an enclave %s", (_name, channel) => {
  const enclave = enclaveClient(channel);

  it.each<[string, Partial<StartRequest>, Parameters<typeof refused>[0]]>([
    ["a driver that it does not have", { driver: "tdx" }, BoundaryError.unknownDriver],
    ["no driver", { driver: "" }, BoundaryError.unknownDriver],
    ["a production chain", { chainId: "secret-4" }, BoundaryError.chainRefused],
    ["options that the driver does not read", { driverOptions: fromUtf8("loud") }, BoundaryError.driverOptions],
    ["sealed bytes that are none", { sealed: fromUtf8("sealed elsewhere") }, BoundaryError.sealedState],
    ["validators that are none", { validators: NONE }, BoundaryError.invalidBlock],
  ])("says that it got %s", (_what, change, factory) => {
    expect(() => enclave.start({ ...request, ...change })).toThrow(refused(factory));
    expect(() => enclave.commitBlock()).toThrow(refused(BoundaryError.notStarted));
  });
});

describe("an enclave of another driver", () => {
  const sim =
    (key: number): PlatformFactory =>
    (_driver, chainId) =>
      createSim({ chainId, sealingKey: new Uint8Array(32).fill(key) });

  it("gets name and options as its host gave them, read by nobody else", () => {
    const seen: unknown[] = [];
    const enclave = over((driver, chainId, options) => {
      seen.push([driver, chainId, options]);
      return sim(1)(driver, chainId, options);
    });
    const driverOptions = fromUtf8('{"device":"/dev/any"}');
    enclave.start({ ...request, driver: "any", driverOptions });
    expect(seen).toEqual([["any", CHAIN, driverOptions]]);
  });

  it("says that its hardware is missing, and does not blame chain or options", () => {
    const enclave = over(() => {
      throw BoundaryError.hardwareMissing("no device of this machine leaves in a text");
    });
    expect(() => enclave.start(request)).toThrow(refused(BoundaryError.hardwareMissing));
  });

  it("does not open what another platform sealed, and says so", () => {
    const { sealed } = over(sim(1)).start(request);
    expect(over(sim(1)).start({ ...request, sealed }).sealed.length).toBe(sealed.length);
    expect(() => over(sim(2)).start({ ...request, sealed })).toThrow(refused(BoundaryError.sealedState));
  });

  it("that breaks is a bug, of which no word leaves", () => {
    const enclave = over(() => {
      throw new EnvironmentFault("the key is ab ab ab");
    });
    expect(() => enclave.start(request)).toThrow(refused(EnclaveError.internal));
  });
});

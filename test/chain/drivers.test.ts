// SPDX-License-Identifier: Apache-2.0
/** Errors of an enclave that does not start: one code for each cause, the same for every driver. */
import { fromUtf8 } from "@sotto/bytes";
import { startRequest } from "@sotto/contract-test/parts";
import { createEnclave, createEnclavePeer } from "@sotto/enclave";
import { EnvironmentFault } from "@sotto/errors";
import { createSim, type PlatformFactory } from "@sotto/platform";
import { BoundaryError, EnclaveError, enclaveClient, type StartRequest, serveEnclave } from "@sotto/protocol";
import { inlineChannel, workerChannel } from "@sotto/transport";
import { afterAll, describe, expect, it } from "vitest";
import { BlockMaker } from "../support/blockMaker.ts";

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
    ["invalid sealed bytes", { sealed: fromUtf8("sealed elsewhere") }, BoundaryError.sealedState],
    ["invalid validators", { validators: NONE }, BoundaryError.invalidBlock],
  ])("reports %s", (_what, change, factory) => {
    expect(() => enclave.start({ ...request, ...change })).toThrow(refused(factory));
    expect(() => enclave.commitBlock()).toThrow(refused(BoundaryError.notStarted));
  });
});

describe("an enclave of another driver", () => {
  const sim =
    (key: number): PlatformFactory =>
    (_driver, chainId) =>
      createSim({ chainId, sealingKey: new Uint8Array(32).fill(key) });

  it("gets name and options unchanged from its host, and no other code reads them", () => {
    const seen: unknown[] = [];
    const enclave = over((driver, chainId, options) => {
      seen.push([driver, chainId, options]);
      return sim(1)(driver, chainId, options);
    });
    const driverOptions = fromUtf8('{"device":"/dev/any"}');
    enclave.start({ ...request, driver: "any", driverOptions });
    expect(seen).toEqual([["any", CHAIN, driverOptions]]);
  });

  it("reports that its hardware is missing, without an error for chain or options", () => {
    const enclave = over(() => {
      throw BoundaryError.hardwareMissing("no device of this machine leaves in a text");
    });
    expect(() => enclave.start(request)).toThrow(refused(BoundaryError.hardwareMissing));
  });

  it("reports that it cannot open bytes that another platform sealed", () => {
    const { sealed } = over(sim(1)).start(request);
    expect(over(sim(1)).start({ ...request, sealed }).sealed.length).toBe(sealed.length);
    expect(() => over(sim(2)).start({ ...request, sealed })).toThrow(refused(BoundaryError.sealedState));
  });

  it("that throws an unknown error reports a bug, without any text of the error", () => {
    const enclave = over(() => {
      throw new EnvironmentFault("the key is ab ab ab");
    });
    expect(() => enclave.start(request)).toThrow(refused(EnclaveError.internal));
  });
});

// SPDX-License-Identifier: Apache-2.0
import { EnclaveError } from "@sotto/protocol";
import { describe, expect, it } from "vitest";
import wabt from "wabt";
import { Chain, failure, probeV1, User } from "./chain.ts";

const tool = await wabt();
const FLOATS = tool
  .parseWat(
    "floats.wat",
    `(module (memory (export "memory") 1)
      (func (export "interface_version_8"))
      (func (export "allocate") (param i32) (result i32) local.get 0)
      (func (export "deallocate") (param i32))
      (func (export "instantiate") (param i32 i32 i32) (result i32) i32.const 0)
      (func (export "execute") (param i32 i32 i32) (result i32) i32.const 0)
      (func (export "query") (param i32 i32) (result i32) i32.const 0)
      (func (result f64) f64.const 1))`,
  )
  .toBinary({})
  .buffer.slice();

describe("code with floats, which a host brings without having checked it,", () => {
  it("is refused when the enclave loads it, for a new contract and for a migration", () => {
    const chain = new Chain(probeV1, FLOATS);
    const user = new User(7);
    expect(failure(() => user.create(chain, 2)).answer?.fault).toBe(EnclaveError.floatingPoint.code);
    const contract = user.create(chain, 1, [], user.text);
    const migrate = () => {
      const msg = user.encrypt(FLOATS, { ops: [] });
      chain.deliver({ kind: "migrate", sender: user.address, contract, codeId: 2, msg });
    };
    // Twice: a refusal is not cached as loaded code.
    for (let i = 0; i < 2; i++) expect(failure(migrate).answer?.fault).toBe(EnclaveError.floatingPoint.code);
    expect(user.query(chain, contract, probeV1, { output: { text: "still here" } })).toEqual(["still here"]);
  });
});

// SPDX-License-Identifier: Apache-2.0
import { type DescField, type DescMessage, getOption } from "@bufbuild/protobuf";
import { parseAddress, prefix } from "@sotto/address";
import { toLatin1 } from "@sotto/bytes";
import { ProtoReader, resolveType, type TypeRegistry } from "@sotto/codec";
import { assert, SdkError } from "@sotto/errors";
import { signer } from "@sotto/proto/cosmos.msg.v1";
import { scalar } from "@sotto/proto/cosmos_proto";
import type { DecodedTx } from "./decode.ts";
import { asTxDecode } from "./errors.ts";
import type { PackedAny } from "./packedAny.ts";

/** One signer field of a message type, read from the descriptor once. */
interface SignerField {
  readonly tag: number;
  /**
   * The form of the field: text with a prefix, raw bytes (messages of `secret.*`), or messages with
   * signers.
   */
  readonly form: { readonly prefix: string } | "bytes" | readonly SignerField[];
  readonly repeated: boolean;
}

const plans = new WeakMap<DescMessage, readonly SignerField[]>();

function planOf(schema: DescMessage): readonly SignerField[] {
  let plan = plans.get(schema);
  if (plan === undefined) {
    plan = getOption(schema, signer).map((name) => signerField(schema, name));
    plans.set(schema, plan);
  }
  return plan;
}

function signerField(schema: DescMessage, name: string): SignerField {
  const field = schema.fields.find((one) => one.name === name);
  assert(field !== undefined, `${schema.typeName} has no signer field ${name}`);
  const repeated = field.fieldKind === "list";
  const tag = field.number * 8 + 2;
  if (field.message !== undefined) {
    const form = planOf(field.message);
    assert(form.length > 0, `${schema.typeName}.${name} holds no signer`);
    return { tag, form, repeated };
  }
  return { tag, form: isBytes(field) ? "bytes" : { prefix: prefixOf(field) }, repeated };
}

const SCALAR_BYTES = 12;
const isBytes = (field: DescField): boolean => field.fieldKind === "scalar" && field.scalar === SCALAR_BYTES;

function prefixOf(field: DescField): string {
  const kind = getOption(field, scalar);
  if (kind === "cosmos.ValidatorAddressString") return prefix.validator;
  return kind === "cosmos.ConsensusAddressString" ? prefix.consensus : prefix.account;
}

/** Reads the text of an address with a prefix. Throws for an invalid one. */
export type ReadAddress = (text: string, prefix: string) => Uint8Array;

/**
 * The addresses that must sign a message, from its option cosmos.msg.v1.signer, in order, with
 * repetitions. Reads only the signer fields. Throws SdkError.txDecode for malformed bytes, and for
 * an invalid address as `read`: by default SdkError.invalidAddress.
 */
export function messageSigners(
  message: PackedAny,
  registry: TypeRegistry,
  read: ReadAddress = parseAddress,
): Uint8Array[] {
  const out: Uint8Array[] = [];
  asTxDecode(() => {
    const schema = resolveType(registry, message.typeUrl);
    const plan = planOf(schema);
    if (plan.length === 0)
      throw SdkError.txDecode(`${schema.typeName} has no signers: it is not a message of a service`);
    collect(new ProtoReader(message.value), plan, out, read);
  });
  return out;
}

/**
 * Fields in the order of the option; of a repeated entry of a single field the last value counts.
 * Depth: that of the descriptors.
 */
function collect(r: ProtoReader, plan: readonly SignerField[], out: Uint8Array[], read: ReadAddress): void {
  const found: Uint8Array[][] = plan.map(() => []);
  for (let tag = r.tag(); tag !== 0; tag = r.tag()) {
    const at = plan.findIndex((field) => field.tag === tag);
    const field = plan[at];
    if (field === undefined) {
      r.skip(tag);
      continue;
    }
    const into = found[at] as Uint8Array[];
    if (!field.repeated) into.length = 0;
    if (field.form === "bytes") into.push(r.bytes());
    else if ("prefix" in field.form) into.push(read(r.string(), field.form.prefix));
    else {
      const outer = r.enter();
      collect(r, field.form, into, read);
      r.leave(outer);
    }
  }
  for (let i = 0; i < plan.length; i++) {
    const addresses = found[i] as Uint8Array[];
    // An absent field is an empty address, as in the reference.
    if (addresses.length === 0 && plan[i]?.repeated === false) addresses.push(read("", prefix.account));
    // One by one: a spread puts all of them on the stack, and a message may name hundreds of
    // thousands.
    for (const address of addresses) out.push(address);
  }
}

/**
 * The address that pays the fee: the payer of the fee, or else the first signer. Throws
 * SdkError.invalidAddress for an invalid address and SdkError.noSignatures without a signer.
 */
export function feePayer(tx: DecodedTx, signers: readonly Uint8Array[]): Uint8Array {
  const payer = tx.authInfo.fee?.payer ?? "";
  const [first] = signers;
  if (payer !== "") return parseAddress(payer);
  if (first === undefined) throw SdkError.noSignatures();
  return first;
}

/**
 * The signers of the first message that names any; empty when no message does. Cost: later messages
 * are not read.
 */
export function firstSigners(tx: DecodedTx, registry: TypeRegistry): Uint8Array[] {
  for (const message of tx.messages) {
    const signers = messageSigners(message, registry);
    if (signers.length > 0) return signers;
  }
  return [];
}

/**
 * The addresses that must sign a transaction, each once: the signers of its messages in order, then
 * the fee payer if it is not among them (x/auth/tx, GetSigners). Throws as `messageSigners`.
 */
export function txSigners(tx: DecodedTx, registry: TypeRegistry, read?: ReadAddress): Uint8Array[] {
  const seen = new Set<string>();
  const out: Uint8Array[] = [];
  const add = (address: Uint8Array): void => {
    const key = toLatin1(address);
    if (seen.has(key)) return;
    seen.add(key);
    out.push(address);
  };
  for (const message of tx.messages) for (const address of messageSigners(message, registry, read)) add(address);
  const payer = tx.authInfo.fee?.payer ?? "";
  if (payer !== "") add(parseAddress(payer));
  return out;
}

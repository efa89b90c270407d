import { create, type Message } from "@bufbuild/protobuf";
import { equals } from "@sotto/bytes";
import { decode, encode } from "@sotto/codec";
import { ChainError, SdkError } from "@sotto/errors";
import type { MsgRoute, Router, WriteCtx } from "@sotto/kernel";
import { chainTypes, messageSigners } from "@sotto/tx";
import { failedBasicValidation } from "./checks.ts";
import { ComputeError } from "./errors.ts";
import type { RoutedMessage } from "./needs.ts";

/** Runs a message that a contract asked for, in the contract's own name only (x/compute handler_plugin.go). */
export function runRouted(router: Router, ctx: WriteCtx, message: RoutedMessage, signer: Uint8Array): Uint8Array {
  const route = router.messageAt(message.typeUrl, ctx.block.height);
  if (route === undefined) throw unpacked(message);
  const opened = open(route, message);
  const signers = signersOf(message);
  if (signers.length === 0 || !signers.every((each) => equals(each, signer))) {
    throw SdkError.unauthorized("contract doesn't have permission");
  }
  const output = route.handle(ctx, opened);
  return encode(route.output, create(route.output, output));
}

const unpacked = ({ typeUrl }: RoutedMessage): ChainError =>
  ComputeError.invalidMsg(`Cannot unpack proto message with type URL: ${typeUrl.slice(0, 128)}`);

/** Decoded and checked without state. */
function open(route: MsgRoute, sent: RoutedMessage): Message {
  let message: Message;
  try {
    message = decode(route.input, sent.value, "reject");
  } catch (thrown) {
    throw thrown instanceof ChainError ? unpacked(sent) : thrown;
  }
  try {
    route.check?.(message);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw thrown.wrap(failedBasicValidation(route.input.name));
    throw thrown;
  }
  return message;
}

function signersOf(message: RoutedMessage): Uint8Array[] {
  try {
    return messageSigners(message, chainTypes);
  } catch (thrown) {
    if (thrown instanceof ChainError) throw ComputeError.invalidMsg(`Cannot unpack proto message: ${thrown.message}`);
    throw thrown;
  }
}

// SPDX-License-Identifier: Apache-2.0
import {
  type Answer,
  Code,
  HEIGHT_HEADER,
  type HttpRequest,
  type Refusal,
  StatusError,
  type WholeResponse,
} from "@sotto/backend";
import { frame, PREFIX, percentEncode, takeMessage } from "@sotto/backend/grpcWire";
import { concat, fromBase64, fromUtf8, toBase64, toUtf8 } from "@sotto/bytes";
import { grpcHeaders } from "./grpc.ts";
import type { GrpcMethod } from "./grpcMethod.ts";

// Source: github.com/grpc/grpc, doc/PROTOCOL-WEB.md and PROTOCOL-HTTP2.md.

const TRAILER = 0x80;
/** The caller bounds a body. */
const MOST_LENGTH = 0xffff_ffff;

/** The one message of a unary request. */
function readMessage(body: Uint8Array): Uint8Array {
  if (body.length < PREFIX) throw new StatusError(Code.invalidArgument, "the request has no message");
  const taken = takeMessage(body, MOST_LENGTH);
  if (taken === undefined) throw new StatusError(Code.invalidArgument, "the request is cut");
  return taken.message;
}

/**
 * Parts of a text that are read: one for each time the client flushed. Hazard: two characters can
 * be an array of 100 bytes.
 */
const MOST_PARTS = 1_024;

/** Text mode: base64, where each flushed part may have its own padding. */
function fromBase64Parts(body: string): Uint8Array {
  const text = body.replace(/[\r\n]/g, "");
  const parts: Uint8Array[] = [];
  const pattern = /[^=]+={0,2}/g;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const bytes = fromBase64(match[0]);
    if (bytes === undefined) throw new StatusError(Code.invalidArgument, "the request is not base64");
    if (parts.push(bytes) > MOST_PARTS) {
      throw new StatusError(Code.invalidArgument, `the request has over ${MOST_PARTS} parts of base64`);
    }
  }
  return concat(...parts);
}

const trailers = (code: number, message: string): Uint8Array =>
  frame(
    TRAILER,
    fromUtf8(`grpc-status: ${code}\r\n${message === "" ? "" : `grpc-message: ${percentEncode(message)}\r\n`}`),
  );

/** Whether a request is gRPC-web, so that one port can serve it beside REST. */
export const isGrpcWeb = ({ headers }: Pick<HttpRequest, "headers">): boolean =>
  String(headers["content-type"] ?? "").startsWith("application/grpc-web");

const isText = (type: string): boolean => type.startsWith("application/grpc-web-text");

function answerOf(type: string, body: Uint8Array, more: Readonly<Record<string, string>> = {}): WholeResponse {
  const text = isText(type);
  const headers = { "content-type": text ? "application/grpc-web-text+proto" : "application/grpc-web+proto", ...more };
  return { status: 200, headers, body: text ? fromUtf8(toBase64(body)) : body };
}

/** The refusal of a request in the form of gRPC-web. */
export const refuseGrpcWeb = ({ status, code, message }: Refusal): WholeResponse => ({
  ...answerOf("", trailers(code, message)),
  status,
});

/** gRPC-web, binary and text, over unary methods. Never rejects. */
export function createGrpcWeb(methods: readonly GrpcMethod[]) {
  const byPath = new Map(methods.map((method) => [method.path, method]));

  async function call(request: HttpRequest, text: boolean): Promise<Answer> {
    const path = request.url.split("?")[0] ?? "";
    const method = byPath.get(path);
    if (method === undefined) throw new StatusError(Code.unimplemented, `unknown method ${path.slice(0, 128)}`);
    const body = text ? fromBase64Parts(toUtf8(request.body) ?? "?") : request.body;
    const height = request.headers[HEIGHT_HEADER];
    return method.call(readMessage(body), typeof height === "string" ? height : height?.[0]);
  }

  return async (request: HttpRequest): Promise<WholeResponse> => {
    const type = String(request.headers["content-type"] ?? "");
    try {
      const answer = await call(request, isText(type));
      return answerOf(type, concat(frame(0, answer.value), trailers(Code.ok, "")), grpcHeaders(answer));
    } catch (thrown) {
      const { code, message } =
        thrown instanceof StatusError ? thrown : new StatusError(Code.internal, "internal error");
      return answerOf(type, trailers(code, message));
    }
  };
}

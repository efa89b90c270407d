import { beU32, concat, fromBase64, fromUtf8, readBeU32, toBase64, toUtf8 } from "@sotto/bytes";
import { type GrpcMethod, grpcHeaders } from "./grpc.ts";
import { HEIGHT_HEADER, type HttpRequest, type HttpResponse } from "./http.ts";
import type { Answer } from "./route.ts";
import { Code, StatusError } from "./status.ts";

// Source: github.com/grpc/grpc, doc/PROTOCOL-WEB.md and PROTOCOL-HTTP2.md.

const TRAILER = 0x80;
const COMPRESSED = 0x01;

function frame(flag: number, payload: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(flag), beU32(payload.length), payload);
}

/** The one message of a unary request. */
function readMessage(body: Uint8Array): Uint8Array {
  if (body.length < 5) throw new StatusError(Code.invalidArgument, "the request has no message");
  const flag = body[0] as number;
  const length = readBeU32(body, 1);
  if ((flag & COMPRESSED) !== 0) throw new StatusError(Code.unimplemented, "compressed messages are not supported");
  if (flag !== 0 || length > body.length - 5) throw new StatusError(Code.invalidArgument, "the request is cut");
  return body.subarray(5, 5 + length);
}

/** Text mode: base64, of which each flushed part may have padding of its own. */
function fromBase64Parts(text: string): Uint8Array {
  const parts = text.replace(/[\r\n]/g, "").match(/[^=]+={0,2}/g) ?? [];
  return concat(
    ...parts.map((part) => {
      const bytes = fromBase64(part);
      if (bytes === undefined) throw new StatusError(Code.invalidArgument, "the request is not base64");
      return bytes;
    }),
  );
}

/** grpc-message: percent-encoded UTF-8 outside printable ASCII. */
function percentEncode(text: string): string {
  let out = "";
  for (const byte of fromUtf8(text)) {
    const plain = byte >= 0x20 && byte <= 0x7e && byte !== 0x25;
    out += plain ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

const trailers = (code: number, message: string): Uint8Array =>
  frame(
    TRAILER,
    fromUtf8(`grpc-status: ${code}\r\n${message === "" ? "" : `grpc-message: ${percentEncode(message)}\r\n`}`),
  );

/** Whether a request speaks gRPC-web, so that one port can serve it beside REST. */
export const isGrpcWeb = ({ headers }: Pick<HttpRequest, "headers">): boolean =>
  String(headers["content-type"] ?? "").startsWith("application/grpc-web");

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

  return async (request: HttpRequest): Promise<HttpResponse> => {
    const type = String(request.headers["content-type"] ?? "");
    const text = type.startsWith("application/grpc-web-text");
    const headers: Record<string, string> = {
      "content-type": text ? "application/grpc-web-text+proto" : "application/grpc-web+proto",
    };
    const finish = (body: Uint8Array): HttpResponse => ({
      status: 200,
      headers,
      body: text ? fromUtf8(toBase64(body)) : body,
    });
    try {
      const answer = await call(request, text);
      Object.assign(headers, grpcHeaders(answer));
      return finish(concat(frame(0, answer.value), trailers(Code.ok, "")));
    } catch (thrown) {
      const { code, message } =
        thrown instanceof StatusError ? thrown : new StatusError(Code.internal, "internal error");
      return finish(trailers(code, message));
    }
  };
}

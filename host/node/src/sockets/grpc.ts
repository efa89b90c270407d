import { Server, ServerCredentials, type sendUnaryData, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { Metadata } from "@grpc/grpc-js";
import type { Listener } from "../config.ts";
import { portFault } from "./http.ts";

/** A unary method: bytes in, bytes out, and metadata that goes back. */
export interface GrpcMethod {
  /** `/cosmos.bank.v1beta1.Query/Balance` */
  readonly path: string;
  readonly call: (
    request: Uint8Array,
    metadata: Readonly<Record<string, string>>,
  ) => Promise<{ readonly response: Uint8Array; readonly metadata: Readonly<Record<string, string>> }>;
}

/** A failure with its gRPC status. */
export interface GrpcFailure {
  readonly code: number;
  readonly message: string;
}

const MESSAGE_LIMIT = 10 * 1024 * 1024;

const bytes = { serialize: (value: Uint8Array) => Buffer.from(value), deserialize: (value: Buffer) => new Uint8Array(value) };

/** Serves unary methods over HTTP/2 in clear. `failureOf` maps what a method throws. */
export async function serveGrpc(
  host: string,
  listener: Listener,
  methods: readonly GrpcMethod[],
  failureOf: (thrown: unknown) => GrpcFailure,
): Promise<{ close(): Promise<void> }> {
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
  });
  for (const { path, call } of methods) {
    const answer = (ask: ServerUnaryCall<Uint8Array, Uint8Array>, done: sendUnaryData<Uint8Array>): void => {
      const given = Object.fromEntries(Object.entries(ask.metadata.getMap()).map(([key, value]) => [key, String(value)]));
      call(ask.request, given).then(
        ({ response, metadata }) => {
          const back = new Metadata();
          for (const [key, value] of Object.entries(metadata)) back.set(key, value);
          ask.sendMetadata(back);
          done(null, response);
        },
        (thrown: unknown) => {
          const { code, message } = failureOf(thrown);
          done({ code: code as status, details: message });
        },
      );
    };
    server.register(path, answer, bytes.serialize, bytes.deserialize, "unary");
  }
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`${host}:${listener.port}`, ServerCredentials.createInsecure(), (error) => {
      if (error === null) resolve();
      else reject(portFault(listener, /EADDRINUSE/.test(error.message) ? { code: "EADDRINUSE" } : error));
    });
  });
  return {
    async close() {
      server.forceShutdown();
    },
  };
}

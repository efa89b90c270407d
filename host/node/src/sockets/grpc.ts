import { Metadata, Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from "@grpc/grpc-js";
import { type GrpcMethod, grpcHeaders, HEIGHT_HEADER, StatusError } from "@sotto/api";
import type { Listener } from "../config.ts";
import { portFault } from "./http.ts";

const MESSAGE_LIMIT = 10 * 1024 * 1024;

const bytes = {
  serialize: (value: Uint8Array) => Buffer.from(value),
  deserialize: (value: Buffer) => new Uint8Array(value),
};

/** Serves unary methods over HTTP/2 in clear. */
export async function serveGrpc(
  host: string,
  listener: Listener,
  methods: readonly GrpcMethod[],
): Promise<{ close(): Promise<void> }> {
  const server = new Server({
    "grpc.max_receive_message_length": MESSAGE_LIMIT,
    "grpc.max_send_message_length": MESSAGE_LIMIT,
  });
  for (const { path, call } of methods) {
    const answer = (ask: ServerUnaryCall<Uint8Array, Uint8Array>, done: sendUnaryData<Uint8Array>): void => {
      const [height] = ask.metadata.get(HEIGHT_HEADER);
      call(ask.request, height === undefined ? undefined : String(height)).then(
        (found) => {
          const metadata = new Metadata();
          for (const [key, value] of Object.entries(grpcHeaders(found))) metadata.set(key, value);
          ask.sendMetadata(metadata);
          done(null, found.value);
        },
        (thrown: unknown) => {
          if (thrown instanceof StatusError) done({ code: thrown.code as status, details: thrown.message });
          else done({ code: status.INTERNAL, details: "internal error" });
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

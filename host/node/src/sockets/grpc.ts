import { once } from "node:events";
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { type GrpcMethod, type GrpcStream, grpcHeaders, HEIGHT_HEADER, StatusError } from "@sotto/api";
import type { Listener } from "../config.ts";
import { portFault } from "./http.ts";

const MESSAGE_LIMIT = 10 * 1024 * 1024;

const bytes = {
  serialize: (value: Uint8Array) => Buffer.from(value),
  deserialize: (value: Buffer) => new Uint8Array(value),
};

const statusOf = (thrown: unknown) =>
  thrown instanceof StatusError
    ? { code: thrown.code as status, details: thrown.message }
    : { code: status.INTERNAL, details: "internal error" };

/** One answer to each message, in order: the next message is taken when the last one is answered and sent. */
function serveStream(server: Server, { path, open }: GrpcStream): void {
  const talk = (stream: ServerDuplexStream<Uint8Array, Uint8Array>): void => {
    const answer = open();
    let failed = false;
    let last: Promise<void> = Promise.resolve();
    const respond = async (request: Uint8Array): Promise<void> => {
      if (failed || stream.cancelled) return;
      try {
        const answered = await answer(request);
        if (!stream.write(answered)) await once(stream, "drain");
      } catch (thrown) {
        failed = true;
        stream.emit("error", statusOf(thrown));
      }
    };
    stream.on("data", (request: Uint8Array) => {
      stream.pause();
      last = last.then(() => respond(request)).then(() => void stream.resume());
    });
    // The end may be told while the last message is being answered.
    stream.on("end", () => void last.then(() => failed || stream.end()));
  };
  server.register(path, talk, bytes.serialize, bytes.deserialize, "bidi");
}

/** Serves methods over HTTP/2 in clear. */
export async function serveGrpc(
  host: string,
  listener: Listener,
  methods: readonly GrpcMethod[],
  streams: readonly GrpcStream[],
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
        (thrown: unknown) => done(statusOf(thrown)),
      );
    };
    server.register(path, answer, bytes.serialize, bytes.deserialize, "unary");
  }
  for (const stream of streams) serveStream(server, stream);
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

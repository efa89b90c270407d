// SPDX-License-Identifier: Apache-2.0
import { create } from "@bufbuild/protobuf";
import { Code, StatusError } from "@sotto/backend";
import { decode, encode } from "@sotto/codec";
import { ChainError } from "@sotto/errors";
import {
  ErrorResponseSchema,
  ExtensionNumberResponseSchema,
  FileDescriptorResponseSchema,
  ListServiceResponseSchema,
  ServerReflection,
  type ServerReflectionRequest,
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
  ServiceResponseSchema,
} from "@sotto/proto/grpc.reflection.v1";
import { createDescriptors, type Descriptors, encodeWithImports } from "./descriptors.ts";

// Source of behaviour and texts: grpc-go v1.72, reflection/internal, and protobuf-go,
// reflect/protoregistry.

/** A stream for a gRPC server: one answer to each message, in order. */
export interface GrpcStream {
  /** `/grpc.reflection.v1.ServerReflection/ServerReflectionInfo` */
  readonly path: string;
  /** Opens one stream. The returned function throws StatusError, which ends the stream. */
  readonly open: () => (request: Uint8Array) => Promise<Uint8Array>;
  /**
   * It does not end with the client's last message, but when the client disconnects or the node
   * stops.
   */
  readonly staysOpen?: boolean;
}

type MessageResponse = ServerReflectionResponse["messageResponse"];

/** The two versions differ in their names only: the bytes are the same. */
const VERSIONS = [ServerReflection.typeName, "grpc.reflection.v1alpha.ServerReflection"] as const;

const NOT_FOUND: MessageResponse = {
  case: "errorResponse",
  value: create(ErrorResponseSchema, { errorCode: Code.notFound, errorMessage: "proto: not found" }),
};

// Memory: no other part of the node loads every file, so the first request loads them.
let loading: Promise<Descriptors> | undefined;
const load = (): Promise<Descriptors> => {
  loading ??= import("@sotto/proto/files").then(({ files }) => createDescriptors(files));
  return loading;
};

async function respond(
  { messageRequest }: ServerReflectionRequest,
  services: readonly string[],
  sent: Set<string>,
): Promise<MessageResponse> {
  if (messageRequest.case === "listServices") {
    const service = services.map((name) => create(ServiceResponseSchema, { name }));
    return { case: "listServicesResponse", value: create(ListServiceResponseSchema, { service }) };
  }
  if (messageRequest.case === undefined) {
    throw new StatusError(Code.invalidArgument, "invalid MessageRequest: <nil>");
  }
  const known = await load();
  if (messageRequest.case === "allExtensionNumbersOfType") {
    const baseTypeName = messageRequest.value;
    const numbers = known.extensionNumbers(baseTypeName);
    if (numbers === undefined) return NOT_FOUND;
    const value = create(ExtensionNumberResponseSchema, { baseTypeName, extensionNumber: [...numbers] });
    return { case: "allExtensionNumbersResponse", value };
  }
  const file =
    messageRequest.case === "fileByFilename"
      ? known.file(messageRequest.value)
      : messageRequest.case === "fileContainingSymbol"
        ? known.fileOfSymbol(messageRequest.value)
        : known.fileOfExtension(messageRequest.value.containingType, messageRequest.value.extensionNumber);
  if (file === undefined) return NOT_FOUND;
  const value = create(FileDescriptorResponseSchema, { fileDescriptorProto: encodeWithImports(file, sent) });
  return { case: "fileDescriptorResponse", value };
}

function readRequest(bytes: Uint8Array): ServerReflectionRequest {
  try {
    return decode(ServerReflectionRequestSchema, bytes);
  } catch (thrown) {
    if (!(thrown instanceof ChainError)) throw thrown;
    throw new StatusError(Code.internal, `grpc: error unmarshalling request: ${thrown.message}`, thrown);
  }
}

/**
 * Server reflection, v1 and v1alpha, over services by full name; the services of reflection itself
 * are added.
 */
export function reflectionStreams(served: Iterable<string>): GrpcStream[] {
  const services = [...new Set([...served, ...VERSIONS])].sort();
  return VERSIONS.map((version) => ({
    path: `/${version}/ServerReflectionInfo`,
    open() {
      const sent = new Set<string>();
      return async (bytes) => {
        const request = readRequest(bytes);
        const messageResponse = await respond(request, services, sent);
        const response = { validHost: request.host, originalRequest: request, messageResponse };
        return encode(ServerReflectionResponseSchema, create(ServerReflectionResponseSchema, response));
      };
    },
  }));
}

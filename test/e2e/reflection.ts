// SPDX-License-Identifier: Apache-2.0
/**
 * A client of gRPC server reflection without the node's protobuf: it builds its types from the
 * answers.
 */

import {
  create,
  createFileRegistry,
  type FileRegistry,
  fromBinary,
  type MessageInitShape,
  toBinary,
} from "@bufbuild/protobuf";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, type ServiceError } from "@grpc/grpc-js";
import {
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from "@sotto/proto/grpc.reflection.v1";

export type ReflectionQuery = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

export const VERSIONS = ["grpc.reflection.v1", "grpc.reflection.v1alpha"] as const;

/**
 * One stream: sends every request, closes its side, and ends with all answers; rejects with the
 * status of a failed stream.
 */
export function reflect(
  port: number,
  version: string,
  asked: readonly ReflectionQuery[],
): Promise<ServerReflectionResponse[]> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const stream = client.makeBidiStreamRequest(
    `/${version}.ServerReflection/ServerReflectionInfo`,
    (request: ReflectionQuery) =>
      Buffer.from(
        toBinary(
          ServerReflectionRequestSchema,
          create(ServerReflectionRequestSchema, { host: "here", messageRequest: request }),
        ),
      ),
    (bytes: Buffer) => fromBinary(ServerReflectionResponseSchema, bytes),
  );
  return new Promise<ServerReflectionResponse[]>((resolve, reject) => {
    const answers: ServerReflectionResponse[] = [];
    stream.on("data", (answer: ServerReflectionResponse) => answers.push(answer));
    stream.on("error", (error: ServiceError) => reject(error));
    stream.on("end", () => resolve(answers));
    for (const request of asked) stream.write(request);
    stream.end();
  }).finally(() => client.close());
}

/** Paths of the files that an answer holds, in its order; empty for an answer of another kind. */
export function filesOf({ messageResponse }: ServerReflectionResponse): string[] {
  if (messageResponse.case !== "fileDescriptorResponse") return [];
  return messageResponse.value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

/** The types that the answers of one stream declare together. */
export function typesOf(answers: readonly ServerReflectionResponse[]): FileRegistry {
  const told = answers
    .flatMap(({ messageResponse }) =>
      messageResponse.case === "fileDescriptorResponse" ? messageResponse.value.fileDescriptorProto : [],
    )
    .map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes));
  const byName = new Map(told.map((each) => [each.name, each]));
  const file: FileDescriptorProto[] = [];
  // A registry wants a file after those that it imports.
  const take = (name: string): void => {
    const found = byName.get(name);
    if (found === undefined || file.includes(found)) return;
    found.dependency.forEach(take);
    file.push(found);
  };
  [...byName.keys()].forEach(take);
  return createFileRegistry(create(FileDescriptorSetSchema, { file }));
}

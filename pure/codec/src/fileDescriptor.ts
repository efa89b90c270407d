// SPDX-License-Identifier: Apache-2.0
import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/**
 * Protobuf of a file's google.protobuf.FileDescriptorProto, options of other packages included:
 * `encode` would drop these options, which protobuf-es stores as unknown fields.
 */
export const encodeFileDescriptor = (file: DescFile): Uint8Array => toBinary(FileDescriptorProtoSchema, file.proto);

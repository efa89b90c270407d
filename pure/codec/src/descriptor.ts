import { type DescFile, toBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** The FileDescriptorProto bytes of a file, options included: what server reflection answers. */
export const encodeFileDescriptor = (file: DescFile): Uint8Array => toBinary(FileDescriptorProtoSchema, file.proto);

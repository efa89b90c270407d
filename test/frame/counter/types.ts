// SPDX-License-Identifier: Apache-2.0
/** The messages and queries of the counter, like the declarations of a .proto file. */
import {
  create,
  createFileRegistry,
  createRegistry,
  type DescMessage,
  type DescMethod,
  type DescService,
  setExtension,
} from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_any,
  FieldDescriptorProto_Label as Label,
  MessageOptionsSchema,
  MethodOptionsSchema,
  FieldDescriptorProto_Type as Type,
} from "@bufbuild/protobuf/wkt";
import type { TypeRegistry } from "@sotto/codec";
import { signer } from "@sotto/proto/cosmos.msg.v1";
import { HttpRuleSchema, http } from "@sotto/proto/google.api";
import { chainTypes } from "@sotto/tx";

const PACKAGE = "sotto.test.counter";

type Fields = Readonly<Record<string, readonly [type: Type, label?: Label, typeName?: string]>>;

function message(name: string, fields: Fields, signedBy?: string): DescriptorProto {
  const options = create(MessageOptionsSchema);
  if (signedBy !== undefined) setExtension(options, signer, [signedBy]);
  return create(DescriptorProtoSchema, {
    name,
    options,
    field: Object.entries(fields).map(([field, [type, label = Label.OPTIONAL, typeName]], i) => ({
      name: field,
      number: i + 1,
      type,
      label,
      jsonName: field.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      ...(typeName === undefined ? {} : { typeName: `.${typeName}` }),
    })),
  });
}

function rpc(name: string, input: string, output: string, path?: string) {
  const options = create(MethodOptionsSchema);
  if (path !== undefined)
    setExtension(options, http, create(HttpRuleSchema, { pattern: { case: "get", value: path } }));
  return { name, inputType: `.${PACKAGE}.${input}`, outputType: `.${PACKAGE}.${output}`, options };
}

const file = create(FileDescriptorProtoSchema, {
  name: "sotto/test/counter.proto",
  package: PACKAGE,
  syntax: "proto3",
  dependency: [file_google_protobuf_any.proto.name],
  messageType: [
    message("MsgAdd", { sender: [Type.STRING], amount: [Type.UINT64] }, "sender"),
    message("MsgAddResponse", { value: [Type.UINT64] }),
    message("MsgAddLater", { sender: [Type.STRING], amount: [Type.UINT64], seconds: [Type.UINT64] }, "sender"),
    message("MsgAddLaterResponse", {}),
    message("MsgDivide", { sender: [Type.STRING], by: [Type.UINT64] }, "sender"),
    message("MsgDivideResponse", { value: [Type.UINT64] }),
    message(
      "MsgRun",
      { sender: [Type.STRING], messages: [Type.MESSAGE, Label.REPEATED, "google.protobuf.Any"] },
      "sender",
    ),
    message("MsgRunResponse", { responses: [Type.BYTES, Label.REPEATED] }),
    message("QueryValueRequest", {}),
    message("QueryValueResponse", { value: [Type.UINT64] }),
    message("QueryDueRequest", {}),
    message("QueryDueResponse", { due: [Type.MESSAGE, Label.REPEATED, `${PACKAGE}.Due`] }),
    message("Due", { time: [Type.UINT64], number: [Type.UINT64], sender: [Type.STRING], amount: [Type.UINT64] }),
    message("GenesisState", { value: [Type.UINT64], due: [Type.MESSAGE, Label.REPEATED, `${PACKAGE}.Due`] }),
  ],
  service: [
    {
      name: "Msg",
      method: [
        rpc("Add", "MsgAdd", "MsgAddResponse"),
        rpc("AddLater", "MsgAddLater", "MsgAddLaterResponse"),
        rpc("Divide", "MsgDivide", "MsgDivideResponse"),
        rpc("Run", "MsgRun", "MsgRunResponse"),
      ],
    },
    { name: "Query", method: [rpc("Value", "QueryValueRequest", "QueryValueResponse", "/test/counter/value")] },
    { name: "DueQuery", method: [rpc("Due", "QueryDueRequest", "QueryDueResponse", "/test/counter/due")] },
  ],
});

const registry = createFileRegistry(file, () => file_google_protobuf_any);

function must<T>(found: T | undefined, name: string): T {
  if (found === undefined) throw new Error(`the counter declares no ${name}`);
  return found;
}

export const messageOf = (name: string): DescMessage => must(registry.getMessage(`${PACKAGE}.${name}`), name);
export const serviceOf = (name: string): DescService => must(registry.getService(`${PACKAGE}.${name}`), name);
export const methodOf = (service: string, name: string): DescMethod =>
  must(
    serviceOf(service).methods.find((method) => method.name === name),
    name,
  );

const own = createRegistry(...serviceOf("Msg").methods.flatMap(({ input, output }) => [input, output]));

/** The types that an Any may hold on a chain with the counter. */
export const types: TypeRegistry = {
  getMessage: (name) => own.getMessage(name) ?? chainTypes.getMessage(name),
  implementsInterface: (name, interfaceName) =>
    own.getMessage(name) !== undefined || chainTypes.implementsInterface?.(name, interfaceName) === true,
};

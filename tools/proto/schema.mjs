// SPDX-License-Identifier: Apache-2.0
/** Turns the facts of one proto package (see proto/README.md) into the text of one .proto file. */

const OPTION_FILES = {
  amino: "amino/amino.proto",
  "cosmos.msg.v1": "cosmos/msg/v1/msg.proto",
  "cosmos.query.v1": "cosmos/query/v1/query.proto",
  cosmos_proto: "cosmos_proto/cosmos_proto.proto",
  gogoproto: "gogoproto/gogoproto.proto",
  "google.api": "google/api/api.proto",
};

/** The facts name the options of gogoproto without their package. */
const GOGO = new Set(["nullable", "customtype", "jsontag", "stdtime", "stdduration"]);
const WELL_KNOWN = {
  "google.protobuf.Any": "any",
  "google.protobuf.Duration": "duration",
  "google.protobuf.Empty": "empty",
  "google.protobuf.FileDescriptorProto": "descriptor",
  "google.protobuf.Timestamp": "timestamp",
};
const HEADER =
  "// Written by tools/proto/generate.mjs from proto/facts and proto/overlay. Edit those, never this file.";

/**
 * The path of a package: its dots are folders, its file has the name of its last part that is not a
 * version.
 */
export function fileOf(pkg) {
  const parts = pkg.split(".");
  const last = parts.at(-1);
  const name = /^v\d+((alpha|beta)\d*)?$/.test(last) && parts.length > 1 ? parts.at(-2) : last;
  return `${parts.join("/")}/${name}.proto`;
}

/**
 * Adds the declarations of the chain's fork on top of the public package, and removes the fields
 * (`without`) that the facts took from a newer release of the public API than the chain uses.
 */
export function overlay(facts, extra) {
  if (extra === undefined) return facts;
  const without = new Set(extra.without ?? []);
  const keep = (message) => ({
    ...message,
    fields: message.fields.filter((f) => !without.delete(`${message.name}.${f.name}`)),
  });
  const kept = (facts.messages ?? []).map(keep);
  if (without.size > 0)
    throw new Error(`overlay of ${facts.package} leaves out what is not there: ${[...without].join(", ")}`);
  const merge = (base = [], more = [], key) => {
    const out = base.map((item) => ({ ...item }));
    for (const item of more) {
      const at = out.find((known) => known.name === item.name);
      if (at === undefined) out.push(item);
      else if (item.options !== undefined) throw new Error(`overlay may not change the options of ${item.name}`);
      else at[key] = [...at[key], ...item[key]];
    }
    return out.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  };
  return {
    ...facts,
    messages: merge(kept, extra.messages, "fields"),
    services: merge(facts.services, extra.services, "methods"),
  };
}

const text = (value) => {
  if (typeof value === "boolean") return String(value);
  if (typeof value === "string" && /^[ -~]*$/.test(value)) return `"${value.replace(/["\\]/g, "\\$&")}"`;
  throw new Error(`option value ${JSON.stringify(value)} has no text form`);
};

class Printer {
  constructor(facts, packages) {
    this.facts = facts;
    this.packages = packages;
    this.imports = new Set();
    this.lines = [];
  }

  option(name, value) {
    if (name === "deprecated") return [`deprecated = ${text(value)}`];
    const full = GOGO.has(name) ? `gogoproto.${name}` : name;
    const file = OPTION_FILES[full.slice(0, full.lastIndexOf("."))];
    if (file === undefined) throw new Error(`unknown option ${name}`);
    this.imports.add(file);
    return (Array.isArray(value) ? value : [value]).map((one) => `(${full}) = ${text(one)}`);
  }

  options(options = {}) {
    return Object.keys(options)
      .sort()
      .flatMap((name) => this.option(name, options[name]));
  }

  type(name) {
    const map = /^map<(.+), (.+)>$/.exec(name);
    if (map !== null) return `map<${map[1]}, ${this.type(map[2])}>`;
    if (!name.includes(".")) return name;
    if (name.startsWith("google.protobuf.")) {
      if (WELL_KNOWN[name] === undefined) throw new Error(`unknown type ${name}`);
      this.imports.add(`google/protobuf/${WELL_KNOWN[name]}.proto`);
      return name;
    }
    const owner = this.packages.filter((pkg) => name.startsWith(`${pkg}.`)).sort((a, b) => b.length - a.length)[0];
    if (owner === undefined) throw new Error(`no package owns ${name}`);
    if (owner !== this.facts.package) this.imports.add(fileOf(owner));
    // A leading dot: otherwise `tendermint.abci.X` would be looked up inside
    // `cosmos.base.tendermint`.
    return `.${name}`;
  }

  block(depth, head, body) {
    const pad = "  ".repeat(depth);
    const at = this.lines.length;
    this.lines.push(`${pad}${head} {`);
    body();
    if (this.lines.length === at + 1) this.lines[at] = `${pad}${head} {}`;
    else this.lines.push(`${pad}}`);
  }

  field(depth, field) {
    const options = this.options(field.options);
    if (field.json_name !== undefined) options.push(`json_name = ${text(field.json_name)}`);
    const suffix = options.length === 0 ? "" : ` [${options.join(", ")}]`;
    const label = field.repeated ? "repeated " : "";
    this.lines.push(`${"  ".repeat(depth)}${label}${this.type(field.type)} ${field.name} = ${field.number}${suffix};`);
  }

  fields(depth, fields) {
    const done = new Set();
    for (const field of fields) {
      if (field.oneof === undefined) this.field(depth, field);
      else if (!done.has(field.oneof)) {
        done.add(field.oneof);
        this.block(depth, `oneof ${field.oneof}`, () => {
          for (const member of fields) if (member.oneof === field.oneof) this.field(depth + 1, member);
        });
      }
    }
  }

  enum(depth, declared) {
    this.block(depth, `enum ${declared.name.split(".").at(-1)}`, () => {
      const values = Object.entries(declared.values).sort((a, b) => a[1] - b[1]);
      // proto3 requires zero first; the order of the rest is free.
      values.sort((a, b) => (a[1] === 0 ? -1 : b[1] === 0 ? 1 : 0));
      for (const [name, number] of values) this.lines.push(`${"  ".repeat(depth + 1)}${name} = ${number};`);
    });
  }

  message(depth, message) {
    const inside = (item) =>
      item.name.startsWith(`${message.name}.`) && !item.name.slice(message.name.length + 1).includes(".");
    this.block(depth, `message ${message.name.split(".").at(-1)}`, () => {
      const options = this.options(message.options);
      for (const option of options) this.lines.push(`${"  ".repeat(depth + 1)}option ${option};`);
      this.fields(depth + 1, message.fields);
      for (const nested of (this.facts.messages ?? []).filter(inside)) this.message(depth + 1, nested);
      for (const nested of (this.facts.enums ?? []).filter(inside)) this.enum(depth + 1, nested);
    });
  }

  rest(lines) {
    if (lines.length === 0) return;
    this.imports.add(OPTION_FILES["google.api"]);
    const rules = lines.map((line) => {
      const match = /^(GET|POST|PUT|DELETE) (\S+)(?: body=(\S+))?$/.exec(line);
      if (match === null) throw new Error(`cannot read route ${line}`);
      const body = match[3] === undefined ? "" : ` body: ${text(match[3])}`;
      return `${match[1].toLowerCase()}: ${text(match[2])}${body}`;
    });
    const more = rules.slice(1).map((rule) => ` additional_bindings: { ${rule} }`);
    this.lines.push(`    option (google.api.http) = { ${rules[0]}${more.join("")} };`);
  }

  service(service) {
    this.block(0, `service ${service.name}`, () => {
      for (const option of this.options(service.options)) this.lines.push(`  option ${option};`);
      for (const method of service.methods) {
        const output = `${method.server_streaming ? "stream " : ""}${this.type(method.output)}`;
        const input = `${method.client_streaming ? "stream " : ""}${this.type(method.input)}`;
        const head = `rpc ${method.name}(${input}) returns (${output})`;
        const at = this.lines.length;
        this.block(1, head, () => {
          for (const option of this.options(method.options)) this.lines.push(`    option ${option};`);
          this.rest(method.rest ?? []);
        });
        if (this.lines.length === at + 1) this.lines[at] = `  ${head};`;
      }
    });
  }

  print() {
    const top = (items = []) => items.filter((item) => !item.name.includes("."));
    const parts = [
      ...(this.facts.services ?? []).map((item) => () => this.service(item)),
      ...top(this.facts.messages).map((item) => () => this.message(0, item)),
      ...top(this.facts.enums).map((item) => () => this.enum(0, item)),
    ];
    for (const part of parts) {
      this.lines.push("");
      part();
    }
    const imports = [...this.imports].sort().map((file) => `import "${file}";`);
    const head = [HEADER, 'syntax = "proto3";', "", `package ${this.facts.package};`];
    return [...head, ...(imports.length === 0 ? [] : ["", ...imports]), ...this.lines, ""].join("\n");
  }
}

/** The .proto text of a package. `packages` are all packages that can own a type. */
export const print = (facts, packages) => new Printer(facts, packages).print();
export const isGenerated = (source) => source.startsWith(HEADER);

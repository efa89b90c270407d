// SPDX-License-Identifier: Apache-2.0
/**
 * Forms of citations of documents outside of the repository, by their own numbers.
 * @type {readonly { pattern: RegExp, why: string }[]}
 */
export const refused = [
  {
    pattern: /\b(protocol|chain-surface|clients|wasm-engine|libraries|tee|architecture) \d+\.\d/g,
    why: "write spec/<document>.md and the section",
  },
  { pattern: /\b(architecture )?D\d{1,2}\b/g, why: "write ADR and the number" },
  { pattern: /\bthe study\b/g, why: "cite docs/spec, an ADR or a public source" },
];

/**
 * Documents of other projects that a file may name, with their sources. An unused entry is an
 * error.
 * @type {readonly { path: string, name: string, why: string }[]}
 */
export const elsewhere = [
  { path: "docs/spec/clients.md", name: "doc/PROTOCOL-WEB.md", why: "github.com/grpc/grpc" },
  { path: "host/api/src/grpcWeb.ts", name: "doc/PROTOCOL-WEB.md", why: "github.com/grpc/grpc" },
  { path: "host/api/src/grpcWeb.ts", name: "PROTOCOL-HTTP2.md", why: "github.com/grpc/grpc" },
  { path: "host/backend/src/grpcWire.ts", name: "doc/PROTOCOL-HTTP2.md", why: "github.com/grpc/grpc" },
  { path: "deploy/sotto.service", name: "opt/sotto/docs/operating.md", why: "docs/operating.md as it is installed" },
  {
    path: "deploy/sotto-node.service",
    name: "opt/sotto/docs/operating.md",
    why: "docs/operating.md as it is installed",
  },
  {
    path: "deploy/sotto-comet.service",
    name: "opt/sotto/docs/operating.md",
    why: "docs/operating.md as it is installed",
  },
];

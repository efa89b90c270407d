// SPDX-License-Identifier: Apache-2.0
export { type Binding, bindingBytes } from "./binding.ts";
export { type BindableClient, bindClient } from "./client.ts";
export { BoundEncryption, type BoundEncryptionOptions, type EncryptionUtils } from "./encryption.ts";

// SPDX-License-Identifier: Apache-2.0
export { abciQuery } from "./abci.ts";
export { refusalJson } from "./call.ts";
export { createRpc, type Rpc, refuseRpc } from "./rpc.ts";
export { createRpcSession, type RpcSession } from "./session.ts";

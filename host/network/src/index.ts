// SPDX-License-Identifier: Apache-2.0
export { type LauncherPath, runNetworkCommand } from "./command.ts";
export { examine, type Finding } from "./doctor.ts";
export { loadNetwork, type Network, type NetworkNode, type NodePorts, nodePaths } from "./files.ts";
export { genesisFaults } from "./genesisCheck.ts";
export { addNode, type InitOptions, initNetwork, type JoinOptions } from "./init.ts";
export { type NetworkStatus, type NodeStatus, networkStatus } from "./status.ts";

// SPDX-License-Identifier: Apache-2.0
export { init, must, network, type Output, type Running, startNetwork } from "../../../test/support/networkCommand.ts";

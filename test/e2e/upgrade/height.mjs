// SPDX-License-Identifier: Apache-2.0
/** Height of the upgrade, which the test learns only when it plans it. */
export const HEIGHT = Number(process.env["SOTTO_TEST_UPGRADE"]);

// SPDX-License-Identifier: Apache-2.0
import { formatAddress } from "@sotto/address";
import { decode, type TypeRegistry } from "@sotto/codec";
import { SdkError } from "@sotto/errors";
import { type AnteStep, addressField, type Router, type TxMessage, type TxRunner } from "@sotto/kernel";
import { HintLimit } from "@sotto/protocol";
import { asTxDecode, decodeTx, messageSigners, txSigners } from "@sotto/tx";
import { type AuthKeeper, type AuthTx, feeOf, signersOf } from "@sotto/x-auth";
import type { ConsensusKeeper } from "@sotto/x-consensus";

/** The functions of this chain that decode a transaction and run it. */
export function createRunner(
  types: TypeRegistry,
  auth: AuthKeeper,
  consensus: ConsensusKeeper,
  router: Router,
  ante: readonly AnteStep<AuthTx>[],
): TxRunner<AuthTx> {
  return {
    router,
    begin: (ctx) => {
      consensus.params(ctx);
    },
    ante,
    decode(bytes, height) {
      const decoded = decodeTx(bytes, types);
      const messages = decoded.messages.map(({ typeUrl, value }): TxMessage => {
        const route = router.must(typeUrl, height);
        // decodeTx has refused unknown fields with the rules of transactions. Numbers out of range
        // are found here.
        return { route, message: asTxDecode(() => decode(route.input, value)) };
      });
      const gasWanted = decoded.authInfo.fee?.gasLimit ?? 0n;
      let signers: readonly Uint8Array[] | undefined;
      return {
        bytes,
        decoded,
        fee: feeOf(decoded),
        messages,
        gasWanted,
        shownUnits: undefined,
        // The SDK reads the signers in the ante step that first needs them, and reports the errors
        // of its address codec (types/tx Tx.ValidateBasic, GetSigners).
        get signers() {
          signers ??= txSigners(decoded, types, addressField);
          return signers;
        },
      };
    },
    sender(tx, index) {
      const message = tx.decoded.messages[index];
      const [first] = message === undefined ? [] : messageSigners(message, types);
      if (first === undefined) throw SdkError.noSignatures();
      return formatAddress(first);
    },
    signers: (ctx, tx) => signersOf(auth, ctx, tx, HintLimit.publicKey),
  };
}

import { createRegistry, type DescMessage, type DescService } from "@bufbuild/protobuf";
import type { TypeRegistry } from "@sotto/codec";
import { Msg as AuthMsg, BaseAccountSchema, ModuleAccountSchema } from "@sotto/proto/cosmos.auth.v1beta1";
import { Msg as BankMsg } from "@sotto/proto/cosmos.bank.v1beta1";
import { Msg as ConsensusMsg } from "@sotto/proto/cosmos.consensus.v1";
import { PubKeySchema as Ed25519PubKey } from "@sotto/proto/cosmos.crypto.ed25519";
import { LegacyAminoPubKeySchema } from "@sotto/proto/cosmos.crypto.multisig";
import { PubKeySchema as Secp256k1PubKey } from "@sotto/proto/cosmos.crypto.secp256k1";
import { TxSchema } from "@sotto/proto/cosmos.tx.v1beta1";
import { Msg as ComputeMsg } from "@sotto/proto/secret.compute.v1beta1";
import { Msg as RegistrationMsg } from "@sotto/proto/secret.registration.v1beta1";

const services: readonly DescService[] = [AuthMsg, BankMsg, ConsensusMsg, ComputeMsg, RegistrationMsg];

/** The messages that transactions of this chain can carry. */
export const chainMessages: readonly DescMessage[] = services.flatMap(({ methods }) =>
  methods.map(({ input }) => input),
);

/**
 * Every type that may stand in an Any on this chain: messages with their responses, accounts, keys. The host decodes with it
 * and the enclave signs with it: they must agree.
 */
export const chainTypes: TypeRegistry = createRegistry(
  ...services.flatMap(({ methods }) => methods.flatMap(({ input, output }) => [input, output])),
  BaseAccountSchema,
  ModuleAccountSchema,
  Secp256k1PubKey,
  Ed25519PubKey,
  LegacyAminoPubKeySchema,
  TxSchema,
);

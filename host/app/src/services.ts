import type { DescService } from "@bufbuild/protobuf";
import { Query as AuthQuery } from "@sotto/proto/cosmos.auth.v1beta1";
import { Query as BankQuery } from "@sotto/proto/cosmos.bank.v1beta1";
import { Query as ConsensusQuery } from "@sotto/proto/cosmos.consensus.v1";
import { Query as ParamsQuery } from "@sotto/proto/cosmos.params.v1beta1";
import { Query as ComputeQuery } from "@sotto/proto/secret.compute.v1beta1";
import { Query as RegistrationQuery } from "@sotto/proto/secret.registration.v1beta1";

/** The query services of the chain, for threads that run none: the doors derive their routes from the descriptors. */
export const queryServices: readonly DescService[] = [
  AuthQuery,
  BankQuery,
  ConsensusQuery,
  ParamsQuery,
  ComputeQuery,
  RegistrationQuery,
];

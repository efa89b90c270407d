// Written by tools/proto/generate.mjs.
import type { DescFile } from "@bufbuild/protobuf";
import { file_amino_amino } from "./amino/amino_pb.ts";
import { file_capability_v1_capability } from "./capability/v1/capability_pb.ts";
import { file_cosmos_auth_v1beta1_auth } from "./cosmos/auth/v1beta1/auth_pb.ts";
import { file_cosmos_authz_v1beta1_authz } from "./cosmos/authz/v1beta1/authz_pb.ts";
import { file_cosmos_autocli_v1_autocli } from "./cosmos/autocli/v1/autocli_pb.ts";
import { file_cosmos_bank_v1beta1_bank } from "./cosmos/bank/v1beta1/bank_pb.ts";
import { file_cosmos_base_abci_v1beta1_abci } from "./cosmos/base/abci/v1beta1/abci_pb.ts";
import { file_cosmos_base_node_v1beta1_node } from "./cosmos/base/node/v1beta1/node_pb.ts";
import { file_cosmos_base_query_v1beta1_query } from "./cosmos/base/query/v1beta1/query_pb.ts";
import { file_cosmos_base_reflection_v1beta1_reflection } from "./cosmos/base/reflection/v1beta1/reflection_pb.ts";
import { file_cosmos_base_reflection_v2alpha1_reflection } from "./cosmos/base/reflection/v2alpha1/reflection_pb.ts";
import { file_cosmos_base_tendermint_v1beta1_tendermint } from "./cosmos/base/tendermint/v1beta1/tendermint_pb.ts";
import { file_cosmos_base_v1beta1_base } from "./cosmos/base/v1beta1/base_pb.ts";
import { file_cosmos_circuit_v1_circuit } from "./cosmos/circuit/v1/circuit_pb.ts";
import { file_cosmos_consensus_v1_consensus } from "./cosmos/consensus/v1/consensus_pb.ts";
import { file_cosmos_crypto_ed25519_ed25519 } from "./cosmos/crypto/ed25519/ed25519_pb.ts";
import { file_cosmos_crypto_hd_v1_hd } from "./cosmos/crypto/hd/v1/hd_pb.ts";
import { file_cosmos_crypto_keyring_v1_keyring } from "./cosmos/crypto/keyring/v1/keyring_pb.ts";
import { file_cosmos_crypto_multisig_multisig } from "./cosmos/crypto/multisig/multisig_pb.ts";
import { file_cosmos_crypto_multisig_v1beta1_multisig } from "./cosmos/crypto/multisig/v1beta1/multisig_pb.ts";
import { file_cosmos_crypto_secp256k1_secp256k1 } from "./cosmos/crypto/secp256k1/secp256k1_pb.ts";
import { file_cosmos_crypto_secp256r1_secp256r1 } from "./cosmos/crypto/secp256r1/secp256r1_pb.ts";
import { file_cosmos_distribution_v1beta1_distribution } from "./cosmos/distribution/v1beta1/distribution_pb.ts";
import { file_cosmos_evidence_v1beta1_evidence } from "./cosmos/evidence/v1beta1/evidence_pb.ts";
import { file_cosmos_feegrant_v1beta1_feegrant } from "./cosmos/feegrant/v1beta1/feegrant_pb.ts";
import { file_cosmos_genutil_v1beta1_genutil } from "./cosmos/genutil/v1beta1/genutil_pb.ts";
import { file_cosmos_gov_v1_gov } from "./cosmos/gov/v1/gov_pb.ts";
import { file_cosmos_gov_v1beta1_gov } from "./cosmos/gov/v1beta1/gov_pb.ts";
import { file_cosmos_ics23_v1_ics23 } from "./cosmos/ics23/v1/ics23_pb.ts";
import { file_cosmos_mint_v1beta1_mint } from "./cosmos/mint/v1beta1/mint_pb.ts";
import { file_cosmos_msg_v1_msg } from "./cosmos/msg/v1/msg_pb.ts";
import { file_cosmos_params_v1beta1_params } from "./cosmos/params/v1beta1/params_pb.ts";
import { file_cosmos_query_v1_query } from "./cosmos/query/v1/query_pb.ts";
import { file_cosmos_reflection_v1_reflection } from "./cosmos/reflection/v1/reflection_pb.ts";
import { file_cosmos_slashing_v1beta1_slashing } from "./cosmos/slashing/v1beta1/slashing_pb.ts";
import { file_cosmos_staking_v1beta1_staking } from "./cosmos/staking/v1beta1/staking_pb.ts";
import { file_cosmos_store_internal_kv_v1beta1_kv } from "./cosmos/store/internal/kv/v1beta1/kv_pb.ts";
import { file_cosmos_store_snapshots_v1_snapshots } from "./cosmos/store/snapshots/v1/snapshots_pb.ts";
import { file_cosmos_store_streaming_abci_abci } from "./cosmos/store/streaming/abci/abci_pb.ts";
import { file_cosmos_store_v1beta1_store } from "./cosmos/store/v1beta1/store_pb.ts";
import { file_cosmos_tx_signing_v1beta1_signing } from "./cosmos/tx/signing/v1beta1/signing_pb.ts";
import { file_cosmos_tx_v1beta1_tx } from "./cosmos/tx/v1beta1/tx_pb.ts";
import { file_cosmos_upgrade_v1beta1_upgrade } from "./cosmos/upgrade/v1beta1/upgrade_pb.ts";
import { file_cosmos_vesting_v1beta1_vesting } from "./cosmos/vesting/v1beta1/vesting_pb.ts";
import { file_cosmos_proto_cosmos_proto } from "./cosmos_proto/cosmos_proto_pb.ts";
import { file_gogoproto_gogoproto } from "./gogoproto/gogoproto_pb.ts";
import { file_google_api_api } from "./google/api/api_pb.ts";
import { file_grpc_health_v1_health } from "./grpc/health/v1/health_pb.ts";
import { file_grpc_reflection_v1_reflection } from "./grpc/reflection/v1/reflection_pb.ts";
import { file_grpc_reflection_v1alpha_reflection } from "./grpc/reflection/v1alpha/reflection_pb.ts";
import { file_ibc_applications_fee_v1_fee } from "./ibc/applications/fee/v1/fee_pb.ts";
import { file_ibc_applications_interchain_accounts_controller_v1_controller } from "./ibc/applications/interchain_accounts/controller/v1/controller_pb.ts";
import { file_ibc_applications_interchain_accounts_host_v1_host } from "./ibc/applications/interchain_accounts/host/v1/host_pb.ts";
import { file_ibc_applications_interchain_accounts_v1_interchain_accounts } from "./ibc/applications/interchain_accounts/v1/interchain_accounts_pb.ts";
import { file_ibc_applications_transfer_v1_transfer } from "./ibc/applications/transfer/v1/transfer_pb.ts";
import { file_ibc_applications_transfer_v2_transfer } from "./ibc/applications/transfer/v2/transfer_pb.ts";
import { file_ibc_core_channel_v1_channel } from "./ibc/core/channel/v1/channel_pb.ts";
import { file_ibc_core_client_v1_client } from "./ibc/core/client/v1/client_pb.ts";
import { file_ibc_core_commitment_v1_commitment } from "./ibc/core/commitment/v1/commitment_pb.ts";
import { file_ibc_core_connection_v1_connection } from "./ibc/core/connection/v1/connection_pb.ts";
import { file_ibc_core_types_v1_types } from "./ibc/core/types/v1/types_pb.ts";
import { file_ibc_lightclients_localhost_v2_localhost } from "./ibc/lightclients/localhost/v2/localhost_pb.ts";
import { file_ibc_lightclients_solomachine_v2_solomachine } from "./ibc/lightclients/solomachine/v2/solomachine_pb.ts";
import { file_ibc_lightclients_solomachine_v3_solomachine } from "./ibc/lightclients/solomachine/v3/solomachine_pb.ts";
import { file_ibc_lightclients_tendermint_v1_tendermint } from "./ibc/lightclients/tendermint/v1/tendermint_pb.ts";
import { file_packetforward_v1_packetforward } from "./packetforward/v1/packetforward_pb.ts";
import { file_secret_compute_v1beta1_compute } from "./secret/compute/v1beta1/compute_pb.ts";
import { file_secret_cron_cron } from "./secret/cron/cron_pb.ts";
import { file_secret_emergencybutton_v1beta1_emergencybutton } from "./secret/emergencybutton/v1beta1/emergencybutton_pb.ts";
import { file_secret_registration_v1beta1_registration } from "./secret/registration/v1beta1/registration_pb.ts";
import { file_tendermint_abci_abci } from "./tendermint/abci/abci_pb.ts";
import { file_tendermint_crypto_crypto } from "./tendermint/crypto/crypto_pb.ts";
import { file_tendermint_libs_bits_bits } from "./tendermint/libs/bits/bits_pb.ts";
import { file_tendermint_mempool_mempool } from "./tendermint/mempool/mempool_pb.ts";
import { file_tendermint_p2p_p2p } from "./tendermint/p2p/p2p_pb.ts";
import { file_tendermint_types_types } from "./tendermint/types/types_pb.ts";
import { file_tendermint_version_version } from "./tendermint/version/version_pb.ts";

/** Every proto file of the project. Loads all generated code (about 100 ms): for reflection, gateways and tests. */
export const files: readonly DescFile[] = [
  file_amino_amino,
  file_capability_v1_capability,
  file_cosmos_auth_v1beta1_auth,
  file_cosmos_authz_v1beta1_authz,
  file_cosmos_autocli_v1_autocli,
  file_cosmos_bank_v1beta1_bank,
  file_cosmos_base_abci_v1beta1_abci,
  file_cosmos_base_node_v1beta1_node,
  file_cosmos_base_query_v1beta1_query,
  file_cosmos_base_reflection_v1beta1_reflection,
  file_cosmos_base_reflection_v2alpha1_reflection,
  file_cosmos_base_tendermint_v1beta1_tendermint,
  file_cosmos_base_v1beta1_base,
  file_cosmos_circuit_v1_circuit,
  file_cosmos_consensus_v1_consensus,
  file_cosmos_crypto_ed25519_ed25519,
  file_cosmos_crypto_hd_v1_hd,
  file_cosmos_crypto_keyring_v1_keyring,
  file_cosmos_crypto_multisig_multisig,
  file_cosmos_crypto_multisig_v1beta1_multisig,
  file_cosmos_crypto_secp256k1_secp256k1,
  file_cosmos_crypto_secp256r1_secp256r1,
  file_cosmos_distribution_v1beta1_distribution,
  file_cosmos_evidence_v1beta1_evidence,
  file_cosmos_feegrant_v1beta1_feegrant,
  file_cosmos_genutil_v1beta1_genutil,
  file_cosmos_gov_v1_gov,
  file_cosmos_gov_v1beta1_gov,
  file_cosmos_ics23_v1_ics23,
  file_cosmos_mint_v1beta1_mint,
  file_cosmos_msg_v1_msg,
  file_cosmos_params_v1beta1_params,
  file_cosmos_query_v1_query,
  file_cosmos_reflection_v1_reflection,
  file_cosmos_slashing_v1beta1_slashing,
  file_cosmos_staking_v1beta1_staking,
  file_cosmos_store_internal_kv_v1beta1_kv,
  file_cosmos_store_snapshots_v1_snapshots,
  file_cosmos_store_streaming_abci_abci,
  file_cosmos_store_v1beta1_store,
  file_cosmos_tx_signing_v1beta1_signing,
  file_cosmos_tx_v1beta1_tx,
  file_cosmos_upgrade_v1beta1_upgrade,
  file_cosmos_vesting_v1beta1_vesting,
  file_cosmos_proto_cosmos_proto,
  file_gogoproto_gogoproto,
  file_google_api_api,
  file_grpc_health_v1_health,
  file_grpc_reflection_v1_reflection,
  file_grpc_reflection_v1alpha_reflection,
  file_ibc_applications_fee_v1_fee,
  file_ibc_applications_interchain_accounts_controller_v1_controller,
  file_ibc_applications_interchain_accounts_host_v1_host,
  file_ibc_applications_interchain_accounts_v1_interchain_accounts,
  file_ibc_applications_transfer_v1_transfer,
  file_ibc_applications_transfer_v2_transfer,
  file_ibc_core_channel_v1_channel,
  file_ibc_core_client_v1_client,
  file_ibc_core_commitment_v1_commitment,
  file_ibc_core_connection_v1_connection,
  file_ibc_core_types_v1_types,
  file_ibc_lightclients_localhost_v2_localhost,
  file_ibc_lightclients_solomachine_v2_solomachine,
  file_ibc_lightclients_solomachine_v3_solomachine,
  file_ibc_lightclients_tendermint_v1_tendermint,
  file_packetforward_v1_packetforward,
  file_secret_compute_v1beta1_compute,
  file_secret_cron_cron,
  file_secret_emergencybutton_v1beta1_emergencybutton,
  file_secret_registration_v1beta1_registration,
  file_tendermint_abci_abci,
  file_tendermint_crypto_crypto,
  file_tendermint_libs_bits_bits,
  file_tendermint_mempool_mempool,
  file_tendermint_p2p_p2p,
  file_tendermint_types_types,
  file_tendermint_version_version,
];

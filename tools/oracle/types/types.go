// SPDX-License-Identifier: Apache-2.0

// Package types registers the types of all modules that a node of the reference has and that are public.
package types

import (
	_ "cosmossdk.io/x/circuit/types"
	_ "cosmossdk.io/x/evidence/types"
	_ "cosmossdk.io/x/feegrant"
	_ "cosmossdk.io/x/upgrade/types"
	_ "github.com/cosmos/cosmos-sdk/client/grpc/cmtservice"
	_ "github.com/cosmos/cosmos-sdk/client/grpc/node"
	_ "github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	_ "github.com/cosmos/cosmos-sdk/crypto/keys/multisig"
	_ "github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	_ "github.com/cosmos/cosmos-sdk/types/tx"
	_ "github.com/cosmos/cosmos-sdk/x/auth/types"
	_ "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	_ "github.com/cosmos/cosmos-sdk/x/authz"
	_ "github.com/cosmos/cosmos-sdk/x/bank/types"
	_ "github.com/cosmos/cosmos-sdk/x/consensus/types"
	_ "github.com/cosmos/cosmos-sdk/x/distribution/types"
	_ "github.com/cosmos/cosmos-sdk/x/genutil/types"
	_ "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	_ "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	_ "github.com/cosmos/cosmos-sdk/x/mint/types"
	_ "github.com/cosmos/cosmos-sdk/x/params/types/proposal"
	_ "github.com/cosmos/cosmos-sdk/x/slashing/types"
	_ "github.com/cosmos/cosmos-sdk/x/staking/types"
	_ "github.com/cosmos/ibc-apps/middleware/packet-forward-middleware/v8/packetforward/types"
	_ "github.com/cosmos/ibc-go/modules/capability/types"
	_ "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/controller/types"
	_ "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/host/types"
	_ "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/types"
	_ "github.com/cosmos/ibc-go/v8/modules/apps/29-fee/types"
	_ "github.com/cosmos/ibc-go/v8/modules/apps/transfer/types"
	_ "github.com/cosmos/ibc-go/v8/modules/core/types"
	_ "github.com/cosmos/ibc-go/v8/modules/light-clients/07-tendermint"
)

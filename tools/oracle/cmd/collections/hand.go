// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand"

	sdkmath "cosmossdk.io/math"
	storetypes "cosmossdk.io/store/types"
	"cosmossdk.io/x/feegrant"
	addresscodec "github.com/cosmos/cosmos-sdk/codec/address"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authz "github.com/cosmos/cosmos-sdk/x/authz/keeper"
	distribution "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashing "github.com/cosmos/cosmos-sdk/x/slashing/types"
	staking "github.com/cosmos/cosmos-sdk/x/staking/types"
)

type handKey struct {
	// Name is that of the row's function.
	Name  string `json:"name"`
	Parts []any  `json:"parts"`
	Bytes string `json:"bytes"`
}

// handEnds are the ends of the queues that modules of the SDK walk up to a time: the end of a
// store's iterator, by all or the first parts of the row's key.
func handEnds(r *rand.Rand) []handKey {
	list := []handKey{}
	add := func(name string, key []byte, parts ...any) {
		list = append(list, handKey{name, parts, hexOf(storetypes.InclusiveEndBytes(key))})
	}
	for n := 0; n < 4; n++ {
		at, height := tim.make(r), int64(bits(r)>>1)
		add("staking.UnbondingDelegationTime", staking.GetUnbondingDelegationTimeKey(at), nanoseconds(at))
		add("staking.ValidatorQueue", staking.GetValidatorQueueKey(at, height), nanoseconds(at), decimal(height))
		add("feegrant.FeeAllowanceQueue", feegrant.AllowanceByExpTimeKey(&at), nanoseconds(at))
		add("authz.GrantQueue", authz.GrantQueueTimePrefix(at), nanoseconds(at))
	}
	return list
}

// handKeys are keys that modules of the SDK make without collections.
func handKeys(r *rand.Rand) []handKey {
	list := []handKey{}
	add := func(name string, key []byte, parts ...any) { list = append(list, handKey{name, parts, hexOf(key)}) }
	valoper := addresscodec.NewBech32Codec("secretvaloper")
	for n := 0; n < 8; n++ {
		del, val, other := bytesOf(r, 20), bytesOf(r, []int{20, 32}[n%2]), bytesOf(r, 20)
		at, number, height := tim.make(r), bits(r), int64(bits(r)>>1)
		add("staking.Delegation", staking.GetDelegationKey(del, val), hexOf(del), hexOf(val))
		add("staking.DelegationsByVal", staking.GetDelegationsByValKey(val, del), hexOf(val), hexOf(del))
		add("staking.Validator", staking.GetValidatorKey(val), hexOf(val))
		add("staking.RED", staking.GetREDKey(del, val, other), hexOf(del), hexOf(val), hexOf(other))
		add("staking.UnbondingDelegationTime", staking.GetUnbondingDelegationTimeKey(at), nanoseconds(at))
		add("staking.ValidatorQueue", staking.GetValidatorQueueKey(at, height), nanoseconds(at), decimal(height))
		add("staking.HistoricalInfo", staking.GetHistoricalInfoKey(height), decimal(height))
		power := r.Int63n(1 << 40)
		validator := staking.Validator{OperatorAddress: must(valoper.BytesToString(val)), Tokens: sdkmath.NewInt(power).MulRaw(1_000_000)}
		add("staking.ValidatorsByPowerIndex", staking.GetValidatorsByPowerIndexKey(validator, sdkmath.NewInt(1_000_000), valoper), decimal(power), hexOf(val))
		add("distribution.ValidatorHistoricalRewards", distribution.GetValidatorHistoricalRewardsKey(val, number), hexOf(val), unsigned(number))
		add("distribution.ValidatorSlashEvent", distribution.GetValidatorSlashEventKey(val, uint64(height), number), hexOf(val), decimal(height), unsigned(number))
		add("distribution.DelegatorStartingInfo", distribution.GetDelegatorStartingInfoKey(val, del), hexOf(val), hexOf(del))
		add("slashing.ValidatorMissedBlockBitmap", slashing.ValidatorMissedBlockBitmapKey(val, height), hexOf(val), decimal(height))
		add("feegrant.FeeAllowance", feegrant.FeeAllowanceKey(del, other), hexOf(other), hexOf(del))
		add("feegrant.FeeAllowanceQueue", feegrant.FeeAllowancePrefixQueue(&at, feegrant.FeeAllowanceKey(del, other)[1:]), nanoseconds(at), hexOf(other), hexOf(del))
		add("authz.GrantQueue", authz.GrantQueueKey(at, del, sdk.AccAddress(other)), nanoseconds(at), hexOf(del), hexOf(other))
	}
	return list
}

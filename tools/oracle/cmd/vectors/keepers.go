// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cosmossdk.io/log"
	"cosmossdk.io/store"
	"cosmossdk.io/store/metrics"
	storetypes "cosmossdk.io/store/types"
	txsigning "cosmossdk.io/x/tx/signing"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/codec"
	"github.com/cosmos/cosmos-sdk/codec/address"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	cryptocodec "github.com/cosmos/cosmos-sdk/crypto/codec"
	"github.com/cosmos/cosmos-sdk/runtime"
	authkeeper "github.com/cosmos/cosmos-sdk/x/auth/keeper"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	bankkeeper "github.com/cosmos/cosmos-sdk/x/bank/keeper"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
	"github.com/cosmos/gogoproto/proto"
)

// secretRegistry knows the messages, accounts and keys of auth and bank, under Secret Network's prefixes.
func secretRegistry() codectypes.InterfaceRegistry {
	registry := must(codectypes.NewInterfaceRegistryWithOptions(codectypes.InterfaceRegistryOptions{ProtoFiles: proto.HybridResolver, SigningOptions: txsigning.Options{
		AddressCodec: address.NewBech32Codec("secret"), ValidatorAddressCodec: address.NewBech32Codec("secretvaloper"),
	}}))
	cryptocodec.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	bank.RegisterInterfaces(registry)
	return registry
}

// authAndBank are the SDK's keepers over empty stores of their own, and over those of more modules.
func authAndBank(cdc codec.Codec, more ...string) (storetypes.CommitMultiStore, map[string]*storetypes.KVStoreKey, authkeeper.AccountKeeper, bankkeeper.BaseKeeper) {
	keys := storetypes.NewKVStoreKeys(append(more, authtypes.StoreKey, bank.StoreKey)...)
	cms := store.NewCommitMultiStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	for _, key := range keys {
		cms.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	}
	check(cms.LoadLatestVersion())
	gov := authtypes.NewModuleAddress("gov").String()
	accounts := authkeeper.NewAccountKeeper(cdc, runtime.NewKVStoreService(keys[authtypes.StoreKey]), authtypes.ProtoBaseAccount, map[string][]string{authtypes.FeeCollectorName: nil}, address.NewBech32Codec("secret"), "secret", gov)
	banks := bankkeeper.NewBaseKeeper(cdc, runtime.NewKVStoreService(keys[bank.StoreKey]), accounts, map[string]bool{}, gov, log.NewNopLogger())
	return cms, keys, accounts, banks
}

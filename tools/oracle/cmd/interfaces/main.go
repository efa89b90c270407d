// interfaces prints which types the public Go modules register for the interfaces that an Any may hold, by the interface's name.
// usage: go run ./cmd/interfaces > ../../proto/interfaces.json
package main

import (
	"encoding/json"
	"os"
	"sort"
	"strings"

	circuit "cosmossdk.io/x/circuit/types"
	evidence "cosmossdk.io/x/evidence/types"
	"cosmossdk.io/x/feegrant"
	upgrade "cosmossdk.io/x/upgrade/types"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/std"
	auth "github.com/cosmos/cosmos-sdk/x/auth/types"
	vesting "github.com/cosmos/cosmos-sdk/x/auth/vesting/types"
	"github.com/cosmos/cosmos-sdk/x/authz"
	bank "github.com/cosmos/cosmos-sdk/x/bank/types"
	consensus "github.com/cosmos/cosmos-sdk/x/consensus/types"
	distribution "github.com/cosmos/cosmos-sdk/x/distribution/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
	govv1beta1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1beta1"
	mint "github.com/cosmos/cosmos-sdk/x/mint/types"
	"github.com/cosmos/cosmos-sdk/x/params/types/proposal"
	slashing "github.com/cosmos/cosmos-sdk/x/slashing/types"
	staking "github.com/cosmos/cosmos-sdk/x/staking/types"
	controller "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/controller/types"
	host "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/host/types"
	ica "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/types"
	fee "github.com/cosmos/ibc-go/v8/modules/apps/29-fee/types"
	transfer "github.com/cosmos/ibc-go/v8/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v8/modules/core/types"
	tendermint "github.com/cosmos/ibc-go/v8/modules/light-clients/07-tendermint"
)

// modules are those of Secret Network that are public; packet-forward registers nothing.
var modules = []func(codectypes.InterfaceRegistry){
	std.RegisterInterfaces, auth.RegisterInterfaces, vesting.RegisterInterfaces, authz.RegisterInterfaces, bank.RegisterInterfaces,
	circuit.RegisterInterfaces, consensus.RegisterInterfaces, distribution.RegisterInterfaces, evidence.RegisterInterfaces,
	feegrant.RegisterInterfaces, govv1.RegisterInterfaces, govv1beta1.RegisterInterfaces, mint.RegisterInterfaces,
	proposal.RegisterInterfaces, slashing.RegisterInterfaces, staking.RegisterInterfaces, upgrade.RegisterInterfaces,
	controller.RegisterInterfaces, host.RegisterInterfaces, ica.RegisterInterfaces, fee.RegisterInterfaces,
	transfer.RegisterInterfaces, ibc.RegisterInterfaces, tendermint.RegisterInterfaces,
}

func main() {
	registry := codectypes.NewInterfaceRegistry()
	for _, register := range modules {
		register(registry)
	}
	out := map[string][]string{}
	for _, name := range registry.ListAllInterfaces() {
		types := []string{}
		for _, url := range registry.ListImplementations(name) {
			types = append(types, strings.TrimPrefix(url, "/"))
		}
		sort.Strings(types)
		out[name] = types
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

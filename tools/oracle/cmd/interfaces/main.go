// SPDX-License-Identifier: Apache-2.0

// interfaces prints which types the public Go modules register for the interfaces of an Any, by the interface's name, and which interface
// each Any inside these types accepts: found by putting one of every type into it.
// usage: go run ./cmd/interfaces > ../../proto/interfaces.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
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
	gogoproto "github.com/cosmos/gogoproto/proto"
	controller "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/controller/types"
	host "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/host/types"
	ica "github.com/cosmos/ibc-go/v8/modules/apps/27-interchain-accounts/types"
	fee "github.com/cosmos/ibc-go/v8/modules/apps/29-fee/types"
	transfer "github.com/cosmos/ibc-go/v8/modules/apps/transfer/types"
	ibc "github.com/cosmos/ibc-go/v8/modules/core/types"
	tendermint "github.com/cosmos/ibc-go/v8/modules/light-clients/07-tendermint"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/dynamicpb"
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

const anyName = "google.protobuf.Any"

// places are the ways from a message to the Anys in it: fields of fields. No type comes twice in one.
func places(desc protoreflect.MessageDescriptor, way []protoreflect.FieldDescriptor) [][]protoreflect.FieldDescriptor {
	var out [][]protoreflect.FieldDescriptor
	for i := 0; i < desc.Fields().Len(); i++ {
		field := desc.Fields().Get(i)
		if field.Message() == nil || field.IsMap() {
			continue
		}
		here := append(slices.Clone(way), field)
		known := slices.ContainsFunc(way, func(f protoreflect.FieldDescriptor) bool {
			return f.Message().FullName() == field.Message().FullName()
		})
		switch {
		case field.Message().FullName() == anyName:
			out = append(out, here)
		case !known:
			out = append(out, places(field.Message(), here)...)
		}
	}
	return out
}

// with is a message in which only one Any is set, and holds an empty message of a type.
func with(desc protoreflect.MessageDescriptor, way []protoreflect.FieldDescriptor, typeURL string) *dynamicpb.Message {
	message := dynamicpb.NewMessage(desc)
	if len(way) == 0 {
		message.Set(desc.Fields().ByName("type_url"), protoreflect.ValueOfString(typeURL))
		return message
	}
	inner := protoreflect.ValueOfMessage(with(way[0].Message(), way[1:], typeURL))
	if way[0].IsList() {
		list := message.NewField(way[0]).List()
		list.Append(inner)
		message.Set(way[0], protoreflect.ValueOfList(list))
	} else {
		message.Set(way[0], inner)
	}
	return message
}

// accepted are the types, of all, that decode at one place of a message.
func accepted(registry codectypes.InterfaceRegistry, root string, way []protoreflect.FieldDescriptor, desc protoreflect.MessageDescriptor, all []string) []string {
	out := []string{}
	for _, name := range all {
		bytes, err := proto.Marshal(with(desc, way, "/"+name))
		if err != nil {
			panic(err)
		}
		message, err := registry.Resolve("/" + root)
		if err != nil {
			panic(err)
		}
		if err := gogoproto.Unmarshal(bytes, message); err != nil {
			panic(err)
		}
		if codectypes.UnpackInterfaces(message, registry) == nil {
			out = append(out, name)
		}
	}
	return out
}

// accepts names the interface of each Any that does not take every type. Of names for one set of types the shortest counts.
func accepts(registry codectypes.InterfaceRegistry, implementations map[string][]string) map[string]string {
	all := []string{}
	for _, types := range implementations {
		all = append(all, types...)
	}
	sort.Strings(all)
	all = slices.Compact(all)
	names := map[string]string{}
	for name, types := range implementations {
		key := strings.Join(types, " ")
		if old, found := names[key]; !found || len(name) < len(old) || len(name) == len(old) && name < old {
			names[key] = name
		}
	}
	out := map[string]string{}
	for _, root := range all {
		found, err := gogoproto.HybridResolver.FindDescriptorByName(protoreflect.FullName(root))
		if err != nil {
			panic(err)
		}
		desc := found.(protoreflect.MessageDescriptor)
		for _, way := range places(desc, nil) {
			types := accepted(registry, root, way, desc, all)
			if len(types) == len(all) {
				continue
			}
			name, found := names[strings.Join(types, " ")]
			field := string(way[len(way)-1].FullName())
			if old, twice := out[field]; !found || twice && old != name {
				panic(fmt.Sprintf("%s in %s accepts %v", field, root, types))
			}
			out[field] = name
		}
	}
	return out
}

func main() {
	registry := codectypes.NewInterfaceRegistry()
	for _, register := range modules {
		register(registry)
	}
	implementations := map[string][]string{}
	for _, name := range registry.ListAllInterfaces() {
		types := []string{}
		for _, url := range registry.ListImplementations(name) {
			types = append(types, strings.TrimPrefix(url, "/"))
		}
		sort.Strings(types)
		implementations[name] = types
	}
	out := map[string]any{"implementations": implementations, "accepts": accepts(registry, implementations)}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err)
	}
	os.Stdout.Write(append(text, '\n'))
}

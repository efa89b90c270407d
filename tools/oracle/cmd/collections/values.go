// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"math/big"
	"math/rand"
	"reflect"

	"cosmossdk.io/collections/codec"
	sdkmath "cosmossdk.io/math"
	sdkcodec "github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
)

// same says whether two shown keys are equal.
func same(a, b any) bool {
	return reflect.DeepEqual(must(json.Marshal(a)), must(json.Marshal(b)))
}

type valueEntry struct {
	Value any    `json:"value"`
	Bytes string `json:"bytes"`
}

type valueList struct {
	Codec  string       `json:"codec"`
	Values []valueEntry `json:"values"`
}

func valuesOf[V any](name string, vc codec.ValueCodec[V], show func(V) any, values ...V) valueList {
	list := valueList{Codec: name}
	for _, value := range values {
		list.Values = append(list.Values, valueEntry{show(value), hexOf(must(vc.Encode(value)))})
	}
	return list
}

func many[V any](r *rand.Rand, kind keyKind[V]) []V {
	values := append([]V{}, kind.edges...)
	for n := 0; n < 8; n++ {
		values = append(values, kind.make(r))
	}
	return values
}

func ofKey[V any](r *rand.Rand, kind keyKind[V]) valueList {
	return valuesOf(kind.name, codec.KeyToValueCodec(kind.codec), kind.show, many(r, kind)...)
}

func bigs(r *rand.Rand) []*big.Int {
	out := []*big.Int{big.NewInt(0), big.NewInt(1), big.NewInt(-1)}
	for n := 1; n < 250; n += 17 {
		value := new(big.Int).Rand(r, new(big.Int).Lsh(big.NewInt(1), uint(n)))
		if n%2 == 0 {
			value.Neg(value)
		}
		out = append(out, value)
	}
	return out
}

func valueVectors(r *rand.Rand) []valueList {
	ints, decs := []sdkmath.Int{}, []sdkmath.LegacyDec{}
	for _, value := range bigs(r) {
		ints = append(ints, sdkmath.NewIntFromBigInt(value))
	}
	for _, value := range bigs(r) {
		decs = append(decs, sdkmath.LegacyNewDecFromBigIntWithPrec(value, 18))
	}
	registry := codectypes.NewInterfaceRegistry()
	params := sdkcodec.CollValue[authtypes.Params](sdkcodec.NewProtoCodec(registry))
	list := []authtypes.Params{authtypes.DefaultParams(), {}, authtypes.NewParams(bits(r), bits(r), bits(r), bits(r), bits(r))}
	return []valueList{
		ofKey(r, u16), ofKey(r, u32), ofKey(r, u64), ofKey(r, i32), ofKey(r, i64), ofKey(r, boo), ofKey(r, text), ofKey(r, byt), ofKey(r, tim),
		ofKey(r, pairOf(u64, text)),
		valuesOf("int", sdk.IntValue, func(v sdkmath.Int) any { return v.String() }, ints...),
		valuesOf("decimal", sdk.LegacyDecValue, func(v sdkmath.LegacyDec) any { return v.String() }, decs...),
		valuesOf("proto_bool", sdkcodec.BoolValue, func(v bool) any { return v }, false, true),
		valuesOf("auth_params", params, func(v authtypes.Params) any {
			return []any{unsigned(v.MaxMemoCharacters), unsigned(v.TxSigLimit), unsigned(v.TxSizeCostPerByte), unsigned(v.SigVerifyCostED25519), unsigned(v.SigVerifyCostSecp256k1)}
		}, list...),
	}
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"cosmossdk.io/math"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/keys/ed25519"
	"github.com/cosmos/cosmos-sdk/crypto/keys/secp256k1"
	sdk "github.com/cosmos/cosmos-sdk/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
	"github.com/cosmos/gogoproto/proto"
)

func init() {
	scenarios["staking-input"] = scenario{about: "staking and slashing: every field of every message missing, malformed, too long or too large", accounts: 12, validators: 2, play: playStakingInput}
	scenarios["distribution-input"] = scenario{about: "distribution: every field of every message missing, malformed, too long or too large", accounts: 12, validators: 2, play: playDistributionInput}
}

// oddTexts are texts for the fields that hold an address, a number or a name.
func oddTexts(s *Sim, of *Account) []string {
	valoper := func(bytes []byte) string { return sdk.MustBech32ifyAddressBytes(prefix+"valoper", bytes) }
	good := s.v[0].String()
	return append(oddAddresses(of), valoper(of.Addr), s.v[1].String(), strings.ToUpper(good), good[:len(good)-1]+"q", valoper(make([]byte, 32)), sdk.MustBech32ifyAddressBytes("cosmosvaloper", of.Addr), strings.Repeat("x", 1100), good+"é")
}

// malformed calls `use` with a copy of a message for each odd value of each of its fields.
func malformed(s *Sim, of *Account, m sdk.Msg, use func(about string, m sdk.Msg)) {
	var walk func(path string, at func(sdk.Msg) reflect.Value)
	walk = func(path string, at func(sdk.Msg) reflect.Value) {
		put := func(about string, value any) {
			c := reflect.New(reflect.TypeOf(m).Elem()).Interface().(sdk.Msg)
			check(proto.Unmarshal(must(proto.Marshal(m)), c))
			field := at(c)
			if value == nil {
				field.SetZero()
			} else {
				field.Set(reflect.ValueOf(value).Convert(field.Type()))
			}
			use(path+" "+about, c)
		}
		odd := oddCoins()
		large := func(bits uint) math.Int {
			return math.NewIntFromBigInt(math.NewInt(1).BigInt().Lsh(math.NewInt(1).BigInt(), bits))
		}
		switch at(m).Interface().(type) {
		case string:
			for _, text := range oddTexts(s, of) {
				put(fmt.Sprintf("%.60q", text), text)
			}
		case sdk.Coins:
			for _, name := range coinCases {
				put(name, odd[name])
			}
		case sdk.Coin:
			put("none", nil)
			for _, name := range coinCases {
				for _, coin := range odd[name] {
					put(name, coin)
				}
			}
		case math.Int:
			for _, n := range []math.Int{math.ZeroInt(), math.NewInt(-1), math.NewInt(1), large(63), large(255)} {
				put(n.String(), n)
			}
			put("none", nil)
		case *math.Int:
			for _, n := range []math.Int{math.ZeroInt(), math.NewInt(-1), math.NewInt(1), large(255)} {
				put(n.String(), &n)
			}
		case math.LegacyDec:
			for _, text := range []string{"0", "-0.1", "0.000000000000000001", "1", "1.000000000000000001", "9999999999999999999999999999"} {
				put(text, math.LegacyMustNewDecFromStr(text))
			}
			put("none", nil)
		case *math.LegacyDec:
			for _, text := range []string{"0", "-0.1", "0.000000000000000001", "1", "1.1", "9999999999999999999999999999"} {
				d := math.LegacyMustNewDecFromStr(text)
				put(text, &d)
			}
		case int64:
			for _, n := range []int64{0, -1, 1, 3, 1<<63 - 1, -1 << 63} {
				put(fmt.Sprint(n), n)
			}
		case *codectypes.Any:
			put("none", nil)
			put("without a type", &codectypes.Any{})
			put("of another kind", must(codectypes.NewAnyWithValue(secp256k1.GenPrivKeyFromSecret([]byte(path)).PubKey().(*secp256k1.PubKey))))
			for _, n := range []int{0, 31, 33} {
				put(fmt.Sprintf("of %d bytes", n), must(codectypes.NewAnyWithValue(&ed25519.PubKey{Key: make([]byte, n)})))
			}
			put("an unknown type", &codectypes.Any{TypeUrl: "/cosmos.nothing.Key", Value: []byte{10, 1, 1}})
		default:
			if at(m).Kind() != reflect.Struct {
				return
			}
			put("none", nil)
			for i := range at(m).NumField() {
				name := at(m).Type().Field(i).Name
				walk(strings.TrimSpace(path+" "+name), func(m sdk.Msg) reflect.Value { return at(m).Field(i) })
			}
		}
	}
	walk("", func(m sdk.Msg) reflect.Value { return reflect.ValueOf(m).Elem() })
}

// playMalformed has each account send its own odd forms of a message in turn.
func playMalformed(s *Sim, bases ...func(by *Account) sdk.Msg) {
	r := &rounds{s: s}
	for _, base := range bases {
		first := base(s.a[0])
		var abouts []string
		malformed(s, s.a[0], first, func(about string, _ sdk.Msg) { abouts = append(abouts, about) })
		for i, about := range abouts {
			r.by(func(by *Account) (string, sdk.Msg) {
				var list []sdk.Msg
				malformed(s, by, base(by), func(_ string, m sdk.Msg) { list = append(list, m) })
				return sdk.MsgTypeURL(first) + " " + about, list[i]
			})
		}
	}
	s.block()
}

func playStakingInput(s *Sim) {
	v := s.v
	s.wait(2)
	for _, x := range s.a {
		s.do(x, "delegate", delegate(x, v[0], 5_000_000), delegate(x, v[1], 7_000_001))
	}
	s.block()
	for _, x := range s.a {
		s.do(x, "unbond", undelegate(x, v[0], 1_000_000))
	}
	s.block()
	made := s.height
	dec := math.LegacyMustNewDecFromStr
	playMalformed(s,
		func(by *Account) sdk.Msg { return delegate(by, v[0], 3) },
		func(by *Account) sdk.Msg { return undelegate(by, v[0], 3) },
		func(by *Account) sdk.Msg { return redelegate(by, v[0], v[1], 3) },
		func(by *Account) sdk.Msg { return cancel(by, v[0], made, 3) },
		func(by *Account) sdk.Msg {
			key := ed25519.GenPrivKeyFromSecret([]byte(by.Name)).PubKey()
			return must(stakingtypes.NewMsgCreateValidator(sdk.ValAddress(by.Addr).String(), key, scrt(1_000_000), stakingtypes.NewDescription("m", "i", "w", "c", "d"), stakingtypes.NewCommissionRates(dec("0.1"), dec("0.2"), dec("0.01")), math.NewInt(1)))
		},
	)
	s.skip(25 * time.Hour) // commissions may change again
	s.block()
	playMalformed(s,
		func(by *Account) sdk.Msg {
			own := math.NewInt(2)
			// Without a rate: it may change once a day, and a second one hides all other faults.
			return stakingtypes.NewMsgEditValidator(sdk.ValAddress(by.Addr).String(), noEdit("n"), nil, &own)
		},
		func(by *Account) sdk.Msg { return slashingtypes.NewMsgUnjail(sdk.ValAddress(by.Addr).String()) },
		func(by *Account) sdk.Msg {
			return &stakingtypes.MsgUpdateParams{Authority: by.String(), Params: must(s.app.staking.GetParams(s.ctx()))}
		},
	)
	s.wait(2)
}

func playDistributionInput(s *Sim) {
	v := s.v
	s.wait(2)
	for _, x := range s.a {
		s.do(x, "delegate", delegate(x, v[0], 5_000_000))
	}
	s.wait(2)
	playMalformed(s,
		func(by *Account) sdk.Msg { return distrtypes.NewMsgSetWithdrawAddress(by.Addr, s.a[0].Addr) },
		func(by *Account) sdk.Msg { return withdraw(by, v[0]) },
		func(by *Account) sdk.Msg {
			return distrtypes.NewMsgWithdrawValidatorCommission(sdk.ValAddress(by.Addr).String())
		},
		func(by *Account) sdk.Msg { return distrtypes.NewMsgFundCommunityPool(coins(3), by.String()) },
		func(by *Account) sdk.Msg {
			return distrtypes.NewMsgDepositValidatorRewardsPool(by.String(), v[0].String(), coins(3))
		},
		func(by *Account) sdk.Msg {
			return &distrtypes.MsgCommunityPoolSpend{Authority: by.String(), Recipient: by.String(), Amount: coins(3)}
		},
		func(by *Account) sdk.Msg {
			return &distrtypes.MsgUpdateParams{Authority: by.String(), Params: must(s.app.distr.Params.Get(s.ctx()))}
		},
	)
	s.wait(2)
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/big"
	"math/rand"

	"cosmossdk.io/math"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// coinCase has what the SDK makes of two valid sets, and the amounts of the first as protobuf has them; a panic is its text.
type coinCase struct {
	A        string            `json:"a"`
	B        string            `json:"b"`
	Add      string            `json:"add,omitempty"`
	AddPanic string            `json:"add_panic,omitempty"`
	Sub      string            `json:"sub,omitempty"`
	SubPanic string            `json:"sub_panic,omitempty"`
	Min      string            `json:"min"`
	Max      string            `json:"max"`
	AllGTE   bool              `json:"all_gte"`
	AnyGTE   bool              `json:"any_gte"`
	Equal    bool              `json:"equal"`
	Amounts  map[string]string `json:"amounts_of_a"`
	Dec      string            `json:"a_dec"`
	Wire     [][2]string       `json:"a_wire"`
}
type decCoinCase struct {
	A                string            `json:"a"`
	B                string            `json:"b"`
	By               string            `json:"by"`
	Add              string            `json:"add,omitempty"`
	AddPanic         string            `json:"add_panic,omitempty"`
	Sub              string            `json:"sub,omitempty"`
	SubPanic         string            `json:"sub_panic,omitempty"`
	Mul              string            `json:"mul,omitempty"`
	MulPanic         string            `json:"mul_panic,omitempty"`
	MulTruncate      string            `json:"mul_truncate,omitempty"`
	MulTruncatePanic string            `json:"mul_truncate_panic,omitempty"`
	QuoTruncate      string            `json:"quo_truncate,omitempty"`
	QuoTruncatePanic string            `json:"quo_truncate_panic,omitempty"`
	Intersect        string            `json:"intersect"`
	Whole            string            `json:"a_whole"`
	Change           string            `json:"a_change"`
	Equal            bool              `json:"equal"`
	Amounts          map[string]string `json:"amounts_of_a"`
	Wire             [][2]string       `json:"a_wire"`
}

// setCase has lists of denomination and amount that may be no sets: what Validate says, and what the constructor makes of them.
type setCase struct {
	Coins  [][2]string `json:"coins"`
	Fault  string      `json:"fault,omitempty"`
	New    string      `json:"new,omitempty"`
	NewBad string      `json:"new_panic,omitempty"`
}
type coinVectorSet struct {
	Coins    []coinCase    `json:"coins"`
	DecCoins []decCoinCase `json:"dec_coins"`
	Sets     []setCase     `json:"sets"`
	DecSets  []setCase     `json:"dec_sets"`
	DecParse []parseCase   `json:"dec_parse"`
}

// caught is the text of a panic, empty without one.
func caught(run func()) (text string) {
	defer func() {
		if p := recover(); p != nil {
			text = fmt.Sprint(p)
		}
	}()
	run()
	return ""
}

var denoms = []string{"aaa", "abc", "B.x", "b-x", "b.x", "b/x", "factory/x", "ibc/27394FB0", "uscrt"}

func power(base, exponent int64) *big.Int {
	return new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil)
}

// amount is positive: small ones often, so that sets have equal amounts; the largest one of 256 bits now and then.
func amount(r *rand.Rand) *big.Int {
	switch r.Intn(8) {
	case 0, 1, 2:
		return big.NewInt(1 + r.Int63n(4))
	case 3:
		return new(big.Int).Sub(power(2, 256), big.NewInt(1+r.Int63n(3)))
	default:
		return new(big.Int).Add(new(big.Int).Rand(r, power(10, 1+r.Int63n(60))), big.NewInt(1))
	}
}

func randomDenoms(r *rand.Rand) []string {
	var out []string
	for _, i := range r.Perm(len(denoms))[:r.Intn(5)] {
		out = append(out, denoms[i])
	}
	return out
}

func randomCoins(r *rand.Rand) sdk.Coins {
	var out []sdk.Coin
	for _, denom := range randomDenoms(r) {
		out = append(out, sdk.NewCoin(denom, math.NewIntFromBigInt(amount(r))))
	}
	return sdk.NewCoins(out...)
}

// randomAtoms is a positive decimal as a count of 10^-18; now and then a whole one, or the largest.
func randomAtoms(r *rand.Rand) *big.Int {
	switch r.Intn(8) {
	case 0:
		return big.NewInt(1 + r.Int63n(3))
	case 1:
		return new(big.Int).Mul(big.NewInt(1+r.Int63n(9)), power(10, 18))
	case 2:
		return new(big.Int).Sub(new(big.Int).Mul(power(2, 256), power(10, 18)), big.NewInt(1+r.Int63n(3)))
	default:
		return new(big.Int).Add(new(big.Int).Rand(r, power(10, 1+r.Int63n(40))), big.NewInt(1))
	}
}

func decOf(atoms *big.Int) math.LegacyDec { return math.LegacyNewDecFromBigIntWithPrec(atoms, 18) }

func randomDecCoins(r *rand.Rand) sdk.DecCoins {
	var out []sdk.DecCoin
	for _, denom := range randomDenoms(r) {
		out = append(out, sdk.DecCoin{Denom: denom, Amount: decOf(randomAtoms(r))})
	}
	return sdk.NewDecCoins(out...)
}

func pairOfCoins(a, b sdk.Coins) coinCase {
	c := coinCase{A: a.String(), B: b.String(), Min: a.Min(b).String(), Max: a.Max(b).String(), AllGTE: a.IsAllGTE(b), AnyGTE: a.IsAnyGTE(b), Equal: a.Equal(b), Amounts: map[string]string{}, Dec: sdk.NewDecCoinsFromCoins(a...).String()}
	c.AddPanic = caught(func() { c.Add = a.Add(b...).String() })
	c.SubPanic = caught(func() { c.Sub = a.Sub(b...).String() })
	for _, denom := range denoms[1:5] {
		c.Amounts[denom] = a.AmountOf(denom).String()
	}
	for _, coin := range a {
		c.Wire = append(c.Wire, [2]string{coin.Denom, string(must(coin.Amount.Marshal()))})
	}
	return c
}

func pairOfDecCoins(a, b sdk.DecCoins, by math.LegacyDec) decCoinCase {
	whole, change := a.TruncateDecimal()
	c := decCoinCase{A: a.String(), B: b.String(), By: by.String(), Intersect: a.Intersect(b).String(), Whole: whole.String(), Change: change.String(), Equal: a.Equal(b), Amounts: map[string]string{}}
	c.AddPanic = caught(func() { c.Add = a.Add(b...).String() })
	c.SubPanic = caught(func() { c.Sub = a.Sub(b).String() })
	c.MulPanic = caught(func() { c.Mul = a.MulDec(by).String() })
	c.MulTruncatePanic = caught(func() { c.MulTruncate = a.MulDecTruncate(by).String() })
	c.QuoTruncatePanic = caught(func() { c.QuoTruncate = a.QuoDecTruncate(by).String() })
	for _, denom := range denoms[1:5] {
		c.Amounts[denom] = a.AmountOf(denom).String()
	}
	for _, coin := range a {
		c.Wire = append(c.Wire, [2]string{coin.Denom, string(must(coin.Amount.Marshal()))})
	}
	return c
}

// anyList is mostly no set: any order, twice the same, zeros, negative amounts, texts that are no denominations.
func anyList(r *rand.Rand) [][2]string {
	pool := append([]string{"a", "", "1ab", "a b"}, denoms[:4]...)
	if r.Intn(3) > 0 {
		pool = denoms[:4]
	}
	list := [][2]string{}
	for i := r.Intn(4); i >= 0; i-- {
		list = append(list, [2]string{pool[r.Intn(len(pool))], fmt.Sprint(r.Int63n(5) - r.Int63n(2)*r.Int63n(3))})
	}
	return list
}

func setOf(list [][2]string) setCase {
	c := setCase{Coins: list}
	var coins sdk.Coins
	for _, each := range list {
		value, ok := math.NewIntFromString(each[1])
		if !ok {
			panic(each[1])
		}
		coins = append(coins, sdk.Coin{Denom: each[0], Amount: value})
	}
	if err := coins.Validate(); err != nil {
		c.Fault = err.Error()
	}
	c.NewBad = caught(func() { c.New = sdk.NewCoins(coins...).String() })
	return c
}

func decSetOf(list [][2]string) setCase {
	c := setCase{Coins: list}
	var coins sdk.DecCoins
	for _, each := range list {
		coins = append(coins, sdk.DecCoin{Denom: each[0], Amount: math.LegacyMustNewDecFromStr(each[1])})
	}
	if err := coins.Validate(); err != nil {
		c.Fault = err.Error()
	}
	c.NewBad = caught(func() { c.New = sdk.NewDecCoins(coins...).String() })
	return c
}

func coinVectors(r *rand.Rand) coinVectorSet {
	var v coinVectorSet
	for i := 0; i < 120; i++ {
		a, b := randomCoins(r), randomCoins(r)
		switch i % 4 {
		case 1: // b is a part of a
			b = a
			if len(a) > 1 {
				b = a[1:]
			}
		case 2:
			b = a.Min(b)
		}
		v.Coins = append(v.Coins, pairOfCoins(a, b))
	}
	factors := []string{"0", "1", "0.5", "0.000000000000000001", "2", "0.333333333333333333", "1000000000000000000"}
	for i := 0; i < 160; i++ {
		a, b := randomDecCoins(r), randomDecCoins(r)
		if i%4 == 1 {
			b = a.MulDecTruncate(math.LegacyMustNewDecFromStr("0.9"))
		} else if i%16 == 2 {
			b = a
		}
		by := decOf(randomAtoms(r))
		if i%2 == 0 {
			by = math.LegacyMustNewDecFromStr(factors[(i/2)%len(factors)])
		}
		v.DecCoins = append(v.DecCoins, pairOfDecCoins(a, b, by))
	}
	v.Sets = append(v.Sets, setOf([][2]string{}))
	v.DecSets = append(v.DecSets, decSetOf([][2]string{}))
	for i := 0; i < 150; i++ {
		v.Sets = append(v.Sets, setOf(anyList(r)))
		list := anyList(r)
		for j := range list {
			if r.Intn(3) == 0 {
				list[j][1] += ".5"
			}
		}
		v.DecSets = append(v.DecSets, decSetOf(list))
	}
	for _, text := range []string{"", " ", "1aaa", " 2bbb , 1.9 aaa,0ccc ", "0.25uscrt", "uscrt", "1", "-1uscrt", "1.uscrt", ".5uscrt", "1uscrt,", ",1uscrt", "1us crt", "1aaa,2aaa", "0aaa,1aaa", "0aaa", "1.0000000000000000001uscrt", "1\taaa", "1aaa;2bbb", "1b/x,2B.x,3b.x", "115792089237316195423570985008687907853269984665640564039457584007913129639936aaa", "0x1aaa", "1e3aaa"} {
		c := parseCase{Text: text}
		if coins, err := sdk.ParseDecCoins(text); err != nil {
			c.Error = err.Error()
		} else {
			c.Value = coins.String()
		}
		v.DecParse = append(v.DecParse, c)
	}
	return v
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"math"
	"math/big"
	"math/rand"
	"sort"
	"strconv"
	"time"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// keyKind is a key codec with a generator of keys and the form of a key in the vectors.
type keyKind[K any] struct {
	name  string
	codec codec.KeyCodec[K]
	make  func(r *rand.Rand) K
	show  func(K) any
	edges []K
}

func decimal[N int32 | int64](n N) any             { return strconv.FormatInt(int64(n), 10) }
func unsigned[N uint16 | uint32 | uint64](n N) any { return strconv.FormatUint(uint64(n), 10) }
func hexed[B ~[]byte](b B) any                     { return hexOf(b) }
func nanoseconds(t time.Time) any {
	n := new(big.Int).Mul(big.NewInt(t.Unix()), big.NewInt(1_000_000_000))
	return n.Add(n, big.NewInt(int64(t.Nanosecond()))).String()
}

var letters = []string{"a", "b", "z", "A", "0", "/", "uscrt", "-", "ibc/", "~"}

func ascii(r *rand.Rand) string {
	text := ""
	for n := r.Intn(5); n > 0; n-- {
		text += letters[r.Intn(len(letters))]
	}
	return text
}

func bits(r *rand.Rand) uint64 { return r.Uint64() >> r.Intn(64) }

var (
	u16  = keyKind[uint16]{"u16", collections.Uint16Key, func(r *rand.Rand) uint16 { return uint16(bits(r)) }, unsigned[uint16], []uint16{0, 1, 255, 256, math.MaxUint16}}
	u32  = keyKind[uint32]{"u32", collections.Uint32Key, func(r *rand.Rand) uint32 { return uint32(bits(r)) }, unsigned[uint32], []uint32{0, 1, 255, 256, 1 << 31, math.MaxUint32}}
	u64  = keyKind[uint64]{"u64", collections.Uint64Key, bits, unsigned[uint64], []uint64{0, 1, 255, 256, 1 << 32, 1 << 63, math.MaxUint64}}
	i32  = keyKind[int32]{"i32", collections.Int32Key, func(r *rand.Rand) int32 { return int32(bits(r)) }, decimal[int32], []int32{math.MinInt32, -256, -1, 0, 1, math.MaxInt32}}
	i64  = keyKind[int64]{"i64", collections.Int64Key, func(r *rand.Rand) int64 { return int64(bits(r)) }, decimal[int64], []int64{math.MinInt64, -256, -1, 0, 1, math.MaxInt64}}
	boo  = keyKind[bool]{"bool", collections.BoolKey, func(r *rand.Rand) bool { return r.Intn(2) == 1 }, func(b bool) any { return b }, []bool{false, true}}
	text = keyKind[string]{"text", collections.StringKey, ascii, func(s string) any { return s }, []string{"", "é", "aé", "日本", "𝄞z", "a\x00b", "\x00"}}
	byt  = keyKind[[]byte]{"bytes", collections.BytesKey, func(r *rand.Rand) []byte { return bytesOf(r, r.Intn(40)) }, hexed[[]byte], [][]byte{{}, {0}, {255}, make([]byte, 255), make([]byte, 256)}}
	acc  = keyKind[sdk.AccAddress]{"address", sdk.AccAddressKey, address, hexed[sdk.AccAddress], []sdk.AccAddress{{}, make([]byte, 255)}}
	// nolint: the deprecated codec is what bank and gov use
	lenAcc = keyKind[sdk.AccAddress]{"prefixed_address", sdk.LengthPrefixedAddressKey(sdk.AccAddressKey), address, hexed[sdk.AccAddress], []sdk.AccAddress{{}, make([]byte, 255), make([]byte, 256)}}
	tim    = keyKind[time.Time]{"time", sdk.TimeKey, func(r *rand.Rand) time.Time {
		return time.Unix(r.Int63n(4_000_000_000)-1_000_000_000, r.Int63n(1_000_000_000)).UTC()
	}, nanoseconds,
		[]time.Time{time.Unix(0, 0).UTC(), time.Unix(-1, 999_999_999).UTC(), time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999_999_999, time.UTC), time.Date(2024, 2, 29, 12, 0, 0, 500_000_000, time.UTC)}}
)

func address(r *rand.Rand) sdk.AccAddress { return bytesOf(r, []int{20, 20, 32, r.Intn(5)}[r.Intn(4)]) }

func pairOf[A, B any](a keyKind[A], b keyKind[B]) keyKind[collections.Pair[A, B]] {
	return keyKind[collections.Pair[A, B]]{
		name: "pair(" + a.name + "," + b.name + ")", codec: collections.PairKeyCodec(a.codec, b.codec),
		make: func(r *rand.Rand) collections.Pair[A, B] { return collections.Join(a.make(r), b.make(r)) },
		show: func(p collections.Pair[A, B]) any { return []any{a.show(p.K1()), b.show(p.K2())} },
	}
}

func tripleOf[A, B, C any](a keyKind[A], b keyKind[B], c keyKind[C]) keyKind[collections.Triple[A, B, C]] {
	return keyKind[collections.Triple[A, B, C]]{
		name: "triple(" + a.name + "," + b.name + "," + c.name + ")", codec: collections.TripleKeyCodec(a.codec, b.codec, c.codec),
		make: func(r *rand.Rand) collections.Triple[A, B, C] {
			return collections.Join3(a.make(r), b.make(r), c.make(r))
		},
		show: func(t collections.Triple[A, B, C]) any { return []any{a.show(t.K1()), b.show(t.K2()), c.show(t.K3())} },
	}
}

type keyEntry struct {
	Key any `json:"key"`
	// Bytes is the key as the last part, Part as an earlier one.
	Bytes string `json:"bytes"`
	Part  string `json:"part"`
	// What is wrong with either form, and with what reading Part gives.
	BytesError string `json:"bytes_error,omitempty"`
	PartError  string `json:"part_error,omitempty"`
	PartLost   bool   `json:"part_lost,omitempty"`
}

type keyList struct {
	Codec string     `json:"codec"`
	Keys  []keyEntry `json:"keys"`
}

func keysOf[K any](r *rand.Rand, kind keyKind[K]) keyList {
	keys := kind.edges
	for n := 0; n < 24; n++ {
		keys = append(keys, kind.make(r))
	}
	type row struct {
		bytes []byte
		entry keyEntry
	}
	rows := []row{}
	for _, key := range keys {
		entry := keyEntry{Key: kind.show(key)}
		whole := make([]byte, kind.codec.Size(key))
		n, err := kind.codec.Encode(whole, key)
		if err != nil {
			entry.BytesError = kindOf(err)
		} else if n != len(whole) {
			panic("a key has another size than its bytes")
		}
		entry.Bytes = hexOf(whole)
		part := make([]byte, kind.codec.SizeNonTerminal(key))
		if _, err := kind.codec.EncodeNonTerminal(part, key); err != nil {
			entry.PartError = kindOf(err)
		} else {
			entry.Part = hexOf(part)
			read, back, err := kind.codec.DecodeNonTerminal(append(append([]byte{}, part...), 7, 7))
			entry.PartLost = err != nil || read != len(part) || !same(kind.show(back), kind.show(key))
		}
		if entry.BytesError != "" {
			entry.Bytes = ""
		}
		rows = append(rows, row{whole, entry})
	}
	sort.SliceStable(rows, func(i, j int) bool { return bytes.Compare(rows[i].bytes, rows[j].bytes) < 0 })
	list := keyList{Codec: kind.name}
	for _, each := range rows {
		list.Keys = append(list.Keys, each.entry)
	}
	return list
}

func keyVectors(r *rand.Rand) []keyList {
	return []keyList{
		keysOf(r, u16), keysOf(r, u32), keysOf(r, u64), keysOf(r, i32), keysOf(r, i64), keysOf(r, boo), keysOf(r, text),
		keysOf(r, byt), keysOf(r, acc), keysOf(r, lenAcc), keysOf(r, tim),
		keysOf(r, pairOf(acc, text)), keysOf(r, pairOf(text, lenAcc)), keysOf(r, pairOf(tim, u64)), keysOf(r, pairOf(u64, lenAcc)),
		keysOf(r, pairOf(i64, boo)), keysOf(r, pairOf(u16, i32)), keysOf(r, pairOf(text, pairOf(u32, byt))),
		keysOf(r, tripleOf(acc, lenAcc, u64)), keysOf(r, tripleOf(text, i64, text)), keysOf(r, tripleOf(byt, boo, tim)),
		keysOf(r, pairOf(tripleOf(u16, text, acc), u64)),
	}
}

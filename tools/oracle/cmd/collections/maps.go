// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"math/rand"

	"cosmossdk.io/collections"
	"cosmossdk.io/collections/codec"
	"cosmossdk.io/collections/indexes"
	"cosmossdk.io/store/cachekv"
)

// done is an operation, its answer, and the accesses to the store that it took.
type done struct {
	Op       []any      `json:"op"`
	Error    string     `json:"error,omitempty"`
	Answer   any        `json:"answer"`
	Accesses [][]string `json:"accesses"`
}

type history struct {
	Map string `json:"map"`
	Ops []done `json:"ops"`
}

// run makes one operation on a branch, which an error drops, as a transaction does.
func (h *history) run(to *recorder, op []any, work func(ctx context.Context) (any, error)) {
	base := to.store
	to.store = cachekv.NewStore(base)
	answer, err := work(context.Background())
	one := done{Op: op, Answer: answer, Accesses: to.take()}
	if err != nil {
		one.Error, one.Answer = kindOf(err), nil
	} else {
		to.store.Write()
	}
	to.store = base
	h.Ops = append(h.Ops, one)
}

type row = collections.Pair[uint64, string]

func showRow(v row) any { return []any{unsigned(v.K1()), v.K2()} }

type noIndexes[K, V any] struct{ list []collections.Index[K, V] }

func (n noIndexes[K, V]) IndexesList() []collections.Index[K, V] { return n.list }

func numberOf(_ uint64, v row) (uint64, error) { return v.K1(), nil }
func nameOf(_ uint64, v row) (string, error)   { return v.K2(), nil }

// indexedHistory are random operations on a map from numbers to pairs of a number and a text.
func indexedHistory(r *rand.Rand, name string, list func(*collections.SchemaBuilder) ([]collections.Index[uint64, row], func(context.Context) (any, error))) history {
	to := newRecorder()
	builder := collections.NewSchemaBuilder(to)
	found, read := list(builder)
	rows := collections.NewIndexedMap(builder, collections.NewPrefix(1), "rows", collections.Uint64Key,
		codec.KeyToValueCodec(collections.PairKeyCodec(collections.Uint64Key, collections.StringKey)), noIndexes[uint64, row]{found})
	h := history{Map: name}
	for n := 0; n < 60; n++ {
		key := uint64(r.Intn(5))
		value := collections.Join(uint64(r.Intn(6)), []string{"a", "b", "", "cc"}[r.Intn(4)])
		switch r.Intn(7) {
		case 0, 1, 2:
			h.run(to, []any{"set", unsigned(key), showRow(value)}, func(ctx context.Context) (any, error) { return nil, rows.Set(ctx, key, value) })
		case 3:
			h.run(to, []any{"remove", unsigned(key)}, func(ctx context.Context) (any, error) { return nil, rows.Remove(ctx, key) })
		case 4:
			h.run(to, []any{"get", unsigned(key)}, func(ctx context.Context) (any, error) {
				v, err := rows.Get(ctx, key)
				return showRow(v), err
			})
		case 5:
			h.run(to, []any{"has", unsigned(key)}, func(ctx context.Context) (any, error) { return rows.Has(ctx, key) })
		case 6:
			h.run(to, []any{"index"}, read)
		}
	}
	return h
}

func uniqueHistory(r *rand.Rand) history {
	return indexedHistory(r, "unique", func(b *collections.SchemaBuilder) ([]collections.Index[uint64, row], func(context.Context) (any, error)) {
		index := indexes.NewUnique(b, collections.NewPrefix(2), "by_number", collections.Uint64Key, collections.Uint64Key, numberOf)
		return []collections.Index[uint64, row]{index}, func(ctx context.Context) (any, error) {
			shown := []any{}
			err := index.Walk(ctx, nil, func(number, key uint64) (bool, error) {
				shown = append(shown, []any{unsigned(number), unsigned(key)})
				return false, nil
			})
			return shown, err
		}
	})
}

func multiHistory(r *rand.Rand) history {
	return indexedHistory(r, "multi", func(b *collections.SchemaBuilder) ([]collections.Index[uint64, row], func(context.Context) (any, error)) {
		index := indexes.NewMulti(b, collections.NewPrefix(2), "by_name", collections.StringKey, collections.Uint64Key, nameOf)
		return []collections.Index[uint64, row]{index}, func(ctx context.Context) (any, error) {
			iterator, err := index.MatchExact(ctx, "a")
			if err != nil {
				return nil, err
			}
			shown := []any{}
			for _, key := range must(iterator.PrimaryKeys()) {
				shown = append(shown, unsigned(key))
			}
			return shown, nil
		}
	})
}

// severalHistory has two multi indexes and a unique one: who reads the old row, and when.
func severalHistory(r *rand.Rand) history {
	return indexedHistory(r, "several", func(b *collections.SchemaBuilder) ([]collections.Index[uint64, row], func(context.Context) (any, error)) {
		name := indexes.NewMulti(b, collections.NewPrefix(2), "by_name", collections.StringKey, collections.Uint64Key, nameOf)
		number := indexes.NewMulti(b, collections.NewPrefix(3), "by_number", collections.Uint64Key, collections.Uint64Key, numberOf)
		unique := indexes.NewUnique(b, collections.NewPrefix(4), "by_both", collections.PairKeyCodec(collections.StringKey, collections.Uint64Key), collections.Uint64Key,
			func(_ uint64, v row) (collections.Pair[string, uint64], error) {
				return collections.Join(v.K2(), v.K1()), nil
			})
		return []collections.Index[uint64, row]{name, number, unique}, func(ctx context.Context) (any, error) {
			shown := []any{}
			err := name.Walk(ctx, nil, func(text string, key uint64) (bool, error) {
				shown = append(shown, []any{text, unsigned(key)})
				return len(shown) == 2, nil
			})
			return shown, err
		}
	})
}

func reverseHistory(r *rand.Rand) history {
	to := newRecorder()
	builder := collections.NewSchemaBuilder(to)
	key := collections.PairKeyCodec(collections.BytesKey, collections.StringKey)
	index := indexes.NewReversePair[uint64](builder, collections.NewPrefix(2), "by_denom", key)
	rows := collections.NewIndexedMap(builder, collections.NewPrefix(1), "rows", key, collections.Uint64Value, noIndexes[collections.Pair[[]byte, string], uint64]{[]collections.Index[collections.Pair[[]byte, string], uint64]{index}})
	h := history{Map: "reverse"}
	for n := 0; n < 40; n++ {
		owner, denom, amount := []byte{byte(r.Intn(3)), 9}, []string{"uscrt", "ibc"}[r.Intn(2)], uint64(r.Intn(3))
		at := collections.Join(owner, denom)
		shown := []any{hexOf(owner), denom}
		switch r.Intn(4) {
		case 0, 1:
			h.run(to, []any{"set", shown, unsigned(amount)}, func(ctx context.Context) (any, error) { return nil, rows.Set(ctx, at, amount) })
		case 2:
			h.run(to, []any{"remove", shown}, func(ctx context.Context) (any, error) { return nil, rows.Remove(ctx, at) })
		case 3:
			h.run(to, []any{"index", denom}, func(ctx context.Context) (any, error) {
				iterator, err := index.MatchExact(ctx, denom)
				if err != nil {
					return nil, err
				}
				found := []any{}
				for _, pair := range must(iterator.PrimaryKeys()) {
					found = append(found, []any{hexOf(pair.K1()), pair.K2()})
				}
				return found, nil
			})
		}
	}
	return h
}

// plainHistory are an item, a sequence and a set of keys beside each other.
func plainHistory(r *rand.Rand) history {
	to := newRecorder()
	builder := collections.NewSchemaBuilder(to)
	item := collections.NewItem(builder, collections.NewPrefix("item"), "item", collections.StringValue)
	sequence := collections.NewSequence(builder, collections.NewPrefix(3), "sequence")
	set := collections.NewKeySet(builder, collections.NewPrefix(4), "set", collections.StringKey)
	h := history{Map: "plain"}
	for n := 0; n < 60; n++ {
		word := []string{"a", "b", "", "cc"}[r.Intn(4)]
		switch r.Intn(11) {
		case 0:
			h.run(to, []any{"item.set", word}, func(ctx context.Context) (any, error) { return nil, item.Set(ctx, word) })
		case 1:
			h.run(to, []any{"item.get"}, func(ctx context.Context) (any, error) { return item.Get(ctx) })
		case 2:
			h.run(to, []any{"item.has"}, func(ctx context.Context) (any, error) { return item.Has(ctx) })
		case 3:
			h.run(to, []any{"item.remove"}, func(ctx context.Context) (any, error) { return nil, item.Remove(ctx) })
		case 4, 5:
			h.run(to, []any{"sequence.next"}, func(ctx context.Context) (any, error) {
				v, err := sequence.Next(ctx)
				return unsigned(v), err
			})
		case 6:
			h.run(to, []any{"sequence.peek"}, func(ctx context.Context) (any, error) {
				v, err := sequence.Peek(ctx)
				return unsigned(v), err
			})
		case 7:
			value := bits(r)
			h.run(to, []any{"sequence.set", unsigned(value)}, func(ctx context.Context) (any, error) { return nil, sequence.Set(ctx, value) })
		case 8:
			h.run(to, []any{"set.set", word}, func(ctx context.Context) (any, error) { return nil, set.Set(ctx, word) })
		case 9:
			h.run(to, []any{"set.remove", word}, func(ctx context.Context) (any, error) { return nil, set.Remove(ctx, word) })
		case 10:
			h.run(to, []any{"set.has", word}, func(ctx context.Context) (any, error) { return set.Has(ctx, word) })
		}
	}
	return h
}

func mapVectors(r *rand.Rand) []history {
	return []history{uniqueHistory(r), multiHistory(r), severalHistory(r), reverseHistory(r), plainHistory(r)}
}

type cleared struct {
	Rows uint64 `json:"rows"`
	// Keep is the first key that stays.
	Keep uint64 `json:"keep"`
	// Accesses are counted by name, Shape is their order with equal neighbours as one.
	Accesses map[string]int `json:"accesses"`
	Shape    []string       `json:"shape"`
}

// clearVectors remove the rows of a range, more than fit in one batch of collections as well.
func clearVectors() []cleared {
	list := []cleared{}
	for _, rows := range []uint64{0, 1, 5, 10_000, 10_001} {
		to := newRecorder()
		builder := collections.NewSchemaBuilder(to)
		set := collections.NewKeySet(builder, collections.NewPrefix(1), "set", collections.Uint64Key)
		for n := uint64(0); n < rows+2; n++ {
			check(set.Set(context.Background(), n))
		}
		to.take()
		check(set.Clear(context.Background(), new(collections.Range[uint64]).EndExclusive(rows)))
		one := cleared{Rows: rows, Keep: rows, Accesses: map[string]int{}, Shape: []string{}}
		for _, access := range to.take() {
			one.Accesses[access[0]]++
			if len(one.Shape) == 0 || one.Shape[len(one.Shape)-1] != access[0] {
				one.Shape = append(one.Shape, access[0])
			}
		}
		list = append(list, one)
	}
	return list
}

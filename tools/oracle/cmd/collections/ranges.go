// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"math/rand"

	"cosmossdk.io/collections"
)

// ranged is a range by the names of collections, and what a map does with it.
type ranged struct {
	Range map[string]any `json:"range"`
	Error string         `json:"error,omitempty"`
	Start string         `json:"start"`
	End   string         `json:"end"`
	Keys  []any          `json:"keys"`
}

type rangedMap struct {
	Codec  string   `json:"codec"`
	Prefix string   `json:"prefix"`
	Rows   []any    `json:"rows"`
	Ranges []ranged `json:"ranges"`
}

// filled is a set of random keys, small enough for ranges to hit.
type filled[K any] struct {
	set  collections.KeySet[K]
	kind keyKind[K]
	to   *recorder
	out  *rangedMap
}

func fill[K any](r *rand.Rand, kind keyKind[K], prefix collections.Prefix) filled[K] {
	to := newRecorder()
	builder := collections.NewSchemaBuilder(to)
	set := collections.NewKeySet(builder, prefix, "keys", kind.codec)
	out := &rangedMap{Codec: kind.name, Prefix: hexOf(prefix), Ranges: []ranged{}}
	for n := 0; n < 30; n++ {
		key := kind.make(r)
		check(set.Set(context.Background(), key))
		out.Rows = append(out.Rows, kind.show(key))
	}
	// Rows of the neighbours, which no range may show.
	end := append([]byte{}, prefix...)
	end[len(end)-1]++
	to.store.Set(append(end, 1), []byte{})
	before := append([]byte{}, prefix...)
	before[len(before)-1]--
	to.store.Set(append(before, 255), []byte{})
	return filled[K]{set, kind, to, out}
}

func (f filled[K]) ask(by map[string]any, ranger collections.Ranger[K]) {
	f.to.take()
	one := ranged{Range: by, Keys: []any{}}
	iterator, err := f.set.Iterate(context.Background(), ranger)
	if err != nil {
		one.Error = kindOf(err)
		f.out.Ranges = append(f.out.Ranges, one)
		return
	}
	for _, access := range f.to.take() {
		one.Start, one.End = access[1], access[2]
	}
	for _, key := range must(iterator.Keys()) {
		one.Keys = append(one.Keys, f.kind.show(key))
	}
	f.out.Ranges = append(f.out.Ranges, one)
}

// plain asks for ranges between whole keys.
func (f filled[K]) plain(r *rand.Rand) {
	f.ask(map[string]any{}, nil)
	for n := 0; n < 16; n++ {
		asked, by := new(collections.Range[K]), map[string]any{}
		a, b := f.kind.make(r), f.kind.make(r)
		switch n % 4 {
		case 0:
			asked.StartInclusive(a)
			by["StartInclusive"] = f.kind.show(a)
		case 1:
			asked.StartExclusive(a)
			by["StartExclusive"] = f.kind.show(a)
		case 2:
			asked.Prefix(a)
			by["Prefix"] = f.kind.show(a)
		}
		if n%4 != 2 {
			switch r.Intn(3) {
			case 0:
				asked.EndInclusive(b)
				by["EndInclusive"] = f.kind.show(b)
			case 1:
				asked.EndExclusive(b)
				by["EndExclusive"] = f.kind.show(b)
			}
		}
		if r.Intn(2) == 0 {
			asked.Descending()
			by["Descending"] = true
		}
		f.ask(by, asked)
	}
}

func pairs[A, B any](r *rand.Rand, a keyKind[A], b keyKind[B], prefix collections.Prefix) *rangedMap {
	f := fill(r, pairOf(a, b), prefix)
	f.plain(r)
	for n := 0; n < 24; n++ {
		first := a.make(r)
		by := map[string]any{"NewPrefixedPairRange": a.show(first)}
		asked := collections.NewPrefixedPairRange[A, B](first)
		if n%6 == 5 {
			by = map[string]any{"NewPrefixUntilPairRange": a.show(first)}
			asked = collections.NewPrefixUntilPairRange[A, B](first)
		} else {
			second, third := b.make(r), b.make(r)
			switch r.Intn(3) {
			case 0:
				asked.StartInclusive(second)
				by["StartInclusive"] = b.show(second)
			case 1:
				asked.StartExclusive(second)
				by["StartExclusive"] = b.show(second)
			}
			switch r.Intn(3) {
			case 0:
				asked.EndInclusive(third)
				by["EndInclusive"] = b.show(third)
			case 1:
				asked.EndExclusive(third)
				by["EndExclusive"] = b.show(third)
			}
		}
		if r.Intn(2) == 0 {
			asked.Descending()
			by["Descending"] = true
		}
		f.ask(by, asked)
	}
	return f.out
}

func triples[A, B, C any](r *rand.Rand, a keyKind[A], b keyKind[B], c keyKind[C], prefix collections.Prefix) *rangedMap {
	f := fill(r, tripleOf(a, b, c), prefix)
	f.plain(r)
	for n := 0; n < 6; n++ {
		first, second := a.make(r), b.make(r)
		f.ask(map[string]any{"NewPrefixUntilTripleRange": a.show(first)}, collections.NewPrefixUntilTripleRange[A, B, C](first))
		f.ask(map[string]any{"NewPrefixedTripleRange": a.show(first)}, collections.NewPrefixedTripleRange[A, B, C](first))
		f.ask(map[string]any{"NewSuperPrefixedTripleRange": []any{a.show(first), b.show(second)}}, collections.NewSuperPrefixedTripleRange[A, B, C](first, second))
	}
	return f.out
}

// few makes a kind whose keys are a handful, so that they meet.
func few[K any](kind keyKind[K], keys ...K) keyKind[K] {
	kind.make = func(r *rand.Rand) K { return keys[r.Intn(len(keys))] }
	return kind
}

func rangeVectors(r *rand.Rand) []*rangedMap {
	number := few(u64, 0, 1, 2, 255, 256, 257, 1<<64-1)
	name := few(text, "a", "aa", "ab", "b", "uscrt", "z")
	owner := few(byt, []byte{0}, []byte{1, 2}, []byte{255}, []byte{255, 255}, []byte{7, 7, 7})
	signed := few(i64, -256, -1, 0, 1, 255)
	at := few(tim, tim.edges...)
	single := func(f interface{ done(*rand.Rand) *rangedMap }) *rangedMap { return f.done(r) }
	return []*rangedMap{
		single(fill(r, number, collections.NewPrefix(5))), single(fill(r, name, collections.NewPrefix(1))),
		single(fill(r, owner, collections.NewPrefix("long prefix"))), single(fill(r, signed, collections.NewPrefix(9))), single(fill(r, at, collections.NewPrefix(3))),
		pairs(r, number, name, collections.NewPrefix(2)), pairs(r, owner, name, collections.NewPrefix(2)), pairs(r, name, owner, collections.NewPrefix("pairs")),
		pairs(r, at, number, collections.NewPrefix(1)), pairs(r, signed, signed, collections.NewPrefix(254)),
		triples(r, number, owner, name, collections.NewPrefix(7)), triples(r, name, signed, number, collections.NewPrefix("t")),
	}
}

func (f filled[K]) done(r *rand.Rand) *rangedMap {
	f.plain(r)
	return f.out
}

// SPDX-License-Identifier: Apache-2.0

package main

import (
	"math/rand"

	"cosmossdk.io/store/cachekv"
	"cosmossdk.io/store/dbadapter"
	storetypes "cosmossdk.io/store/types"
	dbm "github.com/cosmos/cosmos-db"
)

// A scenario is what happens to a stack of branches (cachekv stores over each other) while
// iterators are open. A step is
//
//	["branch"]                            a new branch on top
//	["write"], ["drop"]                   the topmost branch is merged into the one below, or dropped
//	["set", key, value], ["delete", key]  in the topmost branch
//	["open", start, end, reverse]         an iterator over the topmost branch, named by its number
//	["next", n, row or null]              an iterator begins or goes on, and shows this row, or its end
//	["rows", row, row, ...]               all rows of the topmost branch
//
// A row is [key, value]. An iterator goes on when the branch that it was opened over has ended.
type scenario struct {
	Name  string  `json:"name"`
	Base  [][]any `json:"base"`
	Steps [][]any `json:"steps"`
}

type open struct {
	iterator storetypes.Iterator
	begun    bool
	ended    bool
}

type stack struct {
	layers    []*cachekv.Store
	iterators []*open
	out       *scenario
}

func newStack(name string, base [][2][]byte) *stack {
	db := dbadapter.Store{DB: dbm.NewMemDB()}
	out := &scenario{Name: name, Base: [][]any{}, Steps: [][]any{}}
	for _, row := range base {
		db.Set(row[0], row[1])
		out.Base = append(out.Base, []any{hexOf(row[0]), hexOf(row[1])})
	}
	return &stack{layers: []*cachekv.Store{cachekv.NewStore(db)}, out: out}
}

func (s *stack) note(step ...any) { s.out.Steps = append(s.out.Steps, step) }

func (s *stack) top() *cachekv.Store { return s.layers[len(s.layers)-1] }

func (s *stack) branch() {
	s.note("branch")
	s.layers = append(s.layers, cachekv.NewStore(s.top()))
}

func (s *stack) end(how string) {
	s.note(how)
	if how == "write" {
		s.top().Write()
	}
	s.layers = s.layers[:len(s.layers)-1]
}

func (s *stack) set(key, value []byte) {
	s.note("set", hexOf(key), hexOf(value))
	s.top().Set(key, value)
}

func (s *stack) remove(key []byte) {
	s.note("delete", hexOf(key))
	s.top().Delete(key)
}

// open also shows the first row: ours begins when it is first asked.
func (s *stack) open(start, end []byte, reverse bool) int {
	s.note("open", hexOf(start), hexOf(end), reverse)
	var iterator storetypes.Iterator
	if reverse {
		iterator = s.top().ReverseIterator(start, end)
	} else {
		iterator = s.top().Iterator(start, end)
	}
	s.iterators = append(s.iterators, &open{iterator: iterator})
	n := len(s.iterators) - 1
	s.next(n)
	return n
}

func (s *stack) next(n int) bool {
	each := s.iterators[n]
	if each.begun {
		each.iterator.Next()
	}
	each.begun = true
	if !each.iterator.Valid() {
		s.note("next", n, nil)
		check(each.iterator.Close())
		each.ended = true
		return false
	}
	s.note("next", n, []any{hexOf(each.iterator.Key()), hexOf(each.iterator.Value())})
	return true
}

func (s *stack) drain(n int) {
	for !s.iterators[n].ended && s.next(n) {
	}
}

func (s *stack) rows() {
	step := []any{"rows"}
	iterator := s.top().Iterator(nil, nil)
	for ; iterator.Valid(); iterator.Next() {
		step = append(step, []any{hexOf(iterator.Key()), hexOf(iterator.Value())})
	}
	check(iterator.Close())
	s.note(step...)
}

func k(n int) []byte { return []byte{byte(n)} }

func baseOf(keys ...int) [][2][]byte {
	rows := [][2][]byte{}
	for _, n := range keys {
		rows = append(rows, [2][]byte{k(n), {0xb0, byte(n)}})
	}
	return rows
}

func named() []*scenario {
	list := []*scenario{}
	for _, reverse := range []bool{false, true} {
		for _, own := range []bool{false, true} {
			// The rows that are iterated are the branch's own, or those of the store below.
			begin := func(name string) *stack {
				rows := baseOf(2, 4, 6, 8)
				if own {
					rows = nil
				}
				where := map[bool]string{false: "below", true: "own"}[own] + map[bool]string{false: "", true: ", reverse"}[reverse]
				s := newStack(name+" ("+where+")", rows)
				if own {
					for _, row := range baseOf(2, 4, 6, 8) {
						s.set(row[0], row[1])
					}
				}
				return s
			}
			finish := func(s *stack, n int) {
				s.drain(n)
				s.rows()
				list = append(list, s.out)
			}
			behind, ahead := 2, 6
			if reverse {
				behind, ahead = 8, 4
			}
			s := begin("a row is added ahead")
			n := s.open(nil, nil, reverse)
			s.set(k(5), []byte{1})
			finish(s, n)
			s = begin("a row is added behind")
			n = s.open(nil, nil, reverse)
			s.next(n)
			s.set(k(map[bool]int{false: 1, true: 9}[reverse]), []byte{1})
			finish(s, n)
			s = begin("a row ahead is removed")
			n = s.open(nil, nil, reverse)
			s.remove(k(ahead))
			finish(s, n)
			s = begin("the row that is shown is removed")
			n = s.open(nil, nil, reverse)
			s.remove(k(behind))
			finish(s, n)
			s = begin("every row is removed when it is shown")
			n = s.open(nil, nil, reverse)
			for each := []int{2, 4, 6, 8}; len(each) > 0; each = each[1:] {
				key := each[0]
				if reverse {
					key = 10 - key
				}
				s.remove(k(key))
				if !s.next(n) {
					break
				}
			}
			s.rows()
			list = append(list, s.out)
			s = begin("a row ahead changes")
			n = s.open(nil, nil, reverse)
			s.set(k(ahead), []byte{1})
			finish(s, n)
			s = begin("a row ahead is removed and comes back")
			n = s.open(nil, nil, reverse)
			s.remove(k(ahead))
			s.set(k(ahead), []byte{1})
			finish(s, n)
			s = begin("every row is put off to the end")
			n = s.open(nil, nil, reverse)
			for i, key := range []int{2, 4, 6, 8} {
				s.remove(k(key))
				s.set(k(20+i), []byte{byte(key)})
				s.next(n)
			}
			finish(s, n)
			s = begin("two iterators, each with a change between")
			n = s.open(nil, nil, reverse)
			s.set(k(ahead), []byte{1})
			m := s.open(nil, nil, reverse)
			s.remove(k(ahead))
			s.drain(n)
			finish(s, m)
			s = begin("a branch over the iterated one writes")
			n = s.open(nil, nil, reverse)
			s.branch()
			s.set(k(5), []byte{1})
			s.remove(k(ahead))
			s.next(n)
			s.end("write")
			finish(s, n)
			s = begin("a branch over the iterated one is dropped")
			n = s.open(nil, nil, reverse)
			s.branch()
			s.set(k(5), []byte{1})
			s.remove(k(ahead))
			s.end("drop")
			finish(s, n)
			s = begin("both are iterated, the upper one is written")
			n = s.open(nil, nil, reverse)
			s.branch()
			s.set(k(5), []byte{1})
			m = s.open(nil, nil, reverse)
			s.set(k(7), []byte{1})
			s.remove(k(ahead))
			s.drain(m)
			s.rows()
			s.end("write")
			m = s.open(k(3), k(8), reverse)
			s.drain(m)
			finish(s, n)
			s = begin("the iterated branch is written and written to again")
			s.branch()
			s.set(k(5), []byte{1})
			n = s.open(nil, nil, reverse)
			s.remove(k(ahead))
			s.set(k(7), []byte{1})
			s.end("write")
			s.set(k(ahead), []byte{2})
			s.branch()
			s.remove(k(5))
			finish(s, n)
			s = begin("a row beyond the range comes and goes")
			n = s.open(k(3), k(7), reverse)
			s.set(k(7), []byte{1})
			s.set(k(1), []byte{1})
			s.remove(k(8))
			finish(s, n)
		}
	}
	return list
}

// random is a scenario of changes and iterators over up to four branches.
func random(r *rand.Rand, name string) *scenario {
	keys := []int{}
	for n := 0; n < 16; n++ {
		if r.Intn(2) == 0 {
			keys = append(keys, n)
		}
	}
	s := newStack(name, baseOf(keys...))
	bound := func() []byte {
		if r.Intn(3) > 0 {
			return nil
		}
		return k(r.Intn(16))
	}
	for n := 0; n < 90; n++ {
		switch r.Intn(10) {
		case 0, 1:
			s.set(k(r.Intn(16)), []byte{byte(n)})
		case 2:
			s.remove(k(r.Intn(16)))
		case 3:
			if len(s.layers) < 4 {
				s.branch()
			}
		case 4:
			if len(s.layers) > 1 {
				s.end([]string{"write", "drop"}[r.Intn(2)])
			}
		case 5:
			s.open(bound(), bound(), r.Intn(2) == 0)
		default:
			alive := []int{}
			for i, each := range s.iterators {
				if !each.ended {
					alive = append(alive, i)
				}
			}
			if len(alive) > 0 {
				s.next(alive[r.Intn(len(alive))])
			}
		}
	}
	s.rows()
	return s.out
}

// crowd has more changes than cachekv sorts one range of (1,024).
func crowd(r *rand.Rand) *scenario {
	s := newStack("more changes than are sorted one by one", baseOf(1, 100, 200))
	for _, n := range r.Perm(1300) {
		s.set([]byte{byte(n >> 3), byte(n & 7)}, k(n&255))
	}
	for _, reverse := range []bool{false, true} {
		n := s.open(k(60), k(64), reverse)
		s.remove([]byte{62, 3})
		s.set([]byte{61, 9}, k(1))
		s.set([]byte{63, 1}, k(2))
		s.drain(n)
	}
	n := s.open(k(98), k(102), false)
	s.drain(n)
	return s.out
}

func iterationVectors(r *rand.Rand) []*scenario {
	list := named()
	for n := 0; n < 40; n++ {
		list = append(list, random(r, "random"))
	}
	return append(list, crowd(r))
}

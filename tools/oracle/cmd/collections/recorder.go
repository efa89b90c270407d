// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"

	corestore "cosmossdk.io/core/store"
	"cosmossdk.io/store/cachekv"
	"cosmossdk.io/store/dbadapter"
	dbm "github.com/cosmos/cosmos-db"
)

// recorder is a store service whose accesses are written down.
type recorder struct {
	store    *cachekv.Store
	accesses [][]string
}

func newRecorder() *recorder {
	return &recorder{store: cachekv.NewStore(dbadapter.Store{DB: dbm.NewMemDB()})}
}

func (s *recorder) take() [][]string {
	taken := s.accesses
	s.accesses = nil
	if taken == nil {
		return [][]string{}
	}
	return taken
}

func (s *recorder) note(access ...string) { s.accesses = append(s.accesses, access) }

func (s *recorder) OpenKVStore(context.Context) corestore.KVStore { return s }

func (s *recorder) Get(key []byte) ([]byte, error) {
	s.note("get", hexOf(key))
	return s.store.Get(key), nil
}

func (s *recorder) Has(key []byte) (bool, error) {
	s.note("has", hexOf(key))
	return s.store.Has(key), nil
}

func (s *recorder) Set(key, value []byte) error {
	s.note("set", hexOf(key), hexOf(value))
	s.store.Set(key, value)
	return nil
}

func (s *recorder) Delete(key []byte) error {
	s.note("delete", hexOf(key))
	s.store.Delete(key)
	return nil
}

func (s *recorder) Iterator(start, end []byte) (corestore.Iterator, error) {
	s.note("iterate", hexOf(start), hexOf(end))
	return &noted{s.store.Iterator(start, end), s}, nil
}

func (s *recorder) ReverseIterator(start, end []byte) (corestore.Iterator, error) {
	s.note("reverse", hexOf(start), hexOf(end))
	return &noted{s.store.ReverseIterator(start, end), s}, nil
}

// noted is an iterator whose steps are written down.
type noted struct {
	corestore.Iterator
	to *recorder
}

func (i *noted) Next() {
	i.to.note("next", hexOf(i.Key()))
	i.Iterator.Next()
}

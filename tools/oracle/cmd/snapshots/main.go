// SPDX-License-Identifier: Apache-2.0

// snapshots prints, as JSON, a random history of two stores of cosmossdk.io/store and the snapshot
// that its own snapshot manager takes of the last version.
// usage: go run ./cmd/snapshots -seed N > FILE   (same seed, same file)
package main

import (
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"sort"

	"cosmossdk.io/log"
	"cosmossdk.io/store/metrics"
	"cosmossdk.io/store/rootmulti"
	"cosmossdk.io/store/snapshots"
	snapshottypes "cosmossdk.io/store/snapshots/types"
	"cosmossdk.io/store/types"
	dbm "github.com/cosmos/cosmos-db"
)

// A change of a row; no value: the row is removed.
type change struct {
	Store string  `json:"store"`
	Key   string  `json:"key"`
	Value *string `json:"value"`
}

type result struct {
	Versions [][]change `json:"versions"`
	AppHash  string     `json:"app_hash"`
	Height   uint64     `json:"height"`
	Format   uint32     `json:"format"`
	Hash     string     `json:"hash"`
	Metadata string     `json:"metadata"`
	Chunks   []string   `json:"chunks"`
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}

func must[T any](v T, err error) T {
	check(err)
	return v
}

func bytesOf(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	r.Read(b)
	return b
}

// changesOf makes the changes of a version, in the order of their keys.
func changesOf(r *rand.Rand, name string, live map[string]bool) []change {
	rows := map[string]*string{}
	for i := r.Intn(40); i > 0; i-- {
		known := make([]string, 0, len(live))
		for key := range live {
			known = append(known, key)
		}
		sort.Strings(known)
		key := hex.EncodeToString(bytesOf(r, 1+r.Intn(24)))
		if len(known) > 0 && r.Intn(2) == 0 {
			key = known[r.Intn(len(known))]
		}
		if live[key] && r.Intn(3) == 0 {
			rows[key] = nil
			delete(live, key)
			continue
		}
		value := hex.EncodeToString(bytesOf(r, r.Intn(60)))
		rows[key] = &value
		live[key] = true
	}
	keys := make([]string, 0, len(rows))
	for key := range rows {
		keys = append(keys, key)
	}
	sort.Strings(keys)
	list := []change{}
	for _, key := range keys {
		list = append(list, change{name, key, rows[key]})
	}
	return list
}

func main() {
	seed := flag.Int64("seed", 1, "seed of the generator")
	versions := flag.Int("versions", 30, "number of versions")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))
	names := []string{"bank", "compute", "empty"}
	store := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger(), metrics.NewNoOpMetrics())
	keys := map[string]*types.KVStoreKey{}
	live := map[string]map[string]bool{}
	for _, name := range names {
		keys[name] = types.NewKVStoreKey(name)
		live[name] = map[string]bool{}
		store.MountStoreWithDB(keys[name], types.StoreTypeIAVL, nil)
	}
	check(store.LoadLatestVersion())
	var out result
	for version := 0; version < *versions; version++ {
		all := []change{}
		for _, name := range names[:2] {
			list := changesOf(r, name, live[name])
			for _, c := range list {
				kv, key := store.GetCommitKVStore(keys[name]), must(hex.DecodeString(c.Key))
				if c.Value == nil {
					kv.Delete(key)
				} else {
					kv.Set(key, must(hex.DecodeString(*c.Value)))
				}
			}
			all = append(all, list...)
		}
		out.Versions = append(out.Versions, all)
		id := store.Commit()
		out.AppHash, out.Height = hex.EncodeToString(id.Hash), uint64(id.Version)
	}
	folder := must(os.MkdirTemp("", "oracle-snapshots"))
	defer os.RemoveAll(folder)
	files := must(snapshots.NewStore(dbm.NewMemDB(), folder))
	manager := snapshots.NewManager(files, snapshottypes.NewSnapshotOptions(1, 1), store, nil, log.NewNopLogger())
	taken := must(manager.Create(out.Height))
	abci := must(taken.ToABCI())
	out.Format, out.Hash, out.Metadata = abci.Format, hex.EncodeToString(abci.Hash), hex.EncodeToString(abci.Metadata)
	for i := uint32(0); i < abci.Chunks; i++ {
		out.Chunks = append(out.Chunks, hex.EncodeToString(must(manager.LoadChunk(abci.Height, abci.Format, i))))
	}
	fmt.Println(string(must(json.MarshalIndent(out, "", " "))))
}
